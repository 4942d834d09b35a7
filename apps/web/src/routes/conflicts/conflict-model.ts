import { contestedColumns, type MergeConflict, type PatchRow, type PatchTable } from "@syncline/core";
import type { WholeConflict } from "./conflicts-query.ts";

export type Side = "ours" | "theirs" | "base";
export const SIDES = ["base", "ours", "theirs"] as const;

type Row = Readonly<Record<string, string | null>> | null;

/** A conflict as the merge rules of the engine take it. */
export interface ConflictModel {
  readonly id: string;
  readonly table: PatchTable;
  readonly conflict: MergeConflict;
  /** Rows without a key: only a whole side can be chosen. */
  readonly whole: boolean;
  /** Why a side cannot be chosen. */
  readonly refused: ReadonlyMap<Side, string>;
  /** Columns to be decided, in the table's order. */
  readonly open: readonly string[];
  /** The others, in the table's order. */
  readonly others: readonly string[];
  readonly types: ReadonlyMap<string, string>;
  /** Digest of the row's versions: a choice is about these. */
  readonly versions: string;
  /** The newest decision's; null without one. */
  readonly decisionId: string | null;
}

interface Document {
  readonly table: string;
  readonly key: Readonly<Record<string, string | null>>;
  readonly base: Row;
  readonly ours: Row;
  readonly theirs: Row;
  readonly counts?: NonNullable<MergeConflict["counts"]>;
  readonly columnTypes: PatchTable["columns"];
  readonly versions: string;
}

export function modelOf(answer: WholeConflict): ConflictModel {
  const document = answer.document as Document;
  const conflict: MergeConflict = {
    table: document.table,
    key: new Map(Object.entries(document.key)),
    kind: answer.kind as MergeConflict["kind"],
    columns: answer.columns,
    base: rowOf(document.base),
    ours: rowOf(document.ours),
    theirs: rowOf(document.theirs),
    ...(document.counts === undefined ? {} : { counts: document.counts }),
  };
  const names = document.columnTypes.map(([name]) => name);
  const whole = document.counts !== undefined || answer.kind === "count-changed";
  const decided = whole ? new Set<string>() : openColumns(conflict, names);
  const refused = answer.choices.flatMap(({ choice, refused: reason }) =>
    reason === null ? [] : [[choice, reason] as const],
  );
  return {
    id: answer.id,
    table: {
      name: document.table,
      columns: document.columnTypes,
      key: Object.keys(document.key),
      fingerprint: "",
    },
    conflict,
    whole,
    refused: new Map(refused),
    open: names.filter((name) => decided.has(name)),
    others: names.filter((name) => !decided.has(name)),
    types: new Map(document.columnTypes),
    versions: document.versions,
    decisionId: answer.decisions[0]?.id ?? null,
  };
}

function rowOf(row: Row): PatchRow | null {
  return row === null ? null : new Map(Object.entries(row));
}

/** Of rows that both sides have, the columns that differ; of a row that one side has not, all but the key. */
function openColumns(conflict: MergeConflict, names: readonly string[]): ReadonlySet<string> {
  if (conflict.columns.length > 0) return new Set(conflict.columns);
  if (conflict.ours !== null && conflict.theirs !== null) return new Set(contestedColumns(conflict));
  return new Set(names.filter((name) => !conflict.key.has(name)));
}
