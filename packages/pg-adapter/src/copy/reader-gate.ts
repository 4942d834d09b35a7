import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { CopyTable } from "./copy-table.ts";
import { type SessionSource, withSession } from "./open-session.ts";

export interface Gate {
  readonly source: SessionSource;
  readonly table: CopyTable;
  /** Process that queues for the exclusive lock. */
  readonly waiting: number;
  /** Processes whose locks do not count. */
  readonly holders: readonly number[];
  readonly timeoutMs: number;
}

const POLL_MS = 10;

/** Whether the lock is queued for, so that newcomers wait behind it, and who else still holds one. */
const STATE = `SELECT
  COALESCE(pg_catalog.bool_or(l.pid OPERATOR(pg_catalog.=) $2::pg_catalog.int4 AND NOT l.granted), false) AS queued,
  pg_catalog.count(*) FILTER (WHERE l.granted AND NOT l.pid OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.int4[]))::pg_catalog.text AS others
FROM pg_catalog.pg_locks l WHERE l.locktype OPERATOR(pg_catalog.=) 'relation' AND l.relation OPERATOR(pg_catalog.=) $1::pg_catalog.oid
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

/** Waits until nobody but `holders` has the table open and newcomers queue behind `waiting`. */
export async function waitForGate({ source, table, waiting, holders, timeoutMs }: Gate): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  await withSession(source, async ({ client }) => {
    for (;;) {
      const { rows } = await client.query<{ queued: string; others: string }>(STATE, [
        table.info.oid,
        waiting,
        `{${holders.join(",")}}`,
      ]);
      if (rows[0]?.queued === "t" && rows[0].others === "0") return;
      if (timeoutMs > 0 && Date.now() > giveUpAt) throw occupied(table.name);
      await sleep(POLL_MS, undefined, { signal: source.signal });
    }
  });
}

function occupied(table: string): CodedError {
  return new CodedError(
    "target.locked",
    `Somebody else keeps table "${table}" open; it cannot be put in place.`,
    {
      hint: "Try again, or wait longer with --lock-timeout.",
      retryable: true,
      details: { table, sqlState: "55P03" },
    },
  );
}
