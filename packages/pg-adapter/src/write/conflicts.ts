import type { PatchOperation, PatchRow, RowValue } from "@syncline/core";
import type { ApplyConflict, ConflictKind } from "@syncline/engine";
import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { STATE, type StagedKind, type StagedTable } from "./staged-table.ts";
import { textOutput } from "./value-expressions.ts";
import { isState } from "./write-statements.ts";

const PAGE = 500;

/** Conflicts of all tables with the target's whole row, a page at a time. Under the pins. */
export async function* streamConflicts(
  client: Client,
  tables: readonly StagedTable[],
): AsyncIterable<ApplyConflict> {
  for (const table of tables) {
    await client.query(`DECLARE syncline_conflicts NO SCROLL CURSOR FOR ${conflictQuery(table)}`);
    for (;;) {
      const { rows } = await client.query<ConflictRow>(`FETCH ${PAGE} FROM syncline_conflicts`);
      for (const row of rows) yield toConflict(table, row);
      if (rows.length < PAGE) break;
    }
    await client.query("CLOSE syncline_conflicts");
  }
}

interface ConflictRow {
  readonly op: StagedKind;
  readonly grp: string;
  readonly cnt: string;
  readonly total: string;
  readonly key: string;
  readonly old: string;
  readonly new: string;
  readonly ours: string | null;
}

function conflictQuery(table: StagedTable): string {
  const present = table.key.length === 0 ? "false" : table.sameKey();
  const ours = storedColumns(table).map((column) => textOutput(column, `t.${quoteIdentifier(column.name)}`));
  return `SELECT s.op, s.grp, s.cnt, s.total, pg_catalog.to_json(${table.keyTexts()}) AS key,
  pg_catalog.to_json(${table.stagedTexts("old")}) AS old, pg_catalog.to_json(${table.stagedTexts("new")}) AS new,
  CASE WHEN t.tableoid IS NOT NULL THEN pg_catalog.to_json(ARRAY[${ours.join(", ")}]::pg_catalog.text[]) END AS ours
FROM ${table.stage} s LEFT JOIN ${table.relation} t ON ${present} WHERE ${isState(STATE.conflict)} ORDER BY s.seq`;
}

function storedColumns(table: StagedTable) {
  return table.info.spec.columns.filter((column) => !column.generated);
}

function toConflict(table: StagedTable, row: ConflictRow): ApplyConflict {
  const ours =
    row.ours === null
      ? null
      : toRow(
          storedColumns(table).map((column) => column.name),
          row.ours,
        );
  const operation = toOperation(table, row);
  return { kind: conflictKind(operation, row.op, ours), operation, ours };
}

function conflictKind(operation: PatchOperation, staged: StagedKind, ours: PatchRow | null): ConflictKind {
  if (staged === "I" || staged === "D") return "count-changed";
  if (operation.op === "insert") return "insert-insert";
  if (operation.op === "delete") return "delete-update";
  return ours === null ? "update-delete" : "update-update";
}

function toOperation(table: StagedTable, row: ConflictRow): PatchOperation {
  const key = toRow(
    table.key.map((column) => column.spec.name),
    row.key,
  );
  const columns = table.columns.map((column) => column.spec.name);
  const count = Number(row.cnt);
  const total = Number(row.total);
  if (row.op === "i" || row.op === "I") {
    const of = row.op === "I" && total >= 0 ? { of: total } : {};
    return { op: "insert", table: table.name, key, new: toRow(columns, row.new), count, ...of };
  }
  if (row.op === "d" || row.op === "D") {
    return { op: "delete", table: table.name, key, old: toRow(columns, row.old), count, of: total };
  }
  const changed = new Set(table.groupColumns(Number(row.grp)).map((column) => column.spec.name));
  const only = (image: PatchRow) => new Map([...image].filter(([name]) => changed.has(name)));
  return {
    op: "update",
    table: table.name,
    key,
    old: only(toRow(columns, row.old)),
    new: only(toRow(columns, row.new)),
  };
}

function toRow(names: readonly string[], json: string): PatchRow {
  const values = JSON.parse(json) as RowValue[];
  return new Map(names.map((name, at) => [name, values[at] ?? null]));
}
