import type { Client } from "pg";
import type { Parking } from "./parking.ts";
import type { StagedTable } from "./staged-table.ts";
import { STAGED } from "./staged-table.ts";
import { unresolvable } from "./unique-swaps.ts";
import { stagedExpression } from "./value-expressions.ts";
import { sqlStateOf } from "./write-errors.ts";
import { pendingOf } from "./write-statements.ts";

const PARKED = "s.parked IS TRUE";

/** `unfit`: no value fits and the rows are to be deleted and inserted again instead. `drifted`: a row is not as it was judged. */
export type ParkOutcome = "parked" | "unfit" | "drifted";

/** A parked row's old image is checked here and not again, so every one of them has to be met. */
export async function parkRows(client: Client, table: StagedTable, parking: Parking): Promise<ParkOutcome> {
  for (const group of table.groups.keys()) {
    const expected = await countParked(client, table, group);
    if (expected === 0) continue;
    const met = parking.replace
      ? await removeGroup(client, table, group)
      : await parkGroup(client, table, group, parking);
    if (met === null) {
      if (!parking.replaceable) throw unresolvable(table, parking.indexes);
      parking.replace = true;
      return "unfit";
    }
    if (met !== expected) return "drifted";
  }
  return "parked";
}

/** How many rows were parked, or null when no value fits. */
async function parkGroup(
  client: Client,
  table: StagedTable,
  group: number,
  parking: Parking,
): Promise<number | null> {
  const columns = parking.groups.get(group) ?? [];
  const tries = Math.max(0, ...columns.map(({ candidates }) => candidates.length));
  if (columns.length === 0 || columns.some(({ candidates }) => candidates.length === 0)) return null;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const assignments = columns.map(
      ({ column, candidates }) =>
        `${column.quoted} = ${candidates[Math.min(attempt, candidates.length - 1)]}`,
    );
    const parked = await tryPark(client, table, group, assignments);
    if (parked !== null) return parked;
  }
  return null;
}

async function countParked(client: Client, table: StagedTable, group: number): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT pg_catalog.count(*) AS count FROM ${table.stage} s WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })}`,
  );
  return Number(rows[0]?.count);
}

async function tryPark(
  client: Client,
  table: StagedTable,
  group: number,
  assignments: readonly string[],
): Promise<number | null> {
  await client.query("SAVEPOINT syncline_parking");
  try {
    const { rowCount } = await client.query(
      `UPDATE ${table.relation} t SET ${assignments.join(", ")}
       FROM (SELECT s.*, pg_catalog.row_number() OVER () AS nth FROM ${table.stage} s WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })}) s
       WHERE ${table.sameKey()} AND ${table.same("old", table.groupColumns(group))}`,
    );
    await client.query("RELEASE SAVEPOINT syncline_parking");
    return rowCount ?? 0;
  } catch (error) {
    if (!/^(22|23)/.test(sqlStateOf(error))) throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_parking");
    return null;
  }
}

/** Takes the rows out and keeps all of their columns in the staged old image, from where they are inserted again. */
async function removeGroup(client: Client, table: StagedTable, group: number): Promise<number> {
  const returned = table.columns.map(
    (column, at) => `${stagedExpression(column.spec, `t.${column.quoted}`)} AS r${at}`,
  );
  const kept = table.columns.map((column, at) => `${column.old} = gone.r${at}`);
  const { rowCount } = await client.query(`WITH gone AS (
  DELETE FROM ${table.relation} t USING ${table.stage} s
  WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })} AND ${table.sameKey()} AND ${table.same("old", table.groupColumns(group))}
  RETURNING s.seq, ${returned.join(", ")}
) UPDATE ${table.stage} s SET ${kept.join(", ")} FROM gone WHERE gone.seq OPERATOR(pg_catalog.=) s.seq`);
  return rowCount ?? 0;
}
