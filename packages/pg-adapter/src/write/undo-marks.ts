import type { ApplicationRequest } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../scope.ts";
import { alreadyUndone, findInverse } from "./ledger-read.ts";

/** Somebody may have taken it back since it was looked up; the fence is held now. */
export async function assertStands(client: Client, scope: PgScope, ledgerId: string): Promise<void> {
  const { entry } = await findInverse(client, scope, ledgerId);
  if (entry.undoState === "undone") throw alreadyUndone(entry);
}

/**
 * Marks the application as taken back. If that was an undo itself, what it had undone stands again, and so on down
 * the chain.
 */
export async function markUndone(
  client: Client,
  request: ApplicationRequest,
  partial: boolean,
): Promise<void> {
  let ledgerId = request.undoes;
  let undone = true;
  while (ledgerId !== null) {
    const state: string = !undone ? "applied" : partial ? "partial" : "undone";
    const { rows } = await client.query<{ undoes: string | null }>(
      `UPDATE syncline.ledger SET undo_state = $2, undone_by = $3,
        undone_at = CASE WHEN $3::pg_catalog.uuid IS NULL THEN NULL ELSE pg_catalog.clock_timestamp() END
       WHERE id OPERATOR(pg_catalog.=) $1 RETURNING undoes`,
      [ledgerId, state, undone ? request.id : null],
    );
    if (partial) return;
    ledgerId = rows[0]?.undoes ?? null;
    undone = !undone;
  }
}
