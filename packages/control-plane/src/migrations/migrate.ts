import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { Sql } from "postgres";
import { sqlStateOf, translateDatabaseError } from "../database/translate-database-error.ts";
import { ensureRoles } from "./ensure-roles.ts";
import type { Migration } from "./migration.ts";

/** Replicas that start together wait for one of them here. */
const MIGRATION_LOCK = 7_310_868_735_421;
/** Lock not available, deadlock: others work meanwhile. */
const PASSING: ReadonlySet<string> = new Set(["55P03", "40P01"]);
/**
 * A statement that waits for a lock makes everybody behind it wait, old replicas too: better to let them pass. Shorter
 * than the server waits before it looks for a deadlock (1 s), so that it never ends one of theirs for this one's sake.
 */
const LOCK_TIMEOUT_MS = 400;
const TRIES = 100;
const PAUSE_MS = 250;
/** Before that, a migration of several tables tries to get all of them without waiting. */
const TRIES_AT_ONCE = 150;
const PAUSE_AT_ONCE_MS = 20;
const TABLE = /"syncline_control"\."([a-z_]+)"/g;

/**
 * Brings the schema `syncline_control` up to `migrations`, one transaction each, under a session advisory lock.
 * The client has one connection. Migrations that this code does not know are left alone: they only add (docs/adr/0024-expand-only-migrations.md).
 * @throws CodedError `control.damaged` when one was changed after it ran; `control.unavailable`; `permission.denied`
 */
export async function migrate(
  sql: Sql,
  migrations: readonly Migration[],
  { lockTimeoutMs = LOCK_TIMEOUT_MS }: { readonly lockTimeoutMs?: number } = {},
): Promise<readonly string[]> {
  try {
    await sql`SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)`;
    await sql`SELECT pg_advisory_lock(${MIGRATION_LOCK}::bigint)`;
    try {
      await ensureRoles(sql);
      return await migrateAlone(sql, { migrations, lockTimeoutMs });
    } finally {
      // A session that is lost has let go of it.
      await sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK}::bigint)`.catch(() => {});
    }
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

interface Migrating {
  readonly migrations: readonly Migration[];
  readonly lockTimeoutMs: number;
}

async function migrateAlone(sql: Sql, { migrations, lockTimeoutMs }: Migrating): Promise<string[]> {
  const [found] = await sql<{ present: boolean }[]>`
    SELECT to_regnamespace('syncline_control') IS NOT NULL AS present`;
  // Asked for first: a role that may not create schemas can use one that was made for it.
  if (found?.present !== true) await sql`CREATE SCHEMA syncline_control`;
  await sql`CREATE TABLE IF NOT EXISTS syncline_control.migrations (
    name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
  const rows = await sql<{ name: string; hash: string }[]>`SELECT name, hash FROM syncline_control.migrations`;
  const applied = new Map(rows.map(({ name, hash }) => [name, hash]));
  const done: string[] = [];
  for (const migration of migrations) {
    const hash = applied.get(migration.name);
    if (hash === undefined) {
      await applyPatiently(sql, { migration, lockTimeoutMs, fresh: applied.size === 0 });
      done.push(migration.name);
    } else if (hash !== migration.hash)
      throw new CodedError(
        "control.damaged",
        `Migration "${migration.name}" of the control database was changed after it ran.`,
        { hint: "This database was made by another build of Syncline; use that one, or a new database." },
      );
  }
  return done;
}

interface Applying {
  readonly migration: Migration;
  readonly lockTimeoutMs: number;
  /** The database is new: there is nobody to make way for. */
  readonly fresh: boolean;
}

async function applyPatiently(sql: Sql, { migration, lockTimeoutMs, fresh }: Applying): Promise<void> {
  const { name, hash, statements, apart } = migration;
  const parts = apart === true && !fresh ? statements.map((statement) => [statement]) : [statements];
  const [last = []] = parts.splice(-1);
  for (const part of parts) await patiently(sql, { statements: part, lockTimeoutMs });
  const note = () => sql`INSERT INTO syncline_control.migrations (name, hash) VALUES (${name}, ${hash})`;
  await patiently(sql, { statements: last, lockTimeoutMs, note });
}

interface Part {
  readonly statements: readonly string[];
  readonly lockTimeoutMs: number;
  readonly note?: () => PromiseLike<unknown>;
}

async function patiently(sql: Sql, part: Part): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const waits = part.statements.length === 1 || tries > TRIES_AT_ONCE;
    try {
      await apply(sql, { ...part, waits });
      return;
    } catch (error) {
      await sql.unsafe("ROLLBACK").catch(() => {});
      if (tries >= TRIES_AT_ONCE + TRIES || !PASSING.has(sqlStateOf(error))) throw error;
      await sleep((waits ? PAUSE_MS : PAUSE_AT_ONCE_MS) * (0.5 + Math.random()));
    }
  }
}

async function apply(
  sql: Sql,
  { statements, lockTimeoutMs, note, waits }: Part & { readonly waits: boolean },
): Promise<void> {
  await sql.unsafe("BEGIN");
  await sql.unsafe(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
  if (!waits) await takeAllAtOnce(sql, statements);
  await sql.unsafe(statements.join("\n;\n"));
  await note?.();
  await sql.unsafe("COMMIT");
}

/**
 * The tables that statements name, all of them or none: whoever holds one and waits for another makes others wait for
 * both, and each other's.
 */
async function takeAllAtOnce(sql: Sql, statements: readonly string[]): Promise<void> {
  const named = new Set(statements.flatMap((text) => [...text.matchAll(TABLE)].map(([, name = ""]) => name)));
  const present = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'syncline_control'::regnamespace AND relkind IN ('r', 'p')`;
  const tables = present.filter(({ name }) => named.has(name)).map(({ name }) => `syncline_control."${name}"`);
  if (tables.length > 0) await sql.unsafe(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE NOWAIT`);
}
