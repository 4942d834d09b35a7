import { CodedError, formatQualifiedName } from "@syncline/core";
import type { BulkTable, BulkTableLoad } from "@syncline/engine";
import type { Client } from "pg";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";

/** A table of the run with what the catalog says about it now. */
export interface CopyTable {
  readonly load: BulkTableLoad;
  readonly info: TableInfo;
  /** Quoted and qualified. */
  readonly relation: string;
  /** As people read it. */
  readonly name: string;
  /** Whether its indexes are dropped before loading and made again afterwards. */
  readonly drops: boolean;
}

/** Rows of partitions belong to their root, those of inheriting tables do not. */
export function onlyTable({ spec }: Pick<TableInfo, "spec">): string {
  return `${spec.kind === "partitioned" ? "" : "ONLY "}${quoteTable(spec.name)}`;
}

export function copyStatement({ load, relation }: Pick<CopyTable, "load" | "relation">): string {
  const { table, columns, format } = load;
  const names = [...columns, ...(table.tenant === null ? [] : [table.tenant.column])].map(quoteIdentifier);
  return `COPY ${relation} (${names.join(", ")}) FROM STDIN (FORMAT ${format})`;
}

/** A query for one row when the scope has any. */
export function anyRow(table: BulkTable): string {
  const { tenant } = table;
  const where =
    tenant === null ? "" : ` WHERE t.${quoteIdentifier(tenant.column)} = ${quoteLiteral(tenant.value)}`;
  return `SELECT 1 AS one FROM ${onlyTable(table)} AS t${where} LIMIT 1`;
}

/** What the catalog says of the tables of a run, once they are locked. Refuses a shape that changed meanwhile. */
export async function readCopyTables(
  client: Client,
  scope: PgScope,
  loads: readonly BulkTableLoad[],
  drops: (load: BulkTableLoad) => boolean,
): Promise<CopyTable[]> {
  const names = loads.map((load) => load.table.spec.name);
  const tenantColumn = scope.tenantColumn?.name ?? null;
  const selection = { kind: "named" as const, names };
  const infos = await readTableInfos(client, { schema: scope.schema, tenantColumn, selection });
  return loads.map((load) => {
    const { name: wanted, fingerprint } = load.table.spec;
    const info = infos.find(
      ({ spec }) => spec.name.schema === wanted.schema && spec.name.name === wanted.name,
    );
    const name = formatQualifiedName(wanted);
    if (info === undefined || info.spec.fingerprint !== fingerprint) throw changed(name);
    return { load, info, name, relation: quoteTable(wanted), drops: drops(load) };
  });
}

function changed(table: string): CodedError {
  return new CodedError("schema.changed", `Table "${table}" of the target was altered meanwhile.`, {
    hint: "Nothing was written to it; try again.",
    details: { table },
    retryable: true,
  });
}

/** Under the lock: somebody else may have been faster. */
export async function assertEmpty(
  client: Client,
  tables: readonly CopyTable[],
  label: string,
): Promise<void> {
  for (const { load, name } of tables) {
    const { rows } = await client.query(anyRow(load.table));
    if (rows.length === 0) continue;
    throw new CodedError(
      "patch.precondition_failed",
      `Table "${name}" of "${label}" is not empty any more: somebody else wrote to it.`,
      {
        hint: "Try again; what is there will then be compared.",
        details: { table: name, reason: "not-empty" },
      },
    );
  }
}
