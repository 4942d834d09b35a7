import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { CONTROL_SESSION, SECURED_SESSION } from "./session-names.ts";
import { sqlStateOf } from "./translate-database-error.ts";

/**
 * Chained by a trigger that runs as the owner, so that nobody else can write it; it holds numbers and hashes alone. For
 * the owner its policies do not hold.
 */
const OF_OWNER = ["audit_heads"];
/** A worker that is silent for so long is gone, or will say first that it lives. */
const SILENT = "5 minutes";
/** Whoever lifts row security starts older replicas after it. */
const LIFTED = "1 hour";

/** Who waits for a table's lock makes everybody behind wait. */
const LOCK_TIMEOUT_MS = 500;
const TRIES = 5;
const PAUSE_MS = 100;
/** Lock not available, deadlock: later is as good. */
const PASSING: ReadonlySet<string> = new Set(["55P03", "40P01"]);

export type Forcing =
  /** It holds for the owner of the tables too; `tables` became so now. */
  | { readonly kind: "forced"; readonly tables: readonly string[] }
  /** Not yet: replicas live that it would blind, or somebody lifted it for them a short time ago. */
  | { readonly kind: "awaited"; readonly reason: "older-replicas" | "lifted" };

/**
 * Makes row security hold for the owner of the tables too, as soon as no process lives that does not say for whom its
 * transactions are. Until then it holds for the roles that newer ones take. The client has one connection.
 */
export async function forceRowSecurity(sql: Sql): Promise<Forcing> {
  const open = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'syncline_control'::regnamespace AND relkind IN ('r', 'p')
      AND relrowsecurity AND NOT relforcerowsecurity AND relname NOT IN ${sql(OF_OWNER)}
    ORDER BY relname`;
  if (open.length === 0) return { kind: "forced", tables: [] };
  const reason = await whyNot(sql);
  if (reason !== null) return { kind: "awaited", reason };
  const names = open.map(({ name }) => name);
  if (await forceAtOnce(sql, names)) return { kind: "forced", tables: names };
  const tables = [];
  for (const name of names) if (await force(sql, name)) tables.push(name);
  return { kind: "forced", tables };
}

const tableOf = (name: string) => `syncline_control."${name}"`;
const forcing = (name: string) => `ALTER TABLE ${tableOf(name)} FORCE ROW LEVEL SECURITY`;

/** False: somebody holds one of them. */
async function forceAtOnce(sql: Sql, names: readonly string[]): Promise<boolean> {
  const lock = `LOCK TABLE ${names.map(tableOf).join(", ")} IN ACCESS EXCLUSIVE MODE NOWAIT`;
  try {
    await sql.unsafe(["BEGIN", lock, ...names.map(forcing), "COMMIT"].join(";\n"));
    return true;
  } catch (error) {
    await sql.unsafe("ROLLBACK").catch(() => {});
    if (!PASSING.has(sqlStateOf(error))) throw error;
    return false;
  }
}

async function whyNot(sql: Sql): Promise<"older-replicas" | "lifted" | null> {
  const [found] = await sql<{ older: boolean; lifted: boolean }[]>`
    SELECT EXISTS (SELECT FROM syncline_control.workers
                   WHERE NOT row_security AND heartbeat_at > now() - ${SILENT}::interval)
        OR EXISTS (SELECT FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()
                     AND application_name LIKE ${`%${CONTROL_SESSION}`}
                     AND application_name NOT LIKE ${`%${SECURED_SESSION}`}) AS older,
      EXISTS (SELECT FROM syncline_control.identity
              WHERE row_security_lifted_at > now() - ${LIFTED}::interval) AS lifted`;
  if (found?.lifted === true) return "lifted";
  return found?.older === true ? "older-replicas" : null;
}

/** One table a transaction, so that no lock is held while another one is waited for. False: somebody held it for long. */
async function force(sql: Sql, table: string): Promise<boolean> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      await sql.unsafe("BEGIN");
      await sql.unsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await sql.unsafe(forcing(table));
      await sql.unsafe("COMMIT");
      return true;
    } catch (error) {
      await sql.unsafe("ROLLBACK").catch(() => {});
      if (!PASSING.has(sqlStateOf(error))) throw error;
      await sleep(PAUSE_MS);
    }
  }
  return false;
}
