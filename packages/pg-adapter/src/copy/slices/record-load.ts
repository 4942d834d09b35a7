import { formatIdentifier, formatQualifiedName, type PatchHeader } from "@syncline/core";
import type { FinishedLoad, FinishLoad } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../../scope.ts";
import { findEntry } from "../../write/ledger-read.ts";
import type { CopyTable } from "../copy-table.ts";

export interface RecordLoad {
  readonly client: Client;
  readonly scope: PgScope;
  readonly request: FinishLoad;
  readonly tables: readonly CopyTable[];
  readonly result: FinishedLoad;
}

const INSERT_ENTRY = `INSERT INTO syncline.ledger (id, patch_id, hash, kind, scope_schema, tenant_column, tenant_value,
  applied_at, actor, strategy, header, tables, inserted, updated, deleted, already_applied, skipped)
VALUES ($1::pg_catalog.uuid, $1::pg_catalog.text, '', 'apply', $2, $3, $4, pg_catalog.clock_timestamp(), $5, 'load', $6, $7, $8, 0, 0, 0, 0)`;

/** The load's entry in the ledger, in the transaction that ends the load. Under the pins. */
export async function recordLoad({ client, scope, request, tables, result }: RecordLoad): Promise<void> {
  const names = tables.map(({ info: { spec } }) => recordedName(spec.name, scope));
  const rows = result.tables.map((table) => table.rows);
  const counts = names.map((name, at) => ({ ...NONE, name, inserted: rows[at] ?? 0 }));
  await client.query(INSERT_ENTRY, [
    result.ledgerId,
    scope.schema,
    scope.tenantColumn?.name ?? null,
    scope.tenantColumn?.value ?? null,
    request.record.actor,
    JSON.stringify(headerOf(request, tables, names)),
    JSON.stringify(counts),
    rows.reduce((sum, each) => sum + each, 0),
  ]);
}

const NONE = { inserted: 0, updated: 0, deleted: 0, alreadyApplied: 0, skipped: 0 };

function headerOf(
  { record, claim }: FinishLoad,
  tables: readonly CopyTable[],
  names: readonly string[],
): PatchHeader {
  return {
    format: "syncline-patch",
    version: 1,
    id: claim.unitId,
    createdAt: new Date(0).toISOString(),
    source: { locator: record.source },
    target: { locator: record.target },
    metadata: {
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: {},
      createdBy: record.actor,
      complete: true,
      hash: "",
      inverts: null,
    },
    base: null,
    tables: tables.map(({ info: { spec } }, at) => ({
      name: names[at] ?? formatQualifiedName(spec.name),
      columns: spec.columns.map((column) => [column.name, column.type.name] as const),
      key: [],
      fingerprint: spec.fingerprint,
    })),
  };
}

function recordedName(name: { readonly schema: string; readonly name: string }, scope: PgScope): string {
  const local = formatIdentifier(name.name);
  return name.schema === scope.schema ? local : `${formatIdentifier(name.schema)}.${local}`;
}

/** What an earlier claim of the unit recorded. Outside of any transaction. */
export async function findLoad(
  client: Client,
  unitId: string,
  tables: FinishLoad["tables"],
): Promise<FinishedLoad | null> {
  const entry = await findEntry(client, unitId);
  if (entry === null) return null;
  return {
    ledgerId: entry.id,
    notes: [],
    tables: tables.map(({ table: { spec } }, at) => ({
      table: spec.name,
      rows: entry.tables[at]?.inserted ?? 0,
    })),
  };
}
