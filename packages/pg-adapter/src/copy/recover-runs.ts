import type { ApplySession } from "../write/apply-session.ts";
import { readCopyLedger } from "./copy-ledger.ts";
import { type Settlement, settleRun } from "./settle-run.ts";

/** Long enough for the sessions of a dead run to end. */
const LOCK_TIMEOUT_MS = 60_000;

/** Ends the runs of this database that died. Those that still work hold their lock and are left alone. */
export async function recoverRuns(session: ApplySession): Promise<string[]> {
  const { client } = session;
  const state = await readCopyLedger(client);
  if (state.kind === "other") return foreignRuns(session, state.owner);
  if (state.kind === "none") return [];
  const { rows } = await client.query<{ run_id: string }>(
    `SELECT run_id::pg_catalog.text FROM syncline.copy_part UNION SELECT run_id::pg_catalog.text FROM syncline.copy_definition`,
  );
  const notes: string[] = [];
  for (const { run_id: runId } of rows) {
    const settled = await settleRun(session, runId, LOCK_TIMEOUT_MS);
    if (settled !== null) notes.push(...describeSettlement(settled));
  }
  return notes;
}

/** What people should know of it. */
export function describeSettlement({ emptied, rebuilt, failed }: Settlement): string[] {
  const kept =
    failed.length === 0
      ? []
      : [`Rows of others stand against what a copy that had died had dropped: ${failed.join(", ")}.`];
  if (rebuilt === 0 && emptied.length === 0) return kept;
  const removed =
    emptied.length === 0 ? "" : `; the rows that it had left in ${emptied.join(", ")} were removed`;
  return [
    ...kept,
    `A copy that had died was cleaned up: ${rebuilt} indexes and constraints were made again${removed}.`,
  ];
}

/** The same before other work of this session, which must not fail because of it. Outside of any transaction. */
export async function recoverRunsQuietly(session: ApplySession): Promise<void> {
  try {
    await recoverRuns(session);
  } catch (error) {
    if (session.lost) throw error;
  }
}

/** What another role has left cannot be judged; it can only be told, where this role may look. */
async function foreignRuns({ client }: ApplySession, owner: string): Promise<string[]> {
  const query = "SELECT 1 AS one FROM syncline.copy_definition LIMIT 1";
  const { rows } = await client.query(query).catch(() => ({ rows: [] }));
  if (rows.length === 0) return [];
  return [
    `A copy of role "${owner}" is at work here or has died; if it has, \`syncline copy\` as that role makes its indexes again.`,
  ];
}
