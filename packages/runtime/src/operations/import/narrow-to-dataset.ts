import {
  CodedError,
  type DatasetDefinition,
  nameInTenant,
  parsePatchTableName,
  type TableName,
} from "@syncline/core";
import {
  assertAllowed,
  type FileRoots,
  importPreparation,
  type MoveInput,
  type RowFiles,
  readRoots,
  readTarget,
  referencedKey,
  type TargetTables,
  withPolicies,
} from "@syncline/engine";
import { openEndpoint } from "../../endpoint-registry.ts";
import type { Place } from "../../place.ts";
import { readAllowedKeys } from "./allowed-keys.ts";
import { followsDeletes, type RowsImport } from "./import-run.ts";
import { importComparison, importRules, type Narrowed, scopeDocument } from "./narrowed.ts";

type Reach = Parameters<typeof importPreparation>[0]["reach"];

/** As the config has it, else as far as the file tells. Tables that the file does not hold take no part. */
export function datasetOf({ setting, files, input }: RowsImport, name: string): DatasetDefinition {
  const known = setting.workspace.config.datasets.get(name);
  const told = files.scope?.dataset;
  const root = known?.root ?? (input.dataset === null ? told?.root : undefined);
  if (root === undefined)
    throw new CodedError("dataset.not_found", `There is no dataset "${name}" in the config.`, {
      hint: "Add it under datasets, or leave out --dataset.",
    });
  return {
    name,
    root,
    tables: files.tables.map((table) => table.name),
    policies: known?.policies ?? new Map(),
    filters: new Map(),
  };
}

/** Only what belongs to the roots of the file takes part. */
export async function narrowToDataset(run: RowsImport, dataset: DatasetDefinition): Promise<Narrowed> {
  const { setting, files, input, say } = run;
  const { context: ctx } = setting;
  const target = narrowedPlace(run);
  const tables = await readTargetTables(run, target, dataset);
  for (const note of tables.notes) say(`note: ${note}`);
  const root = nameInTenant(tables.root.name, tables.tenantSchema);
  const roots = await readRoots({ files, root, rootKey: tables.rootKey, signal: ctx.signal });
  const allowed = await allowedKeys(run, roots, { root, columns: tables.rootKey.length });
  const reach: Reach = input.replaceAll ? (allowed === null ? "all" : { keys: allowed }) : "listed";
  const prepare = importPreparation({
    dataset,
    target: tables,
    keys: roots.keys,
    reach,
    label: files.label,
    signal: ctx.signal,
  });
  return {
    target,
    diff: { ...importComparison(run), prepare },
    rules: withPolicies(importRules(run), dataset, tables),
    mayDelete: followsDeletes(run.strategy) && holdsWholeRoots(run),
    isReferenced: referencedTest(files, roots),
    scope: scopeDocument(run, {
      dataset: dataset.name,
      root,
      roots: roots.keys.length,
      reach: typeof reach === "string" ? reach : "allowed",
    }),
  };
}

/** A filter over tables leaves out rows of roots that are there; one of a dataset chose among roots alone. */
function holdsWholeRoots({ files: { label, scope }, setting }: RowsImport): boolean {
  if (scope?.complete === true && (scope.dataset !== null || scope.filter === null)) return true;
  setting.context.warn(`"${label}" does not hold all that belongs to its roots, so no row is deleted.`);
  return false;
}

async function readTargetTables(
  { setting, files }: RowsImport,
  target: Place,
  dataset: DatasetDefinition,
): Promise<TargetTables> {
  const endpoint = await openEndpoint(target);
  try {
    return await readTarget({ ctx: setting.context, target: endpoint, files, dataset });
  } finally {
    await endpoint.close();
  }
}

async function allowedKeys(
  { files, input }: RowsImport,
  roots: FileRoots,
  { root, columns }: { readonly root: string; readonly columns: number },
): Promise<readonly (readonly string[])[] | null> {
  if (input.allow === null) return null;
  const allowed = await readAllowedKeys(input.allow, columns);
  assertAllowed(roots, allowed, { label: files.label, root });
  return allowed;
}

function referencedTest(
  { tables }: RowFiles,
  { referenced }: FileRoots,
): NonNullable<MoveInput["isReferenced"]> {
  return (table, key) => {
    const file = tables.find(({ name }) => name === table);
    return file !== undefined && referenced.get(table)?.has(referencedKey(file.key, key)) === true;
  };
}

/** @throws CodedError `usage.invalid` when the target's locator leaves out tables of the file */
function narrowedPlace({ target, files }: RowsImport): Place {
  const { tables: chosen } = target;
  const left = files.tables.find(({ name }) => {
    const { schema, name: table } = parsePatchTableName(name) as TableName;
    const isChosen = (each: TableName) =>
      each.name === table && (each.schema ?? target.scope.schema) === (schema ?? target.scope.schema);
    return chosen.kind === "named" && !chosen.names.some(isChosen);
  });
  if (left !== undefined)
    throw new CodedError(
      "usage.invalid",
      `"${target.label}" leaves out the table "${left.name}" of the file.`,
      { hint: "Name the target with :* for the tables, or export fewer tables." },
    );
  const names = files.tables.map(({ name }) => parsePatchTableName(name) as TableName);
  return { ...target, tables: { kind: "named", names } };
}
