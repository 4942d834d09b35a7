import { CodedError } from "@syncline/core";
import { type ListedTable, listTables as listTablesOf } from "@syncline/pg-adapter";
import { resolvePlace } from "./place.ts";
import type { Workspace } from "./workspace.ts";

export type { ListedTable } from "@syncline/pg-adapter";

/** What is at a place, by its catalog. */
export interface TablesOfPlace {
  /** Printed locator with its server's name. */
  readonly label: string;
  readonly server: string | null;
  /** Where table names without a schema are looked up. */
  readonly schema: string;
  /** Column tenancy: only rows with the tenant's value belong to it. */
  readonly tenantColumn: string | null;
  /** In order of name. */
  readonly tables: readonly ListedTable[];
}

export interface ListTablesOptions {
  readonly signal: AbortSignal;
  /** After so long it is refused. */
  readonly withinMs: number;
}

/**
 * Connects to a place and lists its tables with columns and keys; no row is read.
 * @throws CodedError `locator.invalid`, `config.*`, `connection.*`, `tenant.not_found`, `table.not_found`,
 * `permission.denied`, `target.locked`, `usage.invalid` for what is no live database
 */
export async function listTables(
  workspace: Workspace,
  locator: string,
  { signal, withinMs }: ListTablesOptions,
): Promise<TablesOfPlace> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(tooSlow(withinMs)), withinMs);
  const within = AbortSignal.any([signal, late.signal]);
  try {
    const { scope, tables, label, server } = await resolvePlace(workspace, locator, within);
    return {
      label,
      server,
      schema: scope.schema,
      tenantColumn: scope.tenantColumn?.name ?? null,
      tables: await listTablesOf({ scope, tables, label, signal: within }),
    };
  } finally {
    clearTimeout(timer);
  }
}

function tooSlow(withinMs: number): CodedError {
  return new CodedError("connection.timeout", `The tables were not listed within ${withinMs} ms.`, {
    hint: "The database is busy, or has very many tables: name the ones that are wanted.",
    retryable: true,
  });
}
