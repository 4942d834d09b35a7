import type { TableSelection, TableSpec } from "@syncline/core";
import type pg from "pg";
import { assertScope } from "../connection/assert-readable.ts";
import { abandonClient } from "../connection/cancel-request.ts";
import { openConnection } from "../connection/connect.ts";
import { interrupted } from "../connection/read-session.ts";
import { readServerFacts } from "../connection/server-facts.ts";
import { translateError } from "../connection/translate-error.ts";
import type { PgScope } from "../scope.ts";
import { readTableInfos } from "./read-table-specs.ts";
import type { RelationFilter } from "./relations-query.ts";
import type { TableInfo } from "./table-info.ts";

/** A size is asked of a table that somebody may be rewriting. */
const LOCK_PATIENCE_MS = 3_000;

export interface ListTablesInput {
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** How people know the place; without secrets. */
  readonly label: string;
  readonly signal: AbortSignal;
}

export interface ListedTable {
  readonly spec: TableSpec;
  /** Why its rows cannot all be read, in a sentence; null: they can. */
  readonly unreadable: string | null;
  /** Why nothing identifies its rows, in a phrase; null where the first of `spec.keys` does. */
  readonly withoutKey: string | null;
}

/**
 * The tables of a scope as the catalog has them now; no row is read. Connects and ends by itself.
 * @throws CodedError `connection.*`, `tenant.not_found`, `table.not_found`, `permission.denied`, `target.locked`, and the
 * signal's reason
 */
export async function listTables(input: ListTablesInput): Promise<readonly ListedTable[]> {
  const { scope, label, signal } = input;
  if (signal.aborted) throw interrupted(signal);
  const client = await openConnection(scope.connection);
  let stopping = Promise.resolve();
  const stop = () => {
    stopping = abandonClient(client);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) throw interrupted(signal);
    return await readTables(client, input);
  } catch (error) {
    await stopping;
    if (signal.aborted) throw interrupted(signal);
    throw translateError(error, `Listing the tables of ${label}`);
  } finally {
    signal.removeEventListener("abort", stop);
    if (signal.aborted) client.connection.stream.destroy();
    else await client.end();
  }
}

async function readTables(
  client: pg.Client,
  { scope, tables, label }: ListTablesInput,
): Promise<readonly ListedTable[]> {
  const filter: RelationFilter = {
    schema: scope.schema,
    tenantColumn: scope.tenantColumn?.name ?? null,
    selection: tables,
  };
  const facts = await readServerFacts(client, filter);
  assertScope(facts, filter, label);
  await client.query(`BEGIN READ ONLY; SET LOCAL lock_timeout = ${LOCK_PATIENCE_MS}`);
  const infos = await readTableInfos(client, filter);
  const reasons = await unusedIndexes(
    client,
    infos.filter(({ spec }) => spec.keys.length === 0),
  );
  await client.query("COMMIT");
  return infos.map((info) => ({
    spec: info.spec,
    unreadable: whyUnreadable(info, facts.user, filter.tenantColumn),
    withoutKey: info.spec.keys.length > 0 ? null : whyWithoutKey(info, reasons.get(info.oid) ?? []),
  }));
}

interface UnusedIndex {
  readonly name: string;
  readonly why: string;
}

/** Unique indexes that do not identify every row of a table, with the reason. */
async function unusedIndexes(
  client: pg.Client,
  infos: readonly TableInfo[],
): Promise<ReadonlyMap<number, readonly UnusedIndex[]>> {
  if (infos.length === 0) return new Map();
  const { rows } = await client.query<{ oid: string; name: string; why: string }>(UNUSED, [
    infos.map(({ oid }) => oid),
  ]);
  return Map.groupBy(rows, ({ oid }) => Number(oid));
}

const UNUSED = `SELECT i.indrelid::text AS oid, c.relname AS name,
    CASE WHEN NOT i.indisvalid THEN 'is not valid' WHEN NOT i.indimmediate THEN 'is deferrable'
      WHEN i.indpred IS NOT NULL THEN 'covers some rows only' WHEN i.indexprs IS NOT NULL THEN 'is over an expression'
      WHEN am.amname <> 'btree' THEN 'is no btree' ELSE 'is over the tenant column alone' END AS why
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = c.relam
  WHERE i.indisunique AND i.indrelid = ANY ($1::pg_catalog.oid[]) ORDER BY i.indisprimary DESC, c.relname COLLATE "C"`;

function whyWithoutKey({ spec }: TableInfo, [unused]: readonly UnusedIndex[]): string {
  if (spec.kind !== "table" && spec.kind !== "partitioned" && unused === undefined)
    return `a ${spec.kind === "foreign" ? "foreign table" : spec.kind} has no key of its own`;
  if (unused === undefined) return "no primary key and no unique index";
  return `no primary key, and the unique index "${unused.name}" ${unused.why}`;
}

function whyUnreadable(
  { readable, unreadableColumns, hasTenantColumn }: TableInfo,
  user: string,
  tenantColumn: string | null,
): string | null {
  if (!readable.schemaUsage) return `Role "${user}" may not use its schema.`;
  if (!readable.allColumns)
    return `Role "${user}" may not read ${unreadableColumns.map((name) => `"${name}"`).join(", ")}.`;
  if (readable.rowsHidden) return `Row security hides rows from role "${user}".`;
  if (tenantColumn !== null && !hasTenantColumn) return `It has no tenant column "${tenantColumn}".`;
  return null;
}
