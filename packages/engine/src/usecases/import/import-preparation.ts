import {
  ALL_ROWS,
  anyOf,
  CodedError,
  type DatasetDefinition,
  type DatasetPlan,
  type ForeignKeySpec,
  formatQualifiedName,
  type KeyList,
  nameInTenant,
  outsideOf,
  planDataset,
  type RowScope,
  sameQualifiedName,
  type TableSpec,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import { STAGED_REFERENCED } from "../../ports/staged-rows.ts";
import type { DiffOptions, SidePreparation } from "../diff-contract.ts";
import { keysOf } from "../export/dataset-roots.ts";
import type { TargetTables } from "./read-target.ts";

export interface ImportPreparationInput {
  readonly dataset: Pick<DatasetDefinition, "name" | "root" | "tables">;
  readonly target: TargetTables;
  /** Roots that the file lists. */
  readonly keys: KeyList["tuples"];
  /** Roots of the target that may be changed or deleted: those of the file, or all with --replace-all. */
  readonly reach: "listed" | "all" | { readonly keys: KeyList["tuples"] };
  readonly label: string;
  readonly signal: AbortSignal;
}

/**
 * Scopes of an import: in the target, rows of the reached roots and what belongs to them, and nothing else. The file's
 * own rows are checked first: one that belongs to none of its roots would change a root that it does not list.
 */
export function importPreparation(input: ImportPreparationInput): NonNullable<DiffOptions["prepare"]> {
  return async (side, snapshot): Promise<SidePreparation> => {
    if (side === "source") {
      await assertWhole(input, snapshot);
      return { scopes: new Map(), masks: new Map() };
    }
    const plan = planOf(input, rootsOfTarget(input, snapshot));
    return { scopes: scopesOf(plan), masks: new Map() };
  };
}

function planOf({ dataset, target }: ImportPreparationInput, roots: RowScope): DatasetPlan {
  const { tables, foreignKeys, tenantSchema } = target;
  return planDataset({ dataset, tables, foreignKeys, tenantSchema, roots });
}

function rootsOfTarget(input: ImportPreparationInput, snapshot: ReadSnapshot): RowScope {
  if (input.reach === "all") return ALL_ROWS;
  const { scope, list } = keysOf(input.target.root, input.reach === "listed" ? input.keys : input.reach.keys);
  snapshot.useKeyLists(new Map([[scope.kind === "keys" ? scope.list : "", list]]));
  return scope;
}

function scopesOf({ tables }: DatasetPlan): Map<string, RowScope> {
  return new Map(tables.map(({ table, members }) => [formatQualifiedName(table.name), members]));
}

/** @throws CodedError `scope.exceeded` for rows that belong to no root of the file, `schema.mismatch` without their references */
async function assertWhole(wanted: ImportPreparationInput, snapshot: ReadSnapshot): Promise<void> {
  const input = { ...wanted, target: inFiles(wanted.target) };
  const plan = planOf(input, outsideOf(STAGED_REFERENCED));
  for (const { table, members } of plan.tables) {
    const staged = snapshot.tables.find(({ name }) => sameTable(name, table));
    if (staged === undefined) continue;
    assertReferences(input, staged, table);
    const stray = outsideOf(anyOf([members, STAGED_REFERENCED]));
    if (stray.kind === "none") continue;
    const selection = { table: staged, columns: [], filter: null, scope: stray, masks: new Map() };
    const rows = await snapshot.selectRows(selection).count(input.signal);
    if (rows > 0) throw strays(input, table, rows);
  }
}

function sameTable(name: TableSpec["name"], table: TableSpec): boolean {
  return name.schema === table.name.schema && name.name === table.name.name;
}

/** A tenant's column is no column of its tables here, and no file has it: within one tenant the others say the same. */
function inFiles(target: TargetTables): TargetTables {
  const foreignKeys = target.foreignKeys
    .map((key) => withoutTenant(key, target.tables))
    .filter(({ columns }) => columns.length > 0);
  return { ...target, foreignKeys };
}

function withoutTenant(key: ForeignKeySpec, tables: readonly TableSpec[]): ForeignKeySpec {
  const table = tables.find(({ name }) => sameQualifiedName(name, key.table));
  const isKept = (_: unknown, index: number) =>
    table?.columns.some(({ name }) => name === key.columns[index]) !== false;
  return {
    ...key,
    columns: key.columns.filter(isKept),
    referencedColumns: key.referencedColumns.filter(isKept),
    operators: key.operators.filter(isKept),
  };
}

/** Without its references a row cannot be told to belong anywhere. */
function assertReferences(
  { target, label }: ImportPreparationInput,
  staged: TableSpec,
  table: TableSpec,
): void {
  const needed = target.foreignKeys
    .filter((key) => sameTable(key.table, table) || sameTable(key.referenced, table))
    .flatMap((key) => (sameTable(key.table, table) ? key.columns : key.referencedColumns));
  const missing = needed.find((column) => !staged.columns.some(({ name }) => name === column));
  if (missing === undefined) return;
  throw new CodedError(
    "schema.mismatch",
    `"${label}" lacks the column "${missing}" of table "${nameInTenant(table.name, target.tenantSchema)}", which says what its rows belong to.`,
    { hint: "Export again with that column." },
  );
}

function strays(
  { label, dataset, target }: ImportPreparationInput,
  table: TableSpec,
  rows: number,
): CodedError {
  const name = nameInTenant(table.name, target.tenantSchema);
  return new CodedError(
    "scope.exceeded",
    `${rows} row${rows === 1 ? "" : "s"} of "${name}" in "${label}" belong${rows === 1 ? "s" : ""} to no row of "${dataset.root}" in it. Nothing was written.`,
    {
      hint: `Add their rows of "${dataset.root}" to the file, or take these rows out.`,
      details: { table: name, rows },
    },
  );
}
