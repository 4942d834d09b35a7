export { readTableSpecs } from "./catalog/read-table-specs.ts";
export type { RelationFilter } from "./catalog/relations-query.ts";
export * from "./connection/connect.ts";
export { openPgEndpoint, type PgEndpointOptions } from "./pg-endpoint.ts";
export * from "./scope.ts";
export { openStagedEndpoint, type StagedEndpointOptions } from "./staged/open-staged-endpoint.ts";
export type { PartnerTables } from "./staged/staged-file.ts";
export { cannotStage } from "./staged/staging-errors.ts";
export { openPatchTarget, type PatchTargetInput } from "./write/open-patch-target.ts";
