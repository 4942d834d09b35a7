export * from "./ports/run-context.ts";
export * from "./usecases/apply-contract.ts";
export * from "./usecases/diff-contract.ts";
