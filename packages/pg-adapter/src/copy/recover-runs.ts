import type { ApplySession } from "../write/apply-session.ts";
import { copyLedgerExists, runLock } from "./copy-ledger.ts";
import { settleRun } from "./settle-run.ts";

/** Long enough for the sessions of a dead run to end. */
const LOCK_TIMEOUT_MS = 60_000;

/** Ends the runs of this database that died. Those that still work hold their lock and are left alone. */
export async function recoverRuns(session: ApplySession): Promise<string[]> {
  const { client } = session;
  if (!(await copyLedgerExists(client))) return [];
  const { rows } = await client.query<{ run_id: string }>(
    `SELECT run_id::pg_catalog.text FROM syncline.copy_part UNION SELECT run_id::pg_catalog.text FROM syncline.copy_definition`,
  );
  const notes: string[] = [];
  for (const { run_id: runId } of rows) {
    const lock = await client.query<{ mine: string }>(
      `SELECT pg_catalog.pg_try_advisory_lock(${runLock(runId)}) AS mine`,
    );
    if (lock.rows[0]?.mine !== "t") continue;
    try {
      const { emptied, rebuilt, failed } = await settleRun(session, runId, LOCK_TIMEOUT_MS);
      const removed =
        emptied.length === 0 ? "" : `; the rows that it had left in ${emptied.join(", ")} were removed`;
      if (failed.length > 0)
        notes.push(
          `Rows of others stand against what a copy that had died had dropped: ${failed.join(", ")}.`,
        );
      if (rebuilt === 0 && emptied.length === 0) continue;
      notes.push(
        `A copy that had died was cleaned up: ${rebuilt} indexes and constraints were made again${removed}.`,
      );
    } finally {
      if (!session.lost) await client.query(`SELECT pg_catalog.pg_advisory_unlock(${runLock(runId)})`);
    }
  }
  return notes;
}
