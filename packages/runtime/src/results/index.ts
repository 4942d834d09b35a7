export { openObjectStore } from "./open-object-store.ts";
export { openResultStore } from "./open-result-store.ts";
export { openStoredPatch } from "./open-stored-patch.ts";
export { planRemoval, type Removable, type RemovalLimits } from "./plan-removal.ts";
export type * from "./result-contract.ts";
