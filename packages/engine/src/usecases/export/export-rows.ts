import {
  assertFilterTables,
  type CheckedFilter,
  CodedError,
  checkTableFilter,
  type DatasetDefinition,
  type DatasetPlan,
  type FilterDocument,
  filterToJson,
  formatQualifiedName,
  isNamed,
  type MaskRule,
  matchesPattern,
  NO_ROWS,
  type QualifiedName,
  type RowScope,
  suggestNames,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { FileScope, FileTable, RowFilesWriter } from "../../ports/row-files.ts";
import type { RunContext } from "../../ports/run-context.ts";
import { fileTable } from "../pull-rows.ts";
import { planRoots, type RootSelection } from "./dataset-roots.ts";

export interface ExportInput {
  readonly ctx: RunContext;
  readonly source: Endpoint;
  readonly tenant: string | null;
  /** Null exports the tables themselves. */
  readonly dataset: DatasetDefinition | null;
  readonly selection: RootSelection;
  readonly tablePatterns: readonly string[];
  /** Over tables that are no dataset. */
  readonly filter: FilterDocument | null;
  /** Only these columns and the keys, or null. */
  readonly fields: readonly string[] | null;
  readonly masks: ((snapshot: ReadSnapshot) => Promise<TableMasksByName>) | null;
  readonly openWriter: (plan: ExportPlan) => Promise<RowFilesWriter>;
}

type TableMasksByName = ReadonlyMap<string, ReadonlyMap<string, MaskRule>>;

export interface ExportPlan {
  readonly tables: readonly FileTable[];
  readonly specs: readonly TableSpec[];
  readonly version: string | null;
  /** Token of the instant, for reading definitions as of it; null when it cannot be shared. */
  readonly snapshot: string | null;
  readonly scope: FileScope;
}

export interface ExportedTable {
  readonly name: string;
  readonly rows: number;
  /** Rows that are there only because others refer to them. */
  readonly referenced: number;
}

export interface ExportResult {
  readonly tables: readonly ExportedTable[];
  readonly rows: number;
  readonly roots: number | null;
  /** Whether the same rows were there already. */
  readonly unchanged: boolean;
}

interface ExportTable {
  readonly spec: TableSpec;
  readonly table: FileTable;
  readonly filter: CheckedFilter | null;
  readonly members: RowScope | null;
  readonly referenced: RowScope;
}

/** Writes the rows of a dataset's roots, or of tables, into one file: all at one instant, referenced tables first. */
export async function exportRows(input: ExportInput): Promise<ExportResult> {
  const { source, ctx, dataset } = input;
  const locked = await source.lock({ ...requestOf(input), signal: ctx.signal, notice: ctx.warn });
  const snapshot = await locked.begin(null);
  const { tables, root } = await planTables(input, snapshot);
  const masks = await input.masks?.(snapshot);
  const plan: ExportPlan = {
    tables: tables.map(({ table }) => table),
    specs: tables.map(({ spec }) => spec),
    version: snapshot.version,
    snapshot: snapshot.token,
    scope: scopeOf(input, tables),
  };
  const writer = await input.openWriter(plan);
  try {
    const exported: ExportedTable[] = [];
    for (const table of tables) {
      const work = { ctx, snapshot, writer, masks: masks?.get(formatQualifiedName(table.spec.name)) };
      const rows = await writePart(work, table, false);
      const referenced = table.referenced.kind === "none" ? 0 : await writePart(work, table, true);
      exported.push({ name: table.table.name, rows, referenced });
    }
    const { unchanged } = await writer.commit();
    const roots = exported[tables.findIndex(({ spec }) => spec === root)]?.rows ?? 0;
    return {
      tables: exported,
      rows: exported.reduce((sum, { rows, referenced }) => sum + rows + referenced, 0),
      roots: dataset === null ? null : roots,
      unchanged,
    };
  } finally {
    await writer.discard();
  }
}

function requestOf({ dataset, tablePatterns, source }: ExportInput) {
  const listed =
    dataset?.tables === undefined || dataset.tables === null ? null : [dataset.root, ...dataset.tables];
  const offered: QualifiedName[] = [];
  return {
    connections: 1,
    accept: (name: QualifiedName) => {
      offered.push(name);
      if (listed !== null) return listed.some((text) => isNamed(name, text));
      return tablePatterns.length === 0 || tablePatterns.some((pattern) => matchesPattern(name, pattern));
    },
    source: source.label,
  };
}

async function planTables(input: ExportInput, snapshot: ReadSnapshot) {
  const { dataset, source, selection } = input;
  if (snapshot.tables.length === 0) throw nothingThere(input);
  if (dataset === null) return { tables: plainTables(input, snapshot), root: null };
  const { tenantSchema } = source;
  const plan = await planRoots(snapshot, dataset, { tenantSchema, selection });
  return { tables: datasetTables(input, plan), root: plan.root };
}

function datasetTables({ dataset, source, fields }: ExportInput, plan: DatasetPlan): ExportTable[] {
  const regenerated = [...(dataset?.policies ?? [])].flatMap(([name, policy]) =>
    policy.kind === "table" && policy.policy === "regenerate" ? [name] : [],
  );
  return plan.tables
    .filter(({ table }) => !regenerated.some((name) => isNamed(table.name, name)))
    .map(({ table: spec, members, referenced }) => ({
      spec,
      table: fileTable(spec, { tenantSchema: source.tenantSchema, fields }),
      filter: null,
      members,
      referenced,
    }));
}

function plainTables(
  { filter, source, fields, tablePatterns }: ExportInput,
  { tables }: ReadSnapshot,
): ExportTable[] {
  if (filter !== null) assertFilterTables(filter, tables);
  const unmatched = tablePatterns.find(
    (pattern) => !tables.some(({ name }) => matchesPattern(name, pattern)),
  );
  if (unmatched !== undefined) {
    const names = tables.map(({ name }) => name.name);
    throw new CodedError("table.not_found", `No table of ${source.label} matches "${unmatched}".`, {
      hint: suggestNames(unmatched, names, "tables"),
    });
  }
  return tables
    .map((spec) => ({
      spec,
      table: fileTable(spec, { tenantSchema: source.tenantSchema, fields }),
      filter: filter === null ? null : checkTableFilter(filter, spec),
      members: null,
      referenced: NO_ROWS,
    }))
    .sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
}

function scopeOf(
  { tenant, dataset, selection, filter }: ExportInput,
  tables: readonly ExportTable[],
): FileScope {
  const { filters, keys } = selection;
  const root = tables.find(({ spec }) => dataset !== null && isNamed(spec.name, dataset.root));
  return {
    tenant,
    tables: tables.map(({ table }) => table.name),
    filter: filter === null ? null : filterToJson(filter),
    dataset:
      dataset === null
        ? null
        : {
            name: dataset.name,
            root: root?.table.name ?? dataset.root,
            selection: { filters: Object.fromEntries(filters), keys: keys === null ? null : keys.length },
          },
    complete: true,
  };
}

interface PartWork {
  readonly ctx: RunContext;
  readonly snapshot: ReadSnapshot;
  readonly writer: RowFilesWriter;
  readonly masks: ReadonlyMap<string, MaskRule> | undefined;
}

async function writePart(
  { ctx, snapshot, writer, masks }: PartWork,
  { spec, table, filter, members, referenced }: ExportTable,
  isReferenced: boolean,
): Promise<number> {
  const selected = snapshot.selectRows({
    table: spec,
    columns: table.columns.map(({ name }) => name),
    filter,
    scope: isReferenced ? referenced : members,
    masks: masks ?? new Map(),
  });
  const part = await writer.table(table, { referenced: isReferenced });
  let rows = 0;
  for await (const batch of selected.texts({ order: "key", signal: ctx.signal })) {
    ctx.signal.throwIfAborted();
    await part.rows(batch);
    rows += batch.length;
    ctx.progress({ phase: "export", table: table.name, rows, bytes: 0, estimatedRows: null });
  }
  return (await part.end()).rows;
}

function nothingThere({ source, dataset }: ExportInput): CodedError {
  const what =
    dataset === null ? "There are no tables" : `No table of the dataset "${dataset.name}" is there`;
  return new CodedError("table.not_found", `${what} in ${source.label}.`, {
    hint: "Check the tenant's name.",
  });
}
