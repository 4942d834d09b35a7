import type { PatchRow } from "../patch/patch.ts";
import type { MergeUnits } from "./merge-key.ts";
import { changedColumns, mergeRowsOf, type SideChange } from "./side-change.ts";

type Update = Extract<SideChange, { kind: "update" }>;

export interface UpdateMerge {
  /** Columns that theirs changed and that can be taken as theirs has them. */
  readonly taken: readonly string[];
  /** Columns of cells that both sides changed differently. */
  readonly undecided: readonly string[];
  /** Whether some cell was changed on one side alone. */
  readonly oneSided: boolean;
}

/** Merges two updates of one row cell by cell. A cell is a column, a group of columns, or the row. */
export function mergeUpdates({
  ours,
  theirs,
  units,
}: {
  readonly ours: Update;
  readonly theirs: Update;
  readonly units: MergeUnits;
}): UpdateMerge {
  const changed = { ours: changedColumns(ours), theirs: changedColumns(theirs) };
  const all = [...new Set([...changed.ours, ...changed.theirs])];
  const rows = mergeRowsOf(ours, theirs);
  const taken: string[] = [];
  const undecided: string[] = [];
  let oneSided = false;
  for (const cell of cellsOf(all, units)) {
    const byOurs = cell.some((column) => changed.ours.has(column));
    const byTheirs = cell.some((column) => changed.theirs.has(column));
    if (byOurs && byTheirs) {
      if (!same(cell, rows.ours, rows.theirs)) undecided.push(...cell);
      continue;
    }
    oneSided = true;
    if (byTheirs) taken.push(...cell);
  }
  return { taken, undecided, oneSided };
}

function same(cell: readonly string[], ours: PatchRow | null, theirs: PatchRow | null): boolean {
  return cell.every((column) => ours?.get(column) === theirs?.get(column));
}

/** Changed columns that belong together; groups that share a column are one. */
function cellsOf(changed: readonly string[], { granularity, groups }: MergeUnits): readonly string[][] {
  if (granularity === "row" || granularity === "table") return changed.length === 0 ? [] : [[...changed]];
  let cells = changed.map((column) => [column]);
  for (const group of groups) {
    const inside = cells.filter((cell) => cell.some((column) => group.includes(column)));
    if (inside.length < 2) continue;
    cells = [...cells.filter((cell) => !inside.includes(cell)), inside.flat()];
  }
  return cells;
}
