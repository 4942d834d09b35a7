import { randomBytes } from "node:crypto";
import type { TableSelection } from "@syncline/core";
import { type CopyInput, type CopyOptions, type CopyResult, copyTables } from "@syncline/engine";
import pg from "pg";
import { connectionOf, openSide, type Side, testContext } from "../../read/testing/compare-databases.ts";
import { openBulkTarget } from "../open-bulk-target.ts";

export const COPY_OPTIONS: CopyOptions = {
  tableMap: new Map(),
  columnMap: new Map(),
  tablePatterns: [],
  filter: null,
  ignoreFields: [],
  parallel: 2,
  singleTransaction: false,
  dryRun: false,
  triggers: "auto",
  lockTimeoutMs: 5_000,
};

export interface CopyRun extends Partial<CopyOptions> {
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
  readonly progress?: CopyInput["ctx"]["progress"];
  /** Default: the adapter's own. */
  readonly partBytes?: number;
}

/** Copies with the use case itself; the caller's databases stay open. */
export async function copy(source: Side, target: Side, run: CopyRun = {}): Promise<CopyResult> {
  const {
    signal = new AbortController().signal,
    warn = () => {},
    progress = () => {},
    partBytes,
    ...options
  } = run;
  const bulk = openBulkTarget({
    scope: scopeOf(target),
    tables: selectionOf(target),
    label: "target",
    ...(partBytes === undefined ? {} : { partBytes }),
  });
  try {
    return await copyTables({
      ctx: { ...testContext(signal), warn, progress, randomBytes },
      openSource: () => openSide(source, "source"),
      target: bulk,
      options: { ...COPY_OPTIONS, ...options },
    });
  } finally {
    await bulk.close();
  }
}

export function scopeOf({ url, schema = "public", tenantColumn = null }: Side) {
  return { connection: connectionOf(url), schema, tenantColumn };
}

export function selectionOf({ tables }: Side): TableSelection {
  if (tables === undefined) return { kind: "all" };
  return { kind: "named", names: tables.map((name) => ({ schema: null, name })) };
}

const PRINTED =
  "SET search_path = public; SET TimeZone = 'UTC'; SET extra_float_digits = 3; SET bytea_output = 'hex'";

async function ask(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(PRINTED);
    return (await client.query<{ d: string }>(text)).rows.map((row) => row.d);
  } finally {
    await client.end();
  }
}

/** Count and digest of a query's rows as the server prints them, whatever their order. */
export async function digest(url: string, query: string): Promise<string> {
  const text = `SELECT count(*) || ' ' || coalesce(md5(string_agg(r, '|' ORDER BY r)), '') AS d
    FROM (SELECT md5(q::text) AS r FROM (${query}) AS q) AS rows`;
  return (await ask(url, text))[0] ?? "";
}

/** Indexes, constraints and triggers of all tables outside the system's schemas, one line each. */
export async function definitions(url: string): Promise<string[]> {
  return ask(
    url,
    `SELECT d FROM (
      SELECT pg_get_indexdef(i.indexrelid) || coalesce(' -- ' || obj_description(i.indexrelid, 'pg_class'), '') || i.indisvalid AS d, n.nspname
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(k.oid) || k.convalidated || coalesce(' -- ' || obj_description(k.oid, 'pg_constraint'), ''), n.nspname
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      UNION ALL SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text, n.nspname FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT tgisinternal
    ) all_of_them WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'syncline') ORDER BY 1`,
  );
}

/** What the next run does first. */
export async function recover(target: Side): Promise<readonly string[]> {
  const bulk = openBulkTarget({ scope: scopeOf(target), tables: { kind: "all" }, label: "target" });
  return bulk.recover(new AbortController().signal, null);
}
