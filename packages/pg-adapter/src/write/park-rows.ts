import type { Client } from "pg";
import type { Parking } from "./parking.ts";
import type { StagedTable } from "./staged-table.ts";
import { STAGED } from "./staged-table.ts";
import { unresolvable } from "./unique-swaps.ts";
import { stagedExpression } from "./value-expressions.ts";
import { sqlStateOf } from "./write-errors.ts";
import { pendingOf } from "./write-statements.ts";

const PARKED = "s.parked IS TRUE";

/** Resolves with false when no value fits and the rows are to be deleted and inserted again instead. */
export async function parkRows(client: Client, table: StagedTable, parking: Parking): Promise<boolean> {
  for (const group of table.groups.keys()) {
    if (parking.replace) await removeGroup(client, table, group);
    else if (!(await parkGroup(client, table, group, parking))) {
      if (!parking.replaceable) throw unresolvable(table, parking.indexes);
      parking.replace = true;
      return false;
    }
  }
  return true;
}

async function parkGroup(
  client: Client,
  table: StagedTable,
  group: number,
  parking: Parking,
): Promise<boolean> {
  const columns = parking.groups.get(group) ?? [];
  const tries = Math.max(0, ...columns.map(({ candidates }) => candidates.length));
  if (columns.some(({ candidates }) => candidates.length === 0))
    return !(await anyParked(client, table, group));
  if (columns.length === 0) return true;
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const assignments = columns.map(
      ({ column, candidates }) =>
        `${column.quoted} = ${candidates[Math.min(attempt, candidates.length - 1)]}`,
    );
    if (await tryPark(client, table, group, assignments)) return true;
  }
  return false;
}

async function anyParked(client: Client, table: StagedTable, group: number): Promise<boolean> {
  const { rows } = await client.query<{ any: string }>(
    `SELECT EXISTS (SELECT FROM ${table.stage} s WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })}) AS any`,
  );
  return rows[0]?.any === "t";
}

async function tryPark(
  client: Client,
  table: StagedTable,
  group: number,
  assignments: readonly string[],
): Promise<boolean> {
  await client.query("SAVEPOINT syncline_parking");
  try {
    await client.query(
      `UPDATE ${table.relation} t SET ${assignments.join(", ")}
       FROM (SELECT s.*, pg_catalog.row_number() OVER () AS nth FROM ${table.stage} s WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })}) s
       WHERE ${table.sameKey()} AND ${table.same("old", table.groupColumns(group))}`,
    );
    await client.query("RELEASE SAVEPOINT syncline_parking");
    return true;
  } catch (error) {
    if (!/^(22|23)/.test(sqlStateOf(error))) throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_parking");
    return false;
  }
}

/** Takes the rows out and keeps all of their columns in the staged old image, from where they are inserted again. */
async function removeGroup(client: Client, table: StagedTable, group: number): Promise<void> {
  const returned = table.columns.map(
    (column, at) => `${stagedExpression(column.spec, `t.${column.quoted}`)} AS r${at}`,
  );
  const kept = table.columns.map((column, at) => `${column.old} = gone.r${at}`);
  await client.query(`WITH gone AS (
  DELETE FROM ${table.relation} t USING ${table.stage} s
  WHERE ${PARKED} AND ${pendingOf({ kind: STAGED.update, group })} AND ${table.sameKey()} AND ${table.same("old", table.groupColumns(group))}
  RETURNING s.seq, ${returned.join(", ")}
) UPDATE ${table.stage} s SET ${kept.join(", ")} FROM gone WHERE gone.seq OPERATOR(pg_catalog.=) s.seq`);
}
