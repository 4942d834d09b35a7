export * from "./event-of-units.ts";
export * from "./run-states.ts";
export * from "./transition.ts";
export * from "./unit-states.ts";
