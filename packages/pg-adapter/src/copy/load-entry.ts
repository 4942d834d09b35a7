import { CodedError, formatIdentifier, type PatchHeader, type TableSpec } from "@syncline/core";
import type { ApplyCounts, BulkLoadRequest, Fence } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../scope.ts";
import { assertLedgerUsable } from "../write/access.ts";
import type { ApplySession } from "../write/apply-session.ts";
import { createLedger } from "../write/create-ledger.ts";
import { assertLedgerGenuine } from "../write/ledger-guard.ts";
import type { LoadedTable } from "./single-transaction.ts";

/**
 * Whether this role can keep a ledger here; loading needs none. Under a fence it must: what was loaded is looked up
 * there. Outside of any transaction.
 */
export async function mayKeepEntry(
  { client }: ApplySession,
  label: string,
  fence: Fence | null,
): Promise<boolean> {
  try {
    await createLedger(client, label);
    await assertLedgerUsable(client, { label, fenced: fence !== null });
    return true;
  } catch (error) {
    const without =
      error instanceof CodedError && ["permission.denied", "schema.unsupported"].includes(error.code);
    if (fence === null && without) return false;
    throw error;
  }
}

export interface LoadEntry {
  readonly client: Client;
  readonly scope: PgScope;
  readonly request: Pick<BulkLoadRequest, "id" | "record"> & { readonly tables: readonly unknown[] };
  readonly loaded: readonly Pick<LoadedTable, "table" | "rows">[];
}

const ENTRY_OF = "SELECT tables FROM syncline.ledger WHERE id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid";

const WRITE_ENTRY = `INSERT INTO syncline.ledger AS l (id, patch_id, hash, kind, scope_schema, tenant_column, tenant_value,
  applied_at, actor, reason, strategy, header, tables, inserted, updated, deleted, already_applied, skipped)
VALUES ($1::pg_catalog.uuid, $2, '', 'apply', $3, $4, $5, pg_catalog.clock_timestamp(), $6, $7, 'load', $8, $9, $10, 0, 0, 0, 0)
ON CONFLICT (id) DO UPDATE SET header = excluded.header, tables = excluded.tables, inserted = excluded.inserted`;

/**
 * What was loaded, in the transaction of the rows, under the pins. There is nothing that would take it back: rows of
 * any number would have to be kept a second time.
 */
export async function writeLoadEntry({ client, scope, request, loaded }: LoadEntry): Promise<void> {
  await client.query("LOCK TABLE ONLY syncline.ledger IN ROW EXCLUSIVE MODE");
  await assertLedgerGenuine(client);
  const { id, record } = request;
  const { rows } = await client.query<{ tables: string }>(ENTRY_OF, [id]);
  const tables = [...(JSON.parse(rows[0]?.tables ?? "[]") as TableCounts[]), ...loaded.map(countsIn(scope))];
  await client.query(WRITE_ENTRY, [
    id,
    `load-${id}`,
    scope.schema,
    scope.tenantColumn?.name ?? null,
    scope.tenantColumn?.value ?? null,
    record.actor,
    record.reason,
    JSON.stringify(headerOf({ client, scope, request, loaded })),
    JSON.stringify(tables),
    tables.reduce((sum, { inserted }) => sum + inserted, 0),
  ]);
}

type TableCounts = { readonly name: string } & ApplyCounts;

function countsIn(scope: PgScope) {
  return ({ table: { info }, rows }: Pick<LoadedTable, "table" | "rows">): TableCounts => ({
    name: recordedName(info.spec, scope),
    inserted: rows,
    updated: 0,
    deleted: 0,
    alreadyApplied: 0,
    skipped: 0,
  });
}

function headerOf({ scope, request, loaded }: LoadEntry): PatchHeader {
  const { id, record, tables } = request;
  return {
    format: "syncline-patch",
    version: 1,
    id: `load-${id}`,
    createdAt: new Date().toISOString(),
    source: { locator: record.source },
    target: { locator: record.target },
    metadata: {
      createdBy: record.actor,
      filter: record.scope["filter"] ?? null,
      ignoreFields: [],
      fields: null,
      scope: { ...record.scope, move: "load" },
      complete: record.whole && loaded.length === tables.length,
      hash: "",
      inverts: null,
    },
    base: null,
    tables: loaded.map(({ table: { info } }) => ({
      name: recordedName(info.spec, scope),
      columns: info.spec.columns.map((column) => [column.name, column.type.name] as const),
      key: [],
      fingerprint: info.spec.fingerprint,
    })),
  };
}

/** As the ledger names tables of a scope. */
function recordedName({ name }: TableSpec, scope: PgScope): string {
  const local = formatIdentifier(name.name);
  return name.schema === scope.schema ? local : `${formatIdentifier(name.schema)}.${local}`;
}
