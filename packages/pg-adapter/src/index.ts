export * from "./connection/connect.ts";
export * from "./scope.ts";
export { readTableSpecs } from "./catalog/read-table-specs.ts";
export type { RelationFilter } from "./catalog/relations-query.ts";
export { openPgEndpoint, type PgEndpointOptions } from "./pg-endpoint.ts";
export { openPatchTarget, type PatchTargetInput } from "./write/open-patch-target.ts";
