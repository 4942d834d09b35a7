export { type BaseStoreInput, openBaseStore } from "./base/open-base-store.ts";
export { type ListedTable, listTables } from "./catalog/list-tables.ts";
export { readTableSpecs } from "./catalog/read-table-specs.ts";
export type { RelationFilter } from "./catalog/relations-query.ts";
export * from "./connection/connect.ts";
export { type Listener, type ListenerInput, openListener } from "./connection/open-listener.ts";
export { type BulkTargetInput, openBulkTarget } from "./copy/open-bulk-target.ts";
export { openSlicedLoadTarget, type SlicedLoadInput } from "./copy/slices/open-sliced-load.ts";
export {
  type FingerprintInput,
  fingerprintTarget,
  type WrittenPart,
} from "./fingerprint/fingerprint-target.ts";
export { readHighWater } from "./high-water/high-water-store.ts";
export { readSourceClock } from "./high-water/read-source-clock.ts";
export { openPgEndpoint, type PgEndpointOptions } from "./pg-endpoint.ts";
export { openRenumberStore, type RenumberStoreInput } from "./renumber/open-renumber-store.ts";
export * from "./scope.ts";
export { openSqlTarget, type SqlTargetInput } from "./sql-import/open-sql-target.ts";
export { openStagedEndpoint, type StagedEndpointOptions } from "./staged/open-staged-endpoint.ts";
export type { PartnerTables } from "./staged/staged-file.ts";
export { cannotStage } from "./staged/staging-errors.ts";
export { openPatchTarget, type PatchTargetInput } from "./write/open-patch-target.ts";
export { type DefaultsReader, openDefaultsReader } from "./write/read-defaults.ts";
