import type { MergeGranularity } from "../move/move-rules.ts";
import type { PatchRow } from "../patch/patch.ts";
import type { MergeOutcome } from "./merge-outcome.ts";
import { mergeUpdates, type UpdateMerge } from "./merge-updates.ts";
import { mergeRowsOf, type SideChange } from "./side-change.ts";

/** How finely rows of one table merge. */
export interface MergeUnits {
  readonly granularity: MergeGranularity;
  /** Columns that conflict as one cell. */
  readonly groups: readonly (readonly string[])[];
  /** With granularity `table`: whether both sides changed the table at all. */
  readonly contested: boolean;
}

export interface MergeKeyInput {
  readonly ours: SideChange;
  readonly theirs: SideChange;
  readonly units: MergeUnits;
}

/** What has to be done to ours so that it is the merged row. */
export type MergeEffect =
  | { readonly kind: "keep" }
  | { readonly kind: "insert"; readonly row: PatchRow }
  /** Same columns in both, the changed ones only. */
  | { readonly kind: "update"; readonly old: PatchRow; readonly new: PatchRow }
  | { readonly kind: "delete"; readonly old: PatchRow };

export const KEEP: MergeEffect = { kind: "keep" };

/** Outcomes that somebody has to decide. The theirs side stands first: `update-delete` is their update, our delete. */
export type UndecidedOutcome = Extract<
  MergeOutcome,
  "update-update" | "update-delete" | "delete-update" | "insert-insert" | "unique-violation"
>;

/** `effect` is `keep` whenever the outcome is a conflict: a row with an undecided cell is held whole, as in ours. */
export interface MergedKey {
  readonly outcome: MergeOutcome;
  readonly effect: MergeEffect;
  /** Undecided columns; empty unless single columns conflict. */
  readonly columns: readonly string[];
}

/**
 * Merges what two sides did to one row. Pure, and symmetric: with ours and theirs exchanged the outcome is the
 * mirrored one, and the merged row is the same.
 */
export function mergeKey({ ours, theirs, units }: MergeKeyInput): MergedKey {
  if (ours.kind === "none" && theirs.kind === "none") return keep("unchanged");
  if (units.granularity === "table" && units.contested && !converge(ours, theirs))
    return conflict(kindOf(ours, theirs), differing(ours, theirs));
  if (theirs.kind === "none") return keep("ours-only");
  if (ours.kind === "none") return { outcome: "theirs-only", effect: replay(theirs), columns: [] };
  if (ours.kind === "update" && theirs.kind === "update") return updates({ ours, theirs, units });
  return converge(ours, theirs)
    ? keep("convergent")
    : conflict(kindOf(ours, theirs), differing(ours, theirs));
}

export function isUndecided(outcome: MergeOutcome): outcome is UndecidedOutcome {
  return UNDECIDED.has(outcome);
}

const UNDECIDED: ReadonlySet<MergeOutcome> = new Set<UndecidedOutcome>([
  "update-update",
  "update-delete",
  "delete-update",
  "insert-insert",
  "unique-violation",
]);

function keep(outcome: MergeOutcome): MergedKey {
  return { outcome, effect: KEEP, columns: [] };
}

function conflict(outcome: UndecidedOutcome, columns: readonly string[]): MergedKey {
  return { outcome, effect: KEEP, columns };
}

/** The other side has not touched the row, so ours is the base. */
function replay(theirs: Exclude<SideChange, { kind: "none" }>): MergeEffect {
  if (theirs.kind === "insert") return { kind: "insert", row: theirs.row };
  if (theirs.kind === "delete") return { kind: "delete", old: theirs.before };
  return updateEffect(theirs.before, theirs.after, theirs.after.keys());
}

/** An update of the columns in which the two rows differ. */
export function updateEffect(from: PatchRow, to: PatchRow, columns: Iterable<string>): MergeEffect {
  const changed = [...columns].filter((column) => to.has(column) && from.get(column) !== to.get(column));
  if (changed.length === 0) return KEEP;
  const pick = (row: PatchRow) => new Map(changed.map((column) => [column, row.get(column) ?? null]));
  return { kind: "update", old: pick(from), new: pick(to) };
}

function updates(input: {
  readonly ours: Extract<SideChange, { kind: "update" }>;
  readonly theirs: Extract<SideChange, { kind: "update" }>;
  readonly units: MergeUnits;
}): MergedKey {
  const merged: UpdateMerge = mergeUpdates(input);
  if (merged.undecided.length > 0) return conflict("update-update", merged.undecided);
  const rows = mergeRowsOf(input.ours, input.theirs);
  const taken = new Map(merged.taken.map((column) => [column, rows.theirs?.get(column) ?? null]));
  const effect = updateEffect(rows.ours ?? new Map(), taken, taken.keys());
  const outcome = merged.oneSided ? "cell-merged" : "convergent";
  return { outcome, effect, columns: [] };
}

/** Whether both sides left the same row, or none. */
function converge(ours: SideChange, theirs: SideChange): boolean {
  if (ours.kind === "none" || theirs.kind === "none") return false;
  const rows = mergeRowsOf(ours, theirs);
  if (rows.ours === null || rows.theirs === null) return rows.ours === rows.theirs;
  return differing(ours, theirs).length === 0;
}

/** Columns in which both rows stand and differ; empty when one of them is missing. */
function differing(ours: SideChange, theirs: SideChange): readonly string[] {
  const rows = mergeRowsOf(ours, theirs);
  if (rows.ours === null || rows.theirs === null) return [];
  const columns = new Set([...rows.ours.keys(), ...rows.theirs.keys()]);
  return [...columns].filter((column) => rows.ours?.get(column) !== rows.theirs?.get(column));
}

/** Where only one side changed the row, the other one changed the table. */
function kindOf(ours: SideChange, theirs: SideChange): UndecidedOutcome {
  if (theirs.kind === "delete") return "delete-update";
  if (ours.kind === "delete") return "update-delete";
  return ours.kind === "insert" || theirs.kind === "insert" ? "insert-insert" : "update-update";
}
