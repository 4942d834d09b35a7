import {
  CodedError,
  checkFilter,
  type DatasetDefinition,
  type DatasetPlan,
  everyOf,
  type FilterNode,
  findDatasetTable,
  type KeyList,
  planDataset,
  type RowScope,
  rootKey,
  selectRoots,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";

/** Which roots of a dataset are meant; what is given is combined with AND. */
export interface RootSelection {
  /** Value by name of one of the dataset's filters. */
  readonly filters: ReadonlyMap<string, string>;
  /** Over the root table's own columns. */
  readonly where: FilterNode | null;
  /** Keys of roots, each in the order of the root's key columns; null for all. */
  readonly keys: readonly (readonly string[])[] | null;
}

export const ALL_ROOTS: RootSelection = { filters: new Map(), where: null, keys: null };

export const ROOT_KEYS = "dataset roots";

/** Plans a dataset over the tables of a snapshot; keys of roots are handed to the snapshot. */
export async function planRoots(
  snapshot: ReadSnapshot,
  dataset: DatasetDefinition,
  { tenantSchema, selection }: { readonly tenantSchema: string; readonly selection: RootSelection },
): Promise<DatasetPlan> {
  const { tables } = snapshot;
  const foreignKeys = await snapshot.foreignKeys();
  const base = { dataset, tables, foreignKeys, tenantSchema };
  const root = findDatasetTable(dataset.root, base);
  const scopes: RowScope[] = [...selection.filters].map(([filter, value]) =>
    selectRoots({ ...base, filter, value }),
  );
  if (selection.where !== null) scopes.push({ kind: "filter", filter: checkFilter(selection.where, root) });
  if (selection.keys !== null) {
    const { scope, list } = keysOf(root, selection.keys);
    snapshot.useKeyLists(new Map([[ROOT_KEYS, list]]));
    scopes.push(scope);
  }
  assertPolicies(dataset, base);
  return planDataset({ ...base, roots: everyOf(scopes) });
}

/** Roots by key, as a scope over the root table and the list that it names. */
export function keysOf(
  root: Parameters<typeof rootKey>[0],
  tuples: KeyList["tuples"],
): { readonly scope: RowScope; readonly list: KeyList } {
  const { columns, operators, types } = rootKey(root);
  return {
    scope: { kind: "keys", columns, operators, list: ROOT_KEYS },
    list: { types, tuples },
  };
}

/** A policy for what is not there would silently not hold. */
function assertPolicies(
  dataset: DatasetDefinition,
  base: Omit<Parameters<typeof findDatasetTable>[1], "dataset"> & { readonly dataset: DatasetDefinition },
): void {
  for (const [name, policy] of dataset.policies) {
    const table = findDatasetTable(name, base);
    if (policy.kind === "table") continue;
    const missing = [...policy.fields.keys()].find(
      (field) => !table.columns.some((column) => column.name === field),
    );
    if (missing === undefined) continue;
    throw new CodedError(
      "column.not_found",
      `The dataset "${dataset.name}" has a policy for the column "${missing}" of table "${name}", which is not there.`,
      { hint: `Correct datasets.${dataset.name}.policies.${name} in the config.` },
    );
  }
}
