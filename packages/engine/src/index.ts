export * from "./ports/patch-target.ts";
export * from "./ports/run-context.ts";
export * from "./usecases/apply-contract.ts";
export * from "./usecases/apply-patch.ts";
export * from "./usecases/assert-writable.ts";
export * from "./usecases/diff-contract.ts";
export * from "./usecases/read-log.ts";
export * from "./usecases/undo-patch.ts";
