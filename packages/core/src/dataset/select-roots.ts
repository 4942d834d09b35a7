import { nearestNames } from "../diff/nearest-names.ts";
import { CodedError } from "../errors/coded-error.ts";
import { checkFilter } from "../filter/check-filter.ts";
import type { FilterNode } from "../filter/filter-ast.ts";
import type { TableSpec } from "../schema/table-spec.ts";
import type { DatasetDefinition, DatasetFilter } from "./dataset-definition.ts";
import { findDatasetTable } from "./dataset-tables.ts";
import { findPath, type PathStep } from "./find-path.ts";
import type { DatasetInput } from "./plan-dataset.ts";
import type { RowScope } from "./row-scope.ts";
import { anyOf } from "./scope-algebra.ts";

export interface FilterSelection extends Pick<DatasetInput, "tables" | "foreignKeys" | "tenantSchema"> {
  readonly dataset: DatasetDefinition;
  /** Name of one of the dataset's filters. */
  readonly filter: string;
  readonly value: string;
}

/**
 * The roots that one named filter of a dataset chooses: those with a matching row in one of its places, found along
 * foreign keys.
 * @throws CodedError `usage.invalid` for a filter that the dataset does not have, `table.not_found`, `filter.invalid`,
 * `schema.mismatch` when no way or several ways lead to the place
 */
export function selectRoots(selection: FilterSelection): RowScope {
  const { dataset, filter, value } = selection;
  const places = dataset.filters.get(filter);
  if (places === undefined) throw unknownFilter(dataset, filter);
  return anyOf(places.map((place) => rootsWith(place, value, selection)));
}

function rootsWith(place: DatasetFilter, value: string, selection: FilterSelection): RowScope {
  const root = findDatasetTable(selection.dataset.root, selection);
  const table = findDatasetTable(place.table, selection);
  const matching: RowScope = { kind: "filter", filter: checkFilter(filterNode(place, value), table) };
  const path = findPath({ ...selection, from: root, to: table, through: place.through });
  return path.reduceRight<RowScope>((where, step) => relatedBy(step, where), matching);
}

function relatedBy({ to, fromColumns, toColumns, operators }: PathStep, where: RowScope): RowScope {
  return { kind: "related", columns: fromColumns, table: to, otherColumns: toColumns, operators, where };
}

function filterNode({ column, match }: DatasetFilter, value: string): FilterNode {
  const path = `filters.${column}`;
  if (match === "equals")
    return { kind: "compare", column, operator: "$eq", value: { kind: "string", value, at: 0 }, path };
  const pattern = `%${value.replace(/[\\%_]/g, "\\$&")}%`;
  return { kind: "like", column, pattern: { kind: "string", value: pattern, at: 0 }, ignoreCase: true, path };
}

function unknownFilter(dataset: DatasetDefinition, filter: string): CodedError {
  const names = [...dataset.filters.keys()];
  const [near] = nearestNames(filter, names);
  const known = names.length === 0 ? "It has none" : `It has ${names.map((name) => `"${name}"`).join(", ")}`;
  return new CodedError("usage.invalid", `The dataset "${dataset.name}" has no filter "${filter}".`, {
    hint: `${near === undefined ? "" : `Did you mean "${near}"? `}${known}; filters stand under datasets.${dataset.name}.filters in the config.`,
    details: { dataset: dataset.name, filter },
  });
}

/** The root's columns that a list of root keys is about. @throws CodedError `key.missing` */
export function rootKey(root: TableSpec): {
  readonly columns: readonly string[];
  readonly operators: readonly string[];
  readonly types: readonly string[];
} {
  const key = root.keys.find(({ nullable }) => !nullable);
  if (key === undefined)
    throw new CodedError(
      "key.missing",
      `The root table "${root.name.name}" has no primary key or unique key without NULL.`,
      {
        hint: "Give the table a primary key: a dataset names its roots by it.",
      },
    );
  const types = key.columns.map(
    (name) => root.columns.find((column) => column.name === name)?.type.base ?? "text",
  );
  return { columns: key.columns, operators: key.operators, types };
}
