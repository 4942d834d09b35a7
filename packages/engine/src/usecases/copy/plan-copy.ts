import {
  agreeTable,
  CodedError,
  type FilterDocument,
  formatQualifiedName,
  isNamed,
  type PairedColumn,
  pairTables,
  type TableAgreement,
  type TablePair,
} from "@syncline/core";
import type { BulkTable, BulkTarget } from "../../ports/bulk-target.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { SelectedRows } from "../../ports/selected-rows.ts";
import { assertIgnored } from "../diff/agree-run.ts";
import { sideFilters } from "../diff/side-filters.ts";
import { fitColumn } from "./column-fit.ts";
import type { CopyOptions } from "./copy-contract.ts";

/** One table on its way. */
export interface TableCopy {
  readonly pair: TablePair;
  readonly table: BulkTable;
  readonly columns: readonly PairedColumn[];
  readonly format: "binary" | "text";
  readonly rows: SelectedRows;
}

export interface CopyPlan {
  /** Printed locator. */
  readonly source: string;
  readonly tables: readonly TableCopy[];
  /** Why this is none for bulk loading; empty when it is. */
  readonly reasons: readonly string[];
}

export interface PlanInput {
  readonly source: Endpoint;
  readonly snapshot: ReadSnapshot;
  readonly target: BulkTarget;
  readonly described: readonly BulkTable[];
  readonly options: CopyOptions;
}

/** Pairs tables and columns and decides how each travels, before anything is written. */
export async function planCopy(input: PlanInput): Promise<CopyPlan> {
  const { source, snapshot, target, described, options } = input;
  const pairs = pairTables(
    {
      label: source.label,
      tenantSchema: source.tenantSchema,
      named: source.named !== null,
      tables: snapshot.tables,
    },
    {
      label: target.label,
      tenantSchema: target.tenantSchema,
      named: target.named !== null,
      tables: described.map(({ spec }) => spec),
    },
    options,
  );
  assertIgnored(pairs, options.ignoreFields);
  const prepared = await options.prepare?.("source", snapshot);
  const reasons: string[] = [];
  const tables = pairs.map((pair): TableCopy => {
    const table = described.find(({ spec }) => spec === pair.target) as BulkTable; // pairs are made of these
    const agreement = agreeColumns(pair, options);
    reasons.push(...columnReasons(agreement));
    const name = formatQualifiedName(pair.source.name);
    const masks = prepared?.masks.get(name) ?? new Map();
    const format = formatOf(agreement, table, masks.size > 0);
    const rows = snapshot.selectRows({
      table: pair.source,
      columns: agreement.columns.map((column) => column.source.name),
      filter: sideFilters(options.filter as FilterDocument | null, agreement).source,
      scope: prepared?.scopes.get(name) ?? null,
      masks,
      ...(table.tenant === null
        ? {}
        : {
            constants: [{ type: format === "binary" ? table.tenant.type : null, value: table.tenant.value }],
          }),
    });
    return { pair, table, columns: agreement.columns, format, rows };
  });
  return { source: source.label, tables, reasons };
}

/** Columns that only the target has keep their defaults; the rest is agreed as in a comparison. */
function agreeColumns(pair: TablePair, options: CopyOptions): TableAgreement {
  const columnMap = new Map(options.columnMap.get("*") ?? []);
  for (const [table, columns] of options.columnMap) {
    if (isNamed(pair.source.name, table)) for (const [from, to] of columns) columnMap.set(from, to);
  }
  const arriving = new Set(pair.source.columns.map((column) => columnMap.get(column.name) ?? column.name));
  const alone = pair.target.columns.filter((column) => !arriving.has(column.name) && !column.generated);
  const ignored = options.ignoreFields.flatMap((field) => {
    const dot = field.lastIndexOf(".");
    return dot > 0 && isNamed(pair.target.name, field.slice(0, dot))
      ? [field, field.slice(dot + 1)]
      : [field];
  });
  const ignoreFields = new Set([...ignored, ...alone.map((column) => column.name)]);
  const agreement = agreeTable(pair, { columnMap, fields: null, ignoreFields, key: null });
  const missing = alone.filter((column) => column.notNull && !column.hasDefault && column.identity === null);
  if (missing.length > 0)
    throw needed(
      pair,
      missing.map((column) => column.name),
    );
  return agreement;
}

function needed(pair: TablePair, columns: readonly string[]): CodedError {
  const table = formatQualifiedName(pair.target.name);
  const names = columns.map((column) => `"${column}"`).join(", ");
  return new CodedError(
    "schema.mismatch",
    `Table "${table}" of the target needs a value in ${names}, which the source does not have.`,
    {
      hint: "Give the column a default in the target, or pair it with a column of the source with --map-column.",
      details: { table, columns },
    },
  );
}

function columnReasons({ columns, target }: TableAgreement): string[] {
  const table = formatQualifiedName(target.name);
  if (columns.length === 0) return [`"${table}" has no columns to copy.`];
  return columns.flatMap((column) => {
    if (fitColumn(column) !== "none") return [];
    const types = `${column.source.type.name} in the source, ${column.target.type.name} in the target`;
    return [`Column "${column.target.name}" of "${table}" is ${types}.`];
  });
}

function formatOf({ columns }: TableAgreement, table: BulkTable, masked: boolean): "binary" | "text" {
  const tenantTravels = table.tenant === null || table.tenant.type !== null;
  const binary = tenantTravels && !masked && columns.every((column) => fitColumn(column) === "binary");
  return binary ? "binary" : "text";
}
