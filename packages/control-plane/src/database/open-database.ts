import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";
import * as schema from "../schema/index.ts";

/** Where a query runs: on a session, in its transaction if it has begun one. */
export type Executor = PostgresJsDatabase<typeof schema>;

/** The same, where the transaction is part of what is asked for. */
export type Transaction = Executor;

/** drizzle changes how its client maps dates and JSON, so the client is never used beside it. */
export function openDatabase(client: Sql): Executor {
  return drizzle(client, { schema, casing: "snake_case" });
}
