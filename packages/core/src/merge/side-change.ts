import type { PatchRow } from "../patch/patch.ts";
import type { RowValue } from "../values/row-value.ts";

/** What one side did to one row since the base. */
export type SideChange =
  | { readonly kind: "none" }
  /** A whole row. */
  | { readonly kind: "insert"; readonly row: PatchRow }
  /** Same columns in both: those that changed, and perhaps others whose value is only told. */
  | { readonly kind: "update"; readonly before: PatchRow; readonly after: PatchRow }
  /** A whole row. */
  | { readonly kind: "delete"; readonly before: PatchRow };

export const NO_CHANGE: SideChange = { kind: "none" };

/** What is known of the row in the base; null when there was none, undefined when nothing is known. */
export function baseRow(change: SideChange): PatchRow | null | undefined {
  if (change.kind === "none") return undefined;
  return change.kind === "insert" ? null : change.before;
}

/** Columns whose value an update changed. */
export function changedColumns(change: SideChange): ReadonlySet<string> {
  if (change.kind !== "update") return new Set();
  const { before, after } = change;
  return new Set([...after.keys()].filter((column) => after.get(column) !== before.get(column)));
}

/** The three rows as far as both sides' changes tell them; null stands for no row. */
export interface MergeRows {
  readonly base: PatchRow | null;
  readonly ours: PatchRow | null;
  readonly theirs: PatchRow | null;
}

export function mergeRowsOf(ours: SideChange, theirs: SideChange): MergeRows {
  const known = [baseRow(ours), baseRow(theirs)].filter((row) => row !== undefined);
  const rows = known.filter((row) => row !== null);
  const base = known.length > 0 && rows.length === 0 ? null : joined(rows);
  return { base, ours: sideRow(base, ours), theirs: sideRow(base, theirs) };
}

function sideRow(base: PatchRow | null, change: SideChange): PatchRow | null {
  switch (change.kind) {
    case "none":
      return base;
    case "insert":
      return change.row;
    case "update":
      return joined([base ?? new Map<string, RowValue>(), change.after]);
    case "delete":
      return null;
  }
}

/** Later rows win. */
function joined([first, ...later]: readonly PatchRow[]): PatchRow {
  if (first !== undefined && later.length === 0) return first;
  const all = new Map(first);
  for (const row of later) for (const [column, value] of row) all.set(column, value);
  return all;
}
