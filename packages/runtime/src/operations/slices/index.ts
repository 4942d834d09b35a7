export { type BoardOf, ControlBoard } from "./control-board.ts";
export { finishCopy, giveUpCopy, planCopy, sliceCopy } from "./copy-slices.ts";
export { type FinishedDiff, finishDiff, partsOf, planDiff, sliceDiff } from "./diff-slices.ts";
export { type HeldRun, HeldRuns, type HeldSnapshot, type InstantBoard } from "./held-runs.ts";
export type { CutPlan, DiffSliceWork, SliceResult, SliceWork } from "./slice-work.ts";
