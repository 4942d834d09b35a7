import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { PgScope } from "../scope.ts";
import { openConnection } from "./connect.ts";

const STEP_MS = 50;
/** So long a wait is told. */
const NOTICE_MS = 3_000;

/** Waits until the standby has replayed what its primary had written when this was called. */
export async function waitForReplay(
  standby: pg.Client,
  primary: PgScope,
  { signal, notice }: { readonly signal: AbortSignal; readonly notice: () => void },
): Promise<void> {
  let waited = 0;
  const position = await currentPosition(primary);
  for (;;) {
    const { rows } = await standby.query<{ done: string | null }>(
      `SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery() OR pg_catalog.pg_last_wal_replay_lsn() OPERATOR(pg_catalog.>=) $1::pg_catalog.pg_lsn
        THEN 'yes' END AS done`,
      [position],
    );
    if (rows[0]?.done === "yes") return;
    await sleep(STEP_MS, undefined, { signal });
    waited += STEP_MS;
    if (waited === NOTICE_MS) notice();
  }
}

async function currentPosition(primary: PgScope): Promise<string> {
  const client = await openConnection(primary.connection);
  try {
    const { rows } = await client.query<{ lsn: string }>(
      "SELECT pg_catalog.pg_current_wal_insert_lsn() AS lsn",
    );
    return rows[0]?.lsn ?? "0/0";
  } finally {
    await client.end();
  }
}
