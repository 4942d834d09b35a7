export type * from "./result-contract.ts";
