import {
  CodedError,
  type ForeignKeySpec,
  formatQualifiedName,
  type PairedColumn,
  type QualifiedName,
  type TableAgreement,
} from "@syncline/core";
import type { RenumberStore, SurrogateTable } from "../../ports/renumber-store.ts";
import type { PairedSides } from "../diff-contract.ts";
import { type KeyDomains, keyDomains } from "./key-domains.ts";

/** What of a move goes by keys that may change. Tables and columns are the target's. */
export interface RenumberedTables {
  readonly agreements: ReadonlyMap<string, TableAgreement>;
  /** Surrogate key by table whose numbers are its own. */
  readonly own: ReadonlyMap<string, PairedColumn>;
  readonly domains: KeyDomains;
  readonly foreignKeys: readonly ForeignKeySpec[];
}

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint"]);

/** Finds keys and references. @throws CodedError `renumber.required` for references that cannot be rewritten */
export async function renumberedTables(sides: PairedSides, store: RenumberStore): Promise<RenumberedTables> {
  const agreements = new Map(sides.agreements.map((each) => [formatQualifiedName(each.target.name), each]));
  const foreignKeys = await allForeignKeys(sides, agreements);
  const outside = foreignKeys.flatMap(({ table, referenced }) =>
    [table, referenced].filter((name) => !agreements.has(formatQualifiedName(name))),
  );
  const names = [...sides.agreements.map(({ target }) => target.name), ...outside];
  const surrogates = await store.surrogates(names);
  refuseOutside(foreignKeys, { agreements, surrogates, label: store.label });
  const keys = new Map<string, string>();
  for (const [table, agreement] of agreements) {
    const found = surrogates.find(({ name }) => formatQualifiedName(name) === table);
    if (found !== undefined && isOwnKey(agreement, found)) keys.set(table, found.column ?? "");
  }
  const domains = keyDomains({ surrogates: keys, foreignKeys, ambiguous });
  const own = new Map<string, PairedColumn>();
  for (const [table, column] of keys) {
    const paired = agreements.get(table)?.columns.find(({ target }) => target.name === column);
    if (paired !== undefined && domains.get(table)?.get(column) === table) own.set(table, paired);
  }
  return { agreements, own, domains, foreignKeys };
}

/** The rows are told apart by this very key, on both sides. */
function isOwnKey({ key }: TableAgreement, { column }: SurrogateTable): boolean {
  const [only, ...more] = key?.columns ?? [];
  if (column === null || only === undefined || more.length > 0) return false;
  return only.target.name === column && WHOLE_NUMBERS.has(only.source.type.base);
}

/** Those of the target, and those that only the source knows, under the target's names. */
async function allForeignKeys(
  { snapshots }: PairedSides,
  agreements: ReadonlyMap<string, TableAgreement>,
): Promise<readonly ForeignKeySpec[]> {
  const [target, source] = [await snapshots.target.foreignKeys(), await snapshots.source.foreignKeys()];
  return [...target, ...source.flatMap((key) => inTarget(key, [...agreements.values()]))];
}

function inTarget(key: ForeignKeySpec, agreements: readonly TableAgreement[]): ForeignKeySpec[] {
  const find = (name: QualifiedName) =>
    agreements.find(({ source }) => formatQualifiedName(source.name) === formatQualifiedName(name));
  const [from, to] = [find(key.table), find(key.referenced)];
  if (from === undefined || to === undefined) return [];
  return [
    {
      ...key,
      table: from.target.name,
      columns: key.columns.map((column) => targetColumn(from, column)),
      referenced: to.target.name,
      referencedColumns: key.referencedColumns.map((column) => targetColumn(to, column)),
    },
  ];
}

function targetColumn({ columns }: TableAgreement, name: string): string {
  return columns.find(({ source }) => source.name === name)?.target.name ?? name;
}

interface Known {
  readonly agreements: ReadonlyMap<string, TableAgreement>;
  readonly surrogates: readonly SurrogateTable[];
  readonly label: string;
}

/** Rows of a shared table that is left out may have other numbers there, and nothing would tell which. */
function refuseOutside(
  foreignKeys: readonly ForeignKeySpec[],
  { agreements, surrogates, label }: Known,
): void {
  for (const { name, table, referenced } of foreignKeys) {
    const to = formatQualifiedName(referenced);
    if (!agreements.has(formatQualifiedName(table)) || agreements.has(to)) continue;
    const found = surrogates.find((each) => formatQualifiedName(each.name) === to);
    if (found?.shared !== true || found.column === null) continue;
    throw new CodedError(
      "renumber.required",
      `Foreign key "${name}" of table "${formatQualifiedName(table)}" refers to "${to}" of "${label}", which takes no part, so its keys cannot be translated.`,
      {
        hint: `Move "${to}" along.`,
        details: { table: formatQualifiedName(table), constraint: name, referenced: to },
      },
    );
  }
}

function ambiguous(table: string, column: string): never {
  throw new CodedError(
    "renumber.required",
    `Column "${column}" of table "${table}" refers to keys of two tables, which renumbering cannot tell apart.`,
    { hint: "Move these tables without --renumber.", details: { table, column } },
  );
}
