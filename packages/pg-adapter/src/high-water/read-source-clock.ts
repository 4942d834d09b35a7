import type { SourceClock } from "@syncline/engine";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import { translateError } from "../connection/translate-error.ts";
import type { ConnectionOptions } from "../scope.ts";

/** Clocks of clients differ from the server's, and rows can carry times that were taken a little before BEGIN. */
const SKEW_SECONDS = 300;
/** Where the start of a running transaction cannot be seen, it is taken to be at most this long ago. */
const UNSEEN_SECONDS = 86_400;

/**
 * The start of the oldest transaction of this database that may still commit, minus a skew: rows that carry an earlier
 * time are visible already. To be asked before the snapshot is taken.
 */
export async function readSourceClock(connection: ConnectionOptions, label: string): Promise<SourceClock> {
  const client = await openConnection(connection);
  try {
    await client.query("SET search_path = ''; SET timezone = 'UTC'");
    return await read(client, label);
  } catch (error) {
    throw translateError(error, `Reading the running transactions of "${label}"`);
  } finally {
    await client.end().catch(() => {});
  }
}

const MINE = "a.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()";

/** `hidden`: sessions with an open transaction whose start this role may not see. */
const RUNNING = `SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text AS standby,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts p WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS prepared,
  (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a
    WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND ${MINE} AND a.xact_start IS NULL
      AND a.state IS NULL
      AND EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid OPERATOR(pg_catalog.=) a.pid
        AND l.locktype OPERATOR(pg_catalog.=) ANY ('{virtualxid,transactionid}'::pg_catalog.text[]))) AS hidden,
  (SELECT pg_catalog.min(at) FROM (
    SELECT pg_catalog.clock_timestamp() AS at
    UNION ALL SELECT a.xact_start FROM pg_catalog.pg_stat_activity a
      WHERE a.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() AND ${MINE}
    UNION ALL SELECT p.prepared OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => ${UNSEEN_SECONDS}) FROM pg_catalog.pg_prepared_xacts p
      WHERE p.database OPERATOR(pg_catalog.=) pg_catalog.current_database()) every) AS oldest`;

async function read(client: Client, label: string): Promise<SourceClock> {
  const { rows } = await client.query<{ standby: string; prepared: string; hidden: string; oldest: string }>(
    RUNNING,
  );
  const { standby, prepared, hidden, oldest } = rows[0] ?? {
    standby: "",
    prepared: "0",
    hidden: "0",
    oldest: "",
  };
  const notes = [
    ...(standby === "true"
      ? [`"${label}" is a standby, which does not know its primary's transactions`]
      : []),
    ...(hidden === "0"
      ? []
      : [
          `this role may not see since when ${hidden} transactions of "${label}" run (GRANT pg_read_all_stats)`,
        ]),
    ...(prepared === "0" ? [] : [`"${label}" has ${prepared} prepared transactions`]),
  ];
  const unseen = standby === "true" || hidden !== "0" ? UNSEEN_SECONDS : 0;
  const text = `SELECT pg_catalog.to_char(pg_catalog.date_trunc('second', LEAST($1::pg_catalog.timestamptz, pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
    pg_catalog.make_interval(secs => ${unseen}))) OPERATOR(pg_catalog.-) pg_catalog.make_interval(secs => ${SKEW_SECONDS}), 'YYYY-MM-DD"T"HH24:MI:SS') AS at`;
  const mark = await client.query<{ at: string }>(text, [oldest]);
  return {
    at: mark.rows[0]?.at ?? "",
    notes: notes.map((note) => `${note}, so the next incremental run looks back a day.`),
  };
}
