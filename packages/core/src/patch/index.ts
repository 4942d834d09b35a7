export * from "./byte-source.ts";
export * from "./codec/patch-reader.ts";
export * from "./codec/patch-writer.ts";
export * from "./digest.ts";
export * from "./invert-patch.ts";
export * from "./patch.ts";
export * from "./patch-from-change.ts";
export * from "./patch-id.ts";
