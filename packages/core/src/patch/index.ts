export * from "./byte-source.ts";
export * from "./codec/patch-reader.ts";
export * from "./codec/patch-writer.ts";
export * from "./digest.ts";
export * from "./patch.ts";
export * from "./patch-id.ts";
