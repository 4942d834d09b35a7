import {
  CodedError,
  type DatasetDefinition,
  type FieldPolicy,
  type ForeignKeySpec,
  findDatasetTable,
  isNamed,
  type MoveRules,
  nameInTenant,
  type QualifiedName,
  rootKey,
  suggestNames,
  type TablePolicy,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { FileTable, RowFiles } from "../../ports/row-files.ts";
import type { RunContext } from "../../ports/run-context.ts";

/** What an import knows of its target before it compares. */
export interface TargetTables {
  readonly tenantSchema: string;
  /** Those that the file holds. */
  readonly tables: readonly TableSpec[];
  readonly foreignKeys: readonly ForeignKeySpec[];
  readonly root: TableSpec;
  readonly rootKey: readonly string[];
  /** What people should know: definitions that changed since the file was written. */
  readonly notes: readonly string[];
}

export interface ReadTargetInput {
  readonly ctx: RunContext;
  /** Narrowed to the file's tables. */
  readonly target: Endpoint;
  readonly files: RowFiles;
  readonly dataset: Pick<DatasetDefinition, "name" | "root" | "tables">;
}

/**
 * Reads the target's definitions and holds the file against them.
 * @throws CodedError `schema.mismatch` for columns of the file that the target lacks, `table.not_found`, `key.missing`
 */
export async function readTarget({ ctx, target, files, dataset }: ReadTargetInput): Promise<TargetTables> {
  const locked = await target.lock({
    accept: () => true,
    connections: 0,
    signal: ctx.signal,
    notice: ctx.warn,
  });
  const snapshot = await locked.begin(null);
  const { tenantSchema } = target;
  const { tables } = snapshot;
  const root = findDatasetTable(dataset.root, { dataset, tables, tenantSchema });
  const notes = files.tables.flatMap((file) => noteOf(file, findTable(file, tables, tenantSchema), files));
  const foreignKeys = (await snapshot.foreignKeys()).filter(
    (key) => has(tables, key.table) && has(tables, key.referenced),
  );
  await snapshot.close();
  return { tenantSchema, tables, foreignKeys, root, rootKey: rootKey(root).columns, notes };
}

function has(tables: readonly TableSpec[], name: QualifiedName): boolean {
  return tables.some((table) => table.name.schema === name.schema && table.name.name === name.name);
}

function findTable(file: FileTable, tables: readonly TableSpec[], tenantSchema: string): TableSpec {
  const found = tables.find(({ name }) => nameInTenant(name, tenantSchema) === file.name);
  if (found !== undefined) return found;
  throw new CodedError("table.not_found", `The target has no table "${file.name}".`, {
    hint: "Make the table first, or export without it.",
  });
}

/** Columns that only the target has keep their values; what only the file has would be lost. */
function noteOf(file: FileTable, spec: TableSpec, { label }: RowFiles): string[] {
  const columns = spec.columns.map(({ name }) => name);
  const unknown = file.columns.find(({ name }) => !columns.includes(name));
  if (unknown !== undefined)
    throw new CodedError(
      "schema.mismatch",
      `Table "${file.name}" of the target has no column "${unknown.name}", which "${label}" holds.`,
      { hint: suggestNames(unknown.name, columns, "columns") },
    );
  const kept = spec.columns
    .filter(({ name, generated }) => !generated && !file.columns.some((column) => column.name === name))
    .map(({ name }) => name);
  return kept.length === 0
    ? []
    : [
        `Table "${file.name}": ${kept.join(", ")} ${kept.length === 1 ? "is" : "are"} not in the file and stay as they are.`,
      ];
}

/** The rules of a move with the dataset's policies, by table as patch headers name it. */
export function withPolicies(rules: MoveRules, dataset: DatasetDefinition, target: TargetTables): MoveRules {
  const fields = new Map<string, ReadonlyMap<string, FieldPolicy>>();
  const tables = new Map<string, TablePolicy>();
  for (const [text, policy] of dataset.policies) {
    const spec = target.tables.find(({ name }) => isNamed(name, text));
    if (spec === undefined) continue;
    const name = nameInTenant(spec.name, target.tenantSchema);
    if (policy.kind === "table") tables.set(name, policy.policy);
    else fields.set(name, policy.fields);
  }
  return { ...rules, fields, tables };
}
