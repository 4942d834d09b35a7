export { applyBatch, type BatchInput, type BatchReport } from "./apply/apply-batch.ts";
export { ApplyInbox } from "./apply/apply-inbox.ts";
export { type PatchInputOptions, patchInput } from "./apply/patch-input.ts";
export {
  type ApplyHooks,
  type ApplyInput,
  type ApplyReport,
  type ApplyToInput,
  applyOfJob,
  applyTo,
  runApply,
} from "./apply/run-apply.ts";
export {
  type ResolutionPatch,
  type ResolutionPatchInput,
  resolutionPatch,
} from "./conflicts/resolution-patch.ts";
export * from "./contract.ts";
export * from "./copy/index.ts";
export { type ComparisonInput, comparisonOptions, mayStop } from "./diff/comparison.ts";
export { comparisonOfJob } from "./diff/comparison-job.ts";
export {
  type ConflictBasis,
  type DetectedConflicts,
  type DetectInput,
  detectConflicts,
} from "./diff/detect-conflicts.ts";
export { buildDiffPatch, diffHeader, type PatchPlace } from "./diff/diff-patch.ts";
export { diffReport } from "./diff/diff-report.ts";
export { type OpenedDiff, openDiff, openPrepared } from "./diff/open-diff.ts";
export { type DiffHooks, type PreparedDiff, prepareDiff } from "./diff/prepare-diff.ts";
export { type DiffReport, type DiffSink, type DiffToStore, runDiff } from "./diff/run-diff.ts";
export { runWatch, type WatchReport } from "./diff/run-watch.ts";
export * from "./dump-folder/index.ts";
export * from "./export/index.ts";
export * from "./import/index.ts";
export { type LogInput, readLog } from "./log/read-log.ts";
export { type MergeHooks, type MergeReport, runMerge } from "./merge/run-merge.ts";
export * from "./moves/index.ts";
export {
  type PushHooks,
  type PushInput,
  type PushPreview,
  type PushReport,
  runPush,
} from "./push/run-push.ts";
export { columnMapOf } from "./rows/column-map.ts";
export {
  assertWholeTables,
  type DirectoryScope,
  directoryFilter,
  directoryScope,
  type SourceScope,
  sourceScope,
} from "./rows/directory-scope.ts";
export { leavesTablesOut, masksOf, withMasks } from "./rows/masks.ts";
export { assertWholeFiles, mayDeleteRows, type WholeFilesWish } from "./rows/whole-files.ts";
export { applyReport } from "./target/apply-report.ts";
export { type ApplyWish, applyWishOfJob } from "./target/apply-wish.ts";
export { type OpenedTarget, type WantedTarget, withWriteTarget } from "./target/with-write-target.ts";
export { runUndo, type UndoInput, undoOfJob } from "./undo/run-undo.ts";
