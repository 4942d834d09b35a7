import { compareAges } from "../move/compare-ages.ts";
import { timestampField } from "../move/decide-change.ts";
import type { PatchRow, PatchTable } from "../patch/patch.ts";
import type { RowValue } from "../values/row-value.ts";
import type { MergeConflict, MergeResolution } from "./merge-outcome.ts";

export type ConflictSide = "ours" | "theirs" | "base";

/**
 * One rule for many conflicts; what it does not decide is left.
 * - `side`: every row as this side has it.
 * - `newest`: the side whose column has the later instant or the greater number.
 * - `cells`: rows of which only these columns differ, each column from its side.
 */
export type BulkRule =
  | { readonly kind: "side"; readonly side: ConflictSide }
  | { readonly kind: "newest"; readonly column: string }
  | { readonly kind: "cells"; readonly cells: Readonly<Record<string, ConflictSide>> };

/** Why a rule leaves a conflict. */
export type LeftReason =
  | "one-side-has-no-row"
  | "no-such-column"
  | "column-not-known"
  | "does-not-say-which-is-newer"
  | "other-columns-differ"
  | "nothing-of-it-differs";

export type RuledConflict =
  | { readonly kind: "decided"; readonly resolution: MergeResolution }
  | { readonly kind: "left"; readonly reason: LeftReason };

/** What people see of a conflict; conflicts of patches have kinds of their own. */
export type RuleableConflict = Pick<MergeConflict, "columns" | "base" | "ours" | "theirs">;

/** Pure: the same rows are always decided alike. Whether it can be carried out is said by `resolveMerge`. */
export function ruleConflict(
  rule: BulkRule,
  table: Pick<PatchTable, "columns">,
  conflict: RuleableConflict,
): RuledConflict {
  switch (rule.kind) {
    case "side":
      return decided(rule.side);
    case "newest":
      return newest(rule.column, table, conflict);
    case "cells":
      return byCells(rule.cells, table, conflict);
  }
}

/**
 * Columns that somebody has to decide: both sides have a value, the values differ, and ours is not what it was before
 * theirs changed it.
 */
export function contestedColumns(conflict: RuleableConflict): readonly string[] {
  const { base, ours, theirs } = conflict;
  if (ours === null || theirs === null) return [];
  return undecided(conflict, ours, theirs).filter((column) => {
    if (ours.get(column) === theirs.get(column)) return false;
    return base?.get(column) === undefined || base.get(column) !== ours.get(column);
  });
}

/** A conflict of whole rows names no columns: all that both sides know are open. */
function undecided({ columns }: RuleableConflict, ours: PatchRow, theirs: PatchRow): readonly string[] {
  return columns.length > 0 ? columns : [...theirs.keys()].filter((column) => ours.has(column));
}

function newest(
  name: string,
  table: Pick<PatchTable, "columns">,
  { ours, theirs }: RuleableConflict,
): RuledConflict {
  const field = timestampField({ name: "", key: [], fingerprint: "", columns: table.columns }, [name]);
  if (field === null) return left("no-such-column");
  if (ours === null || theirs === null) return left("one-side-has-no-row");
  const [source, target] = [theirs.get(name), ours.get(name)];
  if (source === undefined || target === undefined) return left("column-not-known");
  const newer = compareAges({ source, target }, field.type, 0);
  if (newer === "source") return decided("theirs");
  return newer === "target" ? decided("ours") : left("does-not-say-which-is-newer");
}

function byCells(
  cells: Readonly<Record<string, ConflictSide>>,
  table: Pick<PatchTable, "columns">,
  conflict: RuleableConflict,
): RuledConflict {
  const { ours, theirs } = conflict;
  if (ours === null || theirs === null) return left("one-side-has-no-row");
  const names = new Set(table.columns.map(([name]) => name));
  if (!Object.keys(cells).some((column) => names.has(column))) return left("no-such-column");
  const contested = contestedColumns(conflict);
  if (!contested.some((column) => Object.hasOwn(cells, column))) return left("nothing-of-it-differs");
  if (!contested.every((column) => Object.hasOwn(cells, column))) return left("other-columns-differ");
  const row = new Map<string, RowValue>();
  const sides = new Set<ConflictSide>();
  for (const column of undecided(conflict, ours, theirs)) {
    // What nobody contests merges by itself.
    const side = contested.includes(column) ? (cells[column] as ConflictSide) : "theirs";
    const value = conflict[side]?.get(column);
    if (value === undefined) return left("column-not-known");
    sides.add(side);
    row.set(column, value);
  }
  const [only] = sides;
  return decided(sides.size === 1 && only !== undefined ? only : { row });
}

function decided(resolution: MergeResolution): RuledConflict {
  return { kind: "decided", resolution };
}

function left(reason: LeftReason): RuledConflict {
  return { kind: "left", reason };
}
