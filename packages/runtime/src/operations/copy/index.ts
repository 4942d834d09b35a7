export * from "./copy-input.ts";
export { copyOfJob } from "./copy-of-job.ts";
export { runCopy } from "./run-copy.ts";
