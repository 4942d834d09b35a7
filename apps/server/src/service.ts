export type * from "./service-contract.ts";
