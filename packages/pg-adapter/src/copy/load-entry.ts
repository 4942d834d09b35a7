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
VALUES ($1::pg_catalog.uuid, $2, '', 'apply', $3, $4, $5, pg_catalog.clock_timestamp(), $6, $7, $11, $8, $9, $10, 0, 0, 0, 0)
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
  const before = JSON.parse(rows[0]?.tables ?? "[]") as TableCounts[];
  const header = headerOf({ client, scope, request, loaded });
  const tables = [...before, ...loaded.map(countsIn(scope))];
  await writeEntry(client, { id, scope, strategy: "load", reason: record.reason, header, tables });
}

export interface RowsEntry {
  readonly id: string;
  readonly scope: PgScope;
  /** Neither is taken back by an undo. */
  readonly strategy: "load" | "sql";
  readonly reason: string | null;
  readonly header: PatchHeader;
  readonly tables: readonly TableCounts[];
}

/** An entry for rows of which nothing is kept that would take them back. */
export async function writeEntry(client: Client, entry: RowsEntry): Promise<void> {
  const { id, scope, strategy, reason, header, tables } = entry;
  await client.query(WRITE_ENTRY, [
    id,
    header.id,
    scope.schema,
    scope.tenantColumn?.name ?? null,
    scope.tenantColumn?.value ?? null,
    header.metadata.createdBy,
    reason,
    JSON.stringify(header),
    JSON.stringify(tables),
    tables.reduce((sum, { inserted }) => sum + inserted, 0),
    strategy,
  ]);
}

type TableCounts = { readonly name: string } & ApplyCounts;

function countsIn(scope: PgScope) {
  return ({ table: { info }, rows }: Pick<LoadedTable, "table" | "rows">): TableCounts =>
    inserted(recordedName(info.spec, scope), rows);
}

export function inserted(name: string, rows: number): TableCounts {
  return { name, inserted: rows, updated: 0, deleted: 0, alreadyApplied: 0, skipped: 0 };
}

function headerOf({ scope, request, loaded }: LoadEntry): PatchHeader {
  const { id, record, tables } = request;
  return {
    ...entryHeader({
      id: `load-${id}`,
      source: record.source,
      target: record.target,
      actor: record.actor,
      scope: { ...record.scope, move: "load" },
      complete: record.whole && loaded.length === tables.length,
    }),
    tables: loaded.map(({ table: { info } }) => ({
      name: recordedName(info.spec, scope),
      columns: info.spec.columns.map((column) => [column.name, column.type.name] as const),
      key: [],
      fingerprint: info.spec.fingerprint,
    })),
  };
}

interface EntryHeader {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly actor: string | null;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly complete: boolean;
}

/** What the ledger keeps instead of a patch's header. */
export function entryHeader({ id, source, target, actor, scope, complete }: EntryHeader): PatchHeader {
  return {
    format: "syncline-patch",
    version: 1,
    id,
    createdAt: new Date().toISOString(),
    source: { locator: source },
    target: { locator: target },
    metadata: {
      createdBy: actor,
      filter: scope["filter"] ?? null,
      ignoreFields: [],
      fields: null,
      scope,
      complete,
      hash: "",
      inverts: null,
    },
    base: null,
    tables: [],
  };
}

/** As the ledger names tables of a scope. */
function recordedName({ name }: TableSpec, scope: PgScope): string {
  const local = formatIdentifier(name.name);
  return name.schema === scope.schema ? local : `${formatIdentifier(name.schema)}.${local}`;
}
