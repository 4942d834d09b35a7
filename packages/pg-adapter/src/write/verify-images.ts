import type { ColumnSpec } from "@syncline/core";
import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { STAGED, type StagedTable, stagedValue } from "./staged-table.ts";
import { imageBytes, imageField } from "./value-expressions.ts";
import { pendingOf } from "./write-statements.ts";

/** What the target holds after the writes that the patch did not say. */
export interface Rewritten {
  readonly table: StagedTable;
  readonly columns: readonly string[];
}

function storedColumns(table: StagedTable): ColumnSpec[] {
  return table.info.spec.columns.filter((column) => !column.generated);
}

const fieldOf = (column: ColumnSpec) => imageBytes([imageField(column, `t.${quoteIdentifier(column.name)}`)]);

/** Keeps the bytes of each column of the rows that will be updated; the rows are locked, so others cannot change them. */
export async function captureBefore(client: Client, table: StagedTable): Promise<void> {
  if (table.groups.length === 0) return;
  const fields = storedColumns(table).map(fieldOf);
  await client.query(`WITH held AS MATERIALIZED (
  SELECT s.seq, ARRAY[${fields.join(", ")}] AS before FROM ${table.stage} s JOIN ${table.relation} t ON ${table.sameKey()}
  WHERE ${pendingOf({ kind: STAGED.update, group: null })} FOR NO KEY UPDATE OF t
) UPDATE ${table.stage} s SET before = held.before FROM held WHERE held.seq = s.seq`);
}

/** Compares the rows with the patch after everything, also deferred triggers, has run. */
export async function findRewritten(client: Client, tables: readonly StagedTable[]): Promise<Rewritten[]> {
  const found: Rewritten[] = [];
  for (const table of tables) {
    const columns = new Set<string>();
    for (const statement of checks(table)) {
      const { rows } = await client.query<Record<string, string | null>>(statement);
      for (const [name, value] of Object.entries(rows[0] ?? {}))
        if (value === "t") columns.add(columnName(table, name));
    }
    if (columns.size > 0) found.push({ table, columns: [...columns] });
  }
  return found;
}

/** Result columns are `c<number>` for a stored column that differs and `gone` for a row that is not as it should be. */
function columnName(table: StagedTable, name: string): string {
  return name === "gone" ? "*" : (storedColumns(table)[Number(name.slice(1))]?.name ?? "*");
}

function checks(table: StagedTable): string[] {
  const { staged } = table;
  return [
    ...(staged.i > 0 ? [insertedDiffer(table)] : []),
    ...table.groups.map((_, group) => updatedDiffer(table, group)),
    ...(staged.d > 0 ? [deletedRemain(table)] : []),
    ...(staged.I > 0 ? [countsDiffer(table, STAGED.insertMany)] : []),
    ...(staged.D > 0 ? [countsDiffer(table, STAGED.deleteMany)] : []),
  ];
}

const anyOf = (condition: string) => `pg_catalog.bool_or(${condition})`;
const missing = `${anyOf("t.tableoid IS NULL")} AS gone`;

function differences(table: StagedTable, staged: (column: ColumnSpec) => string | null): string[] {
  return storedColumns(table).flatMap((column, at) => {
    const expected = staged(column);
    return expected === null
      ? []
      : [`${anyOf(`${fieldOf(column)} <> ${expected} AND t.tableoid IS NOT NULL`)} AS c${at}`];
  });
}

function stagedNew(table: StagedTable, column: ColumnSpec): string | null {
  const carried = table.columns.find((each) => each.spec.name === column.name);
  return carried === undefined ? null : imageBytes([imageField(column, stagedValue(carried, "new"))]);
}

function insertedDiffer(table: StagedTable): string {
  const columns = differences(table, (column) => stagedNew(table, column));
  return `SELECT ${[missing, ...columns].join(", ")} FROM ${table.stage} s
LEFT JOIN ${table.relation} t ON ${table.sameKey()} WHERE ${pendingOf({ kind: STAGED.insert, group: null })}`;
}

function updatedDiffer(table: StagedTable, group: number): string {
  const changed = new Set(table.groupColumns(group).map((column) => column.spec.name));
  const position = new Map(storedColumns(table).map((column, at) => [column.name, at + 1]));
  const columns = differences(table, (column) =>
    changed.has(column.name) ? stagedNew(table, column) : `s.before[${position.get(column.name)}]`,
  );
  return `SELECT ${[missing, ...columns].join(", ")} FROM ${table.stage} s
LEFT JOIN ${table.relation} t ON ${table.sameKey()} WHERE ${pendingOf({ kind: STAGED.update, group })}`;
}

function deletedRemain(table: StagedTable): string {
  return `SELECT ${anyOf("true")} AS gone FROM ${table.stage} s JOIN ${table.relation} t ON ${table.sameKey()}
WHERE ${pendingOf({ kind: STAGED.delete, group: null })}
AND NOT EXISTS (SELECT FROM ${table.stage} again WHERE again.op = 'i' AND ${table.sameKey("t", "again")})`;
}

function countsDiffer(table: StagedTable, kind: "I" | "D"): string {
  const sign = kind === STAGED.insertMany ? "+" : "-";
  const side = kind === STAGED.insertMany ? "new" : "old";
  return `SELECT ${anyOf(`c.now <> c.present ${sign} c.cnt`)} AS gone FROM (
  SELECT s.seq, s.present, s.cnt, pg_catalog.count(t.ctid) AS now FROM ${table.stage} s
  LEFT JOIN ${table.relation} t ON ${table.same(side)} AND ${table.inScope()}
  WHERE ${pendingOf({ kind, group: null })} GROUP BY s.seq, s.present, s.cnt) c`;
}
