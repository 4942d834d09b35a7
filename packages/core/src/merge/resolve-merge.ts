import type { PatchRow, PatchTable } from "../patch/patch.ts";
import type { RowValue } from "../values/row-value.ts";
import { KEEP, type MergeEffect, updateEffect } from "./merge-key.ts";
import type { MergeConflict, MergeResolution } from "./merge-outcome.ts";

/** A conflict that waits for a decision. */
export interface OpenConflict {
  readonly conflict: MergeConflict;
  /** Columns besides the undecided ones that only theirs changed, as theirs has them. */
  readonly taken: PatchRow;
  /** Columns of a whole row. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

export function openConflict(table: PatchTable, conflict: MergeConflict): OpenConflict {
  const { base, ours, theirs, columns: undecided } = conflict;
  const merges = (column: string, value: RowValue) =>
    !undecided.includes(column) && ours?.get(column) === base?.get(column) && value !== base?.get(column);
  const updated = conflict.kind === "update-update" && base !== null && ours !== null && theirs !== null;
  const taken = updated
    ? [...theirs].filter(([column, value]) => base.has(column) && merges(column, value))
    : [];
  return { conflict, taken: new Map(taken), columns: table.columns.map(([name]) => name), key: table.key };
}

export type ResolvedMerge =
  | { readonly kind: "effect"; readonly effect: MergeEffect }
  /** These columns still need a decision. */
  | { readonly kind: "open"; readonly columns: readonly string[] }
  | { readonly kind: "impossible"; readonly reason: string };

const UNKNOWN_ROW = "the row is known only in part; give the whole row as an object, or choose ours";

/**
 * What a decision does to ours. A side decides the undecided columns; what merged by itself is taken as well. A row
 * decides the columns that it has.
 */
export function resolveMerge(open: OpenConflict, resolution: MergeResolution): ResolvedMerge {
  const { conflict } = open;
  if (conflict.kind === "outside-scope")
    return resolution === "ours"
      ? { kind: "effect", effect: KEEP }
      : impossible("the target's row lies outside the scope of this run and is never changed");
  if (typeof resolution !== "string") return resolveRow(open, resolution.row);
  if (resolution === "base" && conflict.base === null && conflict.kind !== "insert-insert")
    return impossible("there is no base to go back to");
  if (conflict.columns.length > 0 && conflict.ours !== null && conflict[resolution] !== null)
    return decideColumns(open, pick(conflict[resolution] as PatchRow, conflict.columns));
  return become(open, conflict[resolution]);
}

function resolveRow(open: OpenConflict, row: PatchRow | null): ResolvedMerge {
  const { conflict, key } = open;
  if (row === null) return become(open, null);
  const sides = [conflict.key, conflict.base, conflict.ours, conflict.theirs];
  const keeps = key.every(
    (column) => !row.has(column) || sides.some((side) => side?.get(column) === row.get(column)),
  );
  if (!keeps) return impossible("the row must keep its key");
  if (conflict.ours === null) return become(open, row);
  return decideColumns(open, row);
}

function decideColumns(open: OpenConflict, decided: PatchRow): ResolvedMerge {
  const { conflict, taken } = open;
  const left = conflict.columns.filter((column) => !decided.has(column));
  if (left.length > 0) return { kind: "open", columns: left };
  const wanted = new Map([...taken, ...decided]);
  return { kind: "effect", effect: updateEffect(conflict.ours ?? new Map(), wanted, wanted.keys()) };
}

/** Ours turned into a whole row, or into none. */
function become({ conflict, columns }: OpenConflict, wanted: PatchRow | null): ResolvedMerge {
  const { ours } = conflict;
  const isWhole = (row: PatchRow) => columns.every((column) => row.has(column));
  if (ours === null && wanted === null) return { kind: "effect", effect: KEEP };
  if (ours === null && wanted !== null)
    return isWhole(wanted)
      ? { kind: "effect", effect: { kind: "insert", row: wanted } }
      : impossible(UNKNOWN_ROW);
  if (ours !== null && wanted === null)
    return isWhole(ours)
      ? { kind: "effect", effect: { kind: "delete", old: ours } }
      : impossible(UNKNOWN_ROW);
  const rows = { ours: ours as PatchRow, wanted: wanted as PatchRow };
  return { kind: "effect", effect: updateEffect(rows.ours, rows.wanted, rows.wanted.keys()) };
}

function pick(row: PatchRow, columns: readonly string[]): PatchRow {
  return new Map(
    columns.filter((column) => row.has(column)).map((column) => [column, row.get(column) ?? null]),
  );
}

function impossible(reason: string): ResolvedMerge {
  return { kind: "impossible", reason };
}
