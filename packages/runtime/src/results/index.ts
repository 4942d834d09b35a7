export { openObjectStore } from "./open-object-store.ts";
export { openResultStore } from "./open-result-store.ts";
export type * from "./result-contract.ts";
