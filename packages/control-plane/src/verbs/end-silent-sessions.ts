import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { CONTROL_SESSION, QUEUE_SESSION } from "../database/session-names.ts";
import { readAsLogin } from "../database/transact.ts";

/** Transactions of ours take milliseconds, and their statements follow each other without a pause. */
const SILENT_MS = 8_000;

/**
 * Ends sessions of processes that stopped in the middle of a transaction, or of a message, and would keep its locks:
 * no timeout of the server ends one that waits for the rest of a message. Returns how many.
 */
export async function endSilentSessions(
  cp: ControlPlane,
  { silentMs = SILENT_MS }: { readonly silentMs?: number } = {},
): Promise<number> {
  const ended = await readAsLogin(cp, (db) =>
    db.execute(sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND (application_name LIKE ${`%${CONTROL_SESSION}`} OR application_name = ${QUEUE_SESSION})
        AND state <> 'idle' AND xact_start IS NOT NULL
        AND wait_event_type = 'Client' AND wait_event = 'ClientRead'
        AND state_change < clock_timestamp() - ${silentMs}::int * interval '1 millisecond'`),
  );
  return ended.length;
}
