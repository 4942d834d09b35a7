export * from "./get-job.ts";
export * from "./get-run.ts";
export * from "./list-jobs.ts";
export * from "./list-runs.ts";
export * from "./projects.ts";
