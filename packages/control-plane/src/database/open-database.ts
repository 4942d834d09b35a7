import type { ExtractTablesWithRelations } from "drizzle-orm";
import type { PgTransaction } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import postgres, { type Sql } from "postgres";
import * as schema from "../schema/index.ts";

export type Database = PostgresJsDatabase<typeof schema>;
export type Transaction = PgTransaction<
  PostgresJsQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;
/** Where a query runs: on any connection, or in the transaction that it belongs to. */
export type Executor = Database | Transaction;

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Connections at most. */
  readonly max: number;
  readonly onLost?: () => void;
}

const CONNECT_TIMEOUT_SECONDS = 10;
const IDLE_SECONDS = 60;
/** A statement of ours takes milliseconds; one that takes this long stands behind something that is stuck. */
const STATEMENT_TIMEOUT_MS = 30_000;
const LOCK_TIMEOUT_MS = 10_000;

/** Connects when first used. Session settings are ours, whatever the role's or the database's defaults say. */
export function connect({ url, applicationName, max, onLost }: ConnectionOptions): Sql {
  return postgres(url, {
    max,
    idle_timeout: IDLE_SECONDS,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      TimeZone: "UTC",
      DateStyle: "ISO, MDY",
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      default_transaction_isolation: "read committed",
    },
    ...(onLost === undefined ? {} : { onclose: onLost, idle_timeout: 0, max_lifetime: null }),
  });
}

/** drizzle changes how its client maps dates and JSON, so the client is never used beside it. */
export function openDatabase(client: Sql): Database {
  return drizzle(client, { schema, casing: "snake_case" });
}
