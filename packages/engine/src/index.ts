export * from "./ports/base-store.ts";
export * from "./ports/bulk-target.ts";
export * from "./ports/change-spool.ts";
export * from "./ports/endpoint.ts";
export * from "./ports/object-key.ts";
export * from "./ports/object-store.ts";
export * from "./ports/patch-files.ts";
export * from "./ports/patch-target.ts";
export * from "./ports/read-snapshot.ts";
export * from "./ports/renumber-store.ts";
export * from "./ports/row-files.ts";
export * from "./ports/run-context.ts";
export * from "./ports/schema-engine.ts";
export * from "./ports/selected-rows.ts";
export * from "./ports/sliced-load.ts";
export * from "./ports/sql-import.ts";
export * from "./ports/staged-rows.ts";
export { formatUuid } from "./usecases/apply/application-id.ts";
export { interruption } from "./usecases/apply/pause.ts";
export * from "./usecases/apply-contract.ts";
export * from "./usecases/apply-patch.ts";
export * from "./usecases/assert-writable.ts";
export { applyBatch } from "./usecases/batch/apply-batch.ts";
export * from "./usecases/batch/batch-contract.ts";
export * from "./usecases/build-patch.ts";
export * from "./usecases/combine-patches.ts";
export * from "./usecases/copy/copy-contract.ts";
export { copyTables } from "./usecases/copy/copy-tables.ts";
export * from "./usecases/definitions/create-definitions.ts";
export * from "./usecases/diff-contract.ts";
export { type DiffInput, diffEndpoints } from "./usecases/diff-endpoints.ts";
export * from "./usecases/export/dataset-roots.ts";
export * from "./usecases/export/export-rows.ts";
export * from "./usecases/import/import-preparation.ts";
export * from "./usecases/import/read-roots.ts";
export * from "./usecases/import/read-target.ts";
export * from "./usecases/invert-patch.ts";
export * from "./usecases/masking/mask-preparation.ts";
export * from "./usecases/merge/detect-by-time.ts";
export { MemorySpool } from "./usecases/merge/memory-spool.ts";
export * from "./usecases/merge/merge-contract.ts";
export { mergeEndpoints } from "./usecases/merge/merge-endpoints.ts";
export { DatasetMove, type DatasetMoveInput, withDatasetPolicies } from "./usecases/move/dataset-move.ts";
export { moveRows } from "./usecases/move/move-rows.ts";
export * from "./usecases/move-contract.ts";
export * from "./usecases/pull-rows.ts";
export * from "./usecases/read-log.ts";
export * from "./usecases/read-patch.ts";
export * from "./usecases/rebase-patch.ts";
export { type RenumberInput, Renumbering } from "./usecases/renumber/renumbering.ts";
export {
  type ResolveConflictsInput,
  resolveConflicts,
} from "./usecases/resolve-conflicts.ts";
export * from "./usecases/resolve-merge-conflicts.ts";
export * from "./usecases/select-operations.ts";
export * from "./usecases/slices/copy-slice.ts";
export * from "./usecases/slices/diff-slice.ts";
export * from "./usecases/slices/slice-records.ts";
export {
  type BegunCopy,
  SlicedCopy,
  type SlicedCopyInput,
} from "./usecases/slices/sliced-copy.ts";
export { SlicedDiff } from "./usecases/slices/sliced-diff.ts";
export type { SqlDump, SqlDumpInput, SqlDumpResult } from "./usecases/sql-dump/dump-contract.ts";
export { dumpSql } from "./usecases/sql-dump/dump-sql.ts";
export type { ImportSqlInput, ImportSqlResult } from "./usecases/sql-import/import-contract.ts";
export { importSql } from "./usecases/sql-import/import-sql.ts";
export type { SqlTenant } from "./usecases/sql-import/tenant-guard.ts";
export { conflictVersions } from "./usecases/sync-cycle/conflict-versions.ts";
export { type RecoveredCycle, recoverCycle } from "./usecases/sync-cycle/recover-cycle.ts";
export * from "./usecases/sync-cycle/sync-contract.ts";
export { syncCycle } from "./usecases/sync-cycle/sync-cycle.ts";
export * from "./usecases/undo-patch.ts";
export * from "./usecases/verify-patch.ts";
export * from "./usecases/write-conflicts.ts";
export * from "./usecases/write-merge-conflicts.ts";
export * from "./usecases/write-patch.ts";
