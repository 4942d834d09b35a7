import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { STAGED, STATE, type StagedTable } from "./staged-table.ts";
import { isOp } from "./write-statements.ts";

/**
 * Inserts of rows without identity that do not say how many such rows there were: the rows cannot tell whether they
 * are written already, so the ledger does: the same patch, applied in this scope and not taken back.
 */
export async function settleUncounted(opened: OpenedTransaction, table: StagedTable): Promise<void> {
  const { session, scope, request, ledger } = opened;
  if (!ledger || table.staged.I === 0) return;
  const { rows } = await session.client.query<{ stands: string }>(
    `SELECT EXISTS (SELECT FROM syncline.ledger WHERE hash = $1 AND kind = 'apply' AND undo_state = 'applied' AND scope_schema = $2
       AND tenant_column IS NOT DISTINCT FROM $3 AND tenant_value IS NOT DISTINCT FROM $4) AS stands`,
    [request.hash, scope.schema, scope.tenantColumn?.name ?? null, scope.tenantColumn?.value ?? null],
  );
  if (rows[0]?.stands !== "t") return;
  await session.client.query(
    `UPDATE ${table.stage} s SET state = '${STATE.present}' WHERE ${isOp(STAGED.insertMany)} AND s.total < 0`,
  );
}
