import type { Client } from "pg";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { stagedExpression } from "./value-expressions.ts";
import { isOp, isState } from "./write-statements.ts";

const state = (value: string) => `'${value}'::pg_catalog."char"`;

/** Applies the strategy to operations in conflict; resolves with how many are left. */
export async function settleConflicts({ session, tables, request }: OpenedTransaction): Promise<number> {
  const { strategy } = request.options;
  let left = 0;
  for (const table of tables) {
    if (strategy === "ours") await skip(session.client, table);
    if (strategy === "theirs") await overwrite(session.client, table);
    left += await countConflicts(session.client, table);
  }
  return left;
}

async function countConflicts(client: Client, table: StagedTable): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT pg_catalog.count(*) AS count FROM ${table.stage} s WHERE ${isState(STATE.conflict)}`,
  );
  return Number(rows[0]?.count);
}

async function skip(client: Client, table: StagedTable): Promise<void> {
  await client.query(
    `UPDATE ${table.stage} s SET state = ${state(STATE.skipped)} WHERE ${isState(STATE.conflict)}`,
  );
}

/**
 * Takes the target's true row as the old image, so that the write is still conditional and its inverse exact. An
 * insert of a row that is there becomes an update of it; an update of a row that is gone stays a conflict, because
 * the patch knows only some of its columns.
 */
async function overwrite(client: Client, table: StagedTable): Promise<void> {
  if (table.key.length > 0) {
    const images = table.columns.map(
      (column) => `${column.old} = ${stagedExpression(column.spec, `t.${column.quoted}`)}`,
    );
    const set = [`state = ${state(STATE.pending)}`, ...images].join(", ");
    const conflicted = `${isState(STATE.conflict)} AND ${table.sameKey()}`;
    const from = `FROM ${table.relation} t WHERE ${conflicted}`;
    const whole = table.groupOf([...settable(table)]);
    await client.query(
      `UPDATE ${table.stage} s SET op = '${STAGED.update}', grp = ${whole}, ${set} ${from} AND ${isOp(STAGED.insert)}`,
    );
    await client.query(
      `UPDATE ${table.stage} s SET ${set} ${from} AND (${isOp(STAGED.update)} OR ${isOp(STAGED.delete)})`,
    );
  }
  await overwriteCounts(client, table);
}

/** Everything but what only DEFAULT may be assigned to. */
function settable(table: StagedTable): number[] {
  return table.columns.flatMap((column, at) => (column.spec.identity === "always" ? [] : [at]));
}

/** Leaves as many identical rows as the patch leaves. */
async function overwriteCounts(client: Client, table: StagedTable): Promise<void> {
  const surplus = "s.present OPERATOR(pg_catalog.-) (s.total OPERATOR(pg_catalog.-) s.cnt)";
  await client.query(`UPDATE ${table.stage} s SET total = s.present,
  cnt = CASE WHEN ${surplus} OPERATOR(pg_catalog.>) 0 THEN ${surplus} ELSE s.cnt END,
  state = CASE WHEN ${surplus} OPERATOR(pg_catalog.>) 0 THEN ${state(STATE.pending)} ELSE ${state(STATE.present)} END
WHERE ${isState(STATE.conflict)} AND ${isOp(STAGED.deleteMany)}`);
  const missing = "(s.total OPERATOR(pg_catalog.+) s.cnt) OPERATOR(pg_catalog.-) s.present";
  await client.query(`UPDATE ${table.stage} s SET total = s.present,
  cnt = CASE WHEN ${missing} OPERATOR(pg_catalog.>) 0 THEN ${missing} ELSE s.cnt END,
  state = CASE WHEN ${missing} OPERATOR(pg_catalog.>) 0 THEN ${state(STATE.pending)} ELSE ${state(STATE.present)} END
WHERE ${isState(STATE.conflict)} AND ${isOp(STAGED.insertMany)}`);
}
