import type { Client } from "pg";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { isOp } from "./write-statements.ts";

const state = (value: string) => `'${value}'::pg_catalog."char"`;
const outcome = (cases: readonly (readonly [when: string, value: string])[], otherwise: string) =>
  `CASE ${cases.map(([when, value]) => `WHEN ${when} THEN ${state(value)}`).join(" ")} ELSE ${state(otherwise)} END`;

/** Judges every operation by the target's rows as they are now: to be written, already true, or in conflict. */
export async function classify(client: Client, table: StagedTable): Promise<void> {
  const { staged } = table;
  if (staged.i + staged.u + staged.d > 0) {
    await client.query(rowsThatAreGone(table));
    if (staged.i + staged.d > 0) await client.query(insertsAndDeletes(table));
    for (const group of table.groups.keys()) await client.query(updates(table, group));
  }
  if (staged.I + staged.D > 0) await classifyIdentical(client, table);
}

function rowsThatAreGone(table: StagedTable): string {
  const value = outcome(
    [
      [isOp(STAGED.delete), STATE.present],
      [isOp(STAGED.insert), STATE.pending],
    ],
    STATE.conflict,
  );
  return `UPDATE ${table.stage} s SET state = ${value}
WHERE ${isOp(STAGED.insert)} OR ${isOp(STAGED.update)} OR ${isOp(STAGED.delete)}`;
}

function insertsAndDeletes(table: StagedTable): string {
  const value = outcome(
    [
      [`${isOp(STAGED.delete)} AND ${table.same("old")}`, STATE.pending],
      [`${isOp(STAGED.insert)} AND ${table.same("new")}`, STATE.present],
    ],
    STATE.conflict,
  );
  return `UPDATE ${table.stage} s SET state = ${value} FROM ${table.relation} t
WHERE (${isOp(STAGED.insert)} OR ${isOp(STAGED.delete)}) AND ${table.sameKey()}`;
}

function updates(table: StagedTable, group: number): string {
  const columns = table.groupColumns(group);
  const value = outcome(
    [
      [table.same("old", columns), STATE.pending],
      [table.same("new", columns), STATE.present],
    ],
    STATE.conflict,
  );
  return `UPDATE ${table.stage} s SET state = ${value} FROM ${table.relation} t
WHERE ${isOp(STAGED.update)} AND s.grp OPERATOR(pg_catalog.=) ${group} AND ${table.sameKey()}`;
}

/** Identical rows are counted: as many as the patch expects, as many as it leaves, or something else. */
export async function classifyIdentical(client: Client, table: StagedTable): Promise<void> {
  await client.query(countIdentical(table, STAGED.deleteMany, "old"));
  await client.query(countIdentical(table, STAGED.insertMany, "new"));
  const removed = "s.present OPERATOR(pg_catalog.=) (s.total OPERATOR(pg_catalog.-) s.cnt)";
  const added = "s.present OPERATOR(pg_catalog.=) (s.total OPERATOR(pg_catalog.+) s.cnt)";
  const asExpected = "s.present OPERATOR(pg_catalog.=) s.total";
  const unknown = "s.total OPERATOR(pg_catalog.<) 0";
  const deletes = outcome(
    [
      [asExpected, STATE.pending],
      [removed, STATE.present],
    ],
    STATE.conflict,
  );
  const inserts = outcome(
    [
      [`${unknown} OR ${asExpected}`, STATE.pending],
      [added, STATE.present],
    ],
    STATE.conflict,
  );
  await client.query(`UPDATE ${table.stage} s SET state = ${deletes} WHERE ${isOp(STAGED.deleteMany)}`);
  await client.query(`UPDATE ${table.stage} s SET state = ${inserts} WHERE ${isOp(STAGED.insertMany)}`);
}

function countIdentical(table: StagedTable, kind: "D" | "I", side: "old" | "new"): string {
  return `UPDATE ${table.stage} s SET present = c.present FROM (
  SELECT s.seq, pg_catalog.count(t.ctid) AS present FROM ${table.stage} s
  LEFT JOIN ${table.relation} t ON ${table.same(side)} AND ${table.inScope()} WHERE ${isOp(kind)} GROUP BY s.seq
) c WHERE c.seq OPERATOR(pg_catalog.=) s.seq`;
}
