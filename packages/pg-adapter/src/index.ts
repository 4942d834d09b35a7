export * from "./connection/connect.ts";
export * from "./scope.ts";
export { readTableSpecs } from "./catalog/read-table-specs.ts";
export type { RelationFilter } from "./catalog/relations-query.ts";
