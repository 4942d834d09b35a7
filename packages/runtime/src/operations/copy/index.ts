export * from "./copy-input.ts";
export { runCopy } from "./run-copy.ts";
