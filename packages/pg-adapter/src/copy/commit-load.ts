import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { ConnectionOptions } from "../scope.ts";
import { ApplySession } from "../write/apply-session.ts";
import { isUncertain } from "../write/commit-outcome.ts";

interface CommitInput {
  readonly session: ApplySession;
  readonly connection: ConnectionOptions;
  readonly label: string;
}

const POLL_MS = 100;
const PATIENCE_MS = 60_000;
const ORPHAN_PATIENCE_MS = 1_000;

/** Commits; when the reply is lost, asks the server what became of the transaction. */
export async function commitLoad({ session, connection, label }: CommitInput): Promise<void> {
  const { rows } = await session.client.query<{ xid: string }>(
    "SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text AS xid",
  );
  const xid = rows[0]?.xid ?? "";
  try {
    await session.client.query("COMMIT");
  } catch (error) {
    if (!isUncertain(error)) throw error;
    session.destroy();
    if (await wasCommitted(connection, label, xid)) return;
    throw error;
  }
}

async function wasCommitted(connection: ConnectionOptions, label: string, xid: string): Promise<boolean> {
  const startedAt = Date.now();
  for (;;) {
    const orphaned = Date.now() - startedAt > ORPHAN_PATIENCE_MS;
    const status = await askStatus(connection, label, { xid, orphaned }).catch(() => null);
    if (status === "committed") return true;
    if (status === "aborted") return false;
    if (Date.now() - startedAt > PATIENCE_MS) throw unknown(label);
    await sleep(POLL_MS);
  }
}

/** A server that never saw our end keeps the transaction open; after a while its process is ended. */
async function askStatus(
  connection: ConnectionOptions,
  label: string,
  { xid, orphaned }: { readonly xid: string; readonly orphaned: boolean },
): Promise<string | null> {
  const session = await ApplySession.open(connection, label);
  try {
    if (orphaned) await session.client.query(END_ORPHAN, [xid]);
    const { rows } = await session.client.query<{ status: string | null }>(
      "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8) AS status",
      [xid],
    );
    return rows[0]?.status ?? null;
  } finally {
    await session.close();
  }
}

const END_ORPHAN = `SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
WHERE a.backend_xid OPERATOR(pg_catalog.=) $1::pg_catalog.xid8::pg_catalog.xid
  AND a.state OPERATOR(pg_catalog.=) ANY ('{idle in transaction,idle in transaction (aborted)}'::pg_catalog.text[])`;

function unknown(label: string): CodedError {
  return new CodedError(
    "patch.outcome_unknown",
    `The connection to "${label}" was lost during the commit, and the server does not say what became of it.`,
    { hint: "Compare source and target once the server answers again." },
  );
}
