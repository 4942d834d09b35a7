export * from "./run-machine/run-states.ts";
export * from "./run-records.ts";
export * as schema from "./schema/index.ts";
