import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { ApplySession } from "./apply-session.ts";
import { sqlStateOf } from "./write-errors.ts";

const POLL_MS = 50;
/** An orphan that waits for words of ours that never come is ended after this. */
const ORPHAN_PATIENCE_MS = 1_000;
const GIVE_UP_MS = 60_000;

/** Whether a failed COMMIT may have happened all the same: no answer at all, or the server died while answering. */
export function isUncertain(error: unknown): boolean {
  const state = sqlStateOf(error);
  return (
    !/^[0-9A-Z]{5}$/.test(state) || state === "EPIPE" || state.startsWith("08") || state.startsWith("57P")
  );
}

/** Two 32-bit numbers of an application's advisory lock, held from its BEGIN to its end. */
export function applicationLock(applicationId: string): string {
  const hex = applicationId.replaceAll("-", "");
  const number = (at: number) => Number.parseInt(hex.slice(at, at + 8), 16) | 0;
  return `${number(0)}, ${number(24)}`;
}

/**
 * Waits until the application's own transaction is over, whatever became of its client, then looks for its ledger
 * row. The transaction holds an advisory lock to its end, and the lock is released only after the commit is visible.
 */
export async function lookUpCommit(
  session: ApplySession,
  applicationId: string,
  label: string,
): Promise<boolean> {
  const startedAt = Date.now();
  const lock = applicationLock(applicationId);
  for (;;) {
    const { rows } = await session.client.query<{ free: string }>(
      `SELECT pg_catalog.pg_try_advisory_xact_lock(${lock}) AS free`,
    );
    if (rows[0]?.free === "t") break;
    const waited = Date.now() - startedAt;
    if (waited > GIVE_UP_MS) throw unknown(label);
    if (waited > ORPHAN_PATIENCE_MS) await session.client.query(endHolder(lock));
    await sleep(POLL_MS);
  }
  const { rows } = await session.client.query<{ there: string }>(
    "SELECT EXISTS (SELECT FROM syncline.ledger WHERE id = $1::pg_catalog.uuid) AS there",
    [applicationId],
  );
  return rows[0]?.there === "t";
}

/** Ends the session that holds an application's lock. Its transaction is rolled back, unless it has just committed. */
export function endHolder(lock: string): string {
  const [first, second] = lock.split(", ").map((text) => Number(text) >>> 0);
  return `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks
WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND granted AND objsubid OPERATOR(pg_catalog.=) 2::pg_catalog.int2
  AND classid OPERATOR(pg_catalog.=) '${first}'::pg_catalog.oid AND objid OPERATOR(pg_catalog.=) '${second}'::pg_catalog.oid
  AND database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;
}

function unknown(label: string): CodedError {
  return new CodedError(
    "patch.outcome_unknown",
    `Whether the patch was written to "${label}" cannot be told yet: its session is still there.`,
    {
      hint: "Look with `syncline log`, or apply the patch again: what is already there is left alone.",
    },
  );
}
