import { suggestNames } from "../diff/nearest-names.ts";
import { isNamed } from "../diff/table-names.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { ForeignKeySpec } from "../schema/foreign-key.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName, type QualifiedName } from "../values/qualified-name.ts";
import type { DatasetInput } from "./plan-dataset.ts";

/** The tables of a dataset and the references between them. */
export interface DatasetTables {
  readonly root: TableSpec;
  /** The root among them. */
  readonly tables: readonly TableSpec[];
  /** Both ends are in `tables`. */
  readonly foreignKeys: readonly ForeignKeySpec[];
  /** Indexes of tables whose rows can belong to a root: the root, and what refers to such a table. */
  readonly below: ReadonlySet<number>;
}

type Names = Pick<DatasetInput, "dataset" | "tables" | "tenantSchema">;

/** @throws CodedError `table.not_found`, `schema.mismatch` */
export function datasetTables(input: DatasetInput): DatasetTables {
  const root = findDatasetTable(input.dataset.root, input);
  const listed = input.dataset.tables?.map((name) => findDatasetTable(name, input)) ?? null;
  const candidates = listed === null ? input.tables : [...new Set([root, ...listed])];
  const below = spread([root], candidates, input.foreignKeys, "down");
  const connected = spread([...below], candidates, input.foreignKeys, "up");
  const stray = (listed ?? []).find((table) => !connected.has(table));
  if (stray !== undefined) throw unconnected(input, stray);
  const tables = candidates.filter((table) => connected.has(table));
  const has = (name: QualifiedName) => tables.some((table) => isTable(table, name));
  return {
    root,
    tables,
    foreignKeys: input.foreignKeys.filter((key) => has(key.table) && has(key.referenced)),
    below: new Set(tables.flatMap((table, index) => (below.has(table) ? [index] : []))),
  };
}

/**
 * The table that a dataset names: in the tenant's schema unless it says another.
 * @throws CodedError `table.not_found`
 */
export function findDatasetTable(text: string, { dataset, tables, tenantSchema }: Names): TableSpec {
  const named = tables.filter(({ name }) => isNamed(name, text));
  const found = named.find(({ name }) => name.schema === tenantSchema) ?? named[0];
  if (found !== undefined) return found;
  const names = tables.map(({ name }) => formatQualifiedName(name));
  throw new CodedError(
    "table.not_found",
    `The dataset "${dataset.name}" names the table "${text}", which is not there.`,
    {
      hint: suggestNames(text, names, "tables"),
      details: { dataset: dataset.name, table: text },
    },
  );
}

/** Tables that are reached from `start` along foreign keys, among the candidates. */
function spread(
  start: readonly TableSpec[],
  candidates: readonly TableSpec[],
  foreignKeys: readonly ForeignKeySpec[],
  direction: "down" | "up",
): Set<TableSpec> {
  const reached = new Set(start);
  for (const table of reached) {
    for (const key of foreignKeys) {
      const [from, to] = direction === "down" ? [key.referenced, key.table] : [key.table, key.referenced];
      const next = isTable(table, from) ? candidates.find((candidate) => isTable(candidate, to)) : undefined;
      if (next !== undefined) reached.add(next);
    }
  }
  return reached;
}

function isTable(table: TableSpec, name: QualifiedName): boolean {
  return table.name.schema === name.schema && table.name.name === name.name;
}

function unconnected({ dataset }: Names, table: TableSpec): CodedError {
  const name = formatQualifiedName(table.name);
  return new CodedError(
    "schema.mismatch",
    `No foreign key connects the table "${name}" with the other tables of the dataset "${dataset.name}".`,
    {
      hint: "List the tables on the way from the root to it as well, or leave it out.",
      details: { dataset: dataset.name, table: name },
    },
  );
}
