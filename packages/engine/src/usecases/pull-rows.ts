import {
  assertFilterTables,
  type CheckedFilter,
  CodedError,
  checkTableFilter,
  type FilterDocument,
  filterToJson,
  formatQualifiedName,
  matchesPattern,
  nameInTenant,
  type QualifiedName,
  suggestNames,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../ports/endpoint.ts";
import type { ReadSnapshot } from "../ports/read-snapshot.ts";
import type { FileScope, FileTable, RowFilesWriter, WrittenTable } from "../ports/row-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { SidePreparation } from "./diff-contract.ts";

export interface PullOptions {
  /** Table name patterns; empty means all of the source's. */
  readonly tablePatterns: readonly string[];
  readonly filter: FilterDocument | null;
  /** Only these columns, with those of the keys and of the filter; null for all. */
  readonly fields: readonly string[] | null;
  /** Tables that are read at the same time. */
  readonly parallel: number;
}

/** What is known before the first row is read. */
export interface PullPlan {
  readonly tables: readonly FileTable[];
  readonly specs: readonly TableSpec[];
  /** `PostgreSQL 18.4`, or null. */
  readonly version: string | null;
  /** Token of the instant, for reading definitions as of it; null when it cannot be shared. */
  readonly snapshot: string | null;
  readonly scope: FileScope;
}

export interface PullInput {
  readonly ctx: RunContext;
  readonly source: Endpoint;
  /** Recorded as the tenant whose rows these are. */
  readonly tenant: string | null;
  readonly options: PullOptions;
  /** Decides which rows take part and what is masked. */
  readonly prepare?: (snapshot: ReadSnapshot) => Promise<SidePreparation>;
  readonly openWriter: (plan: PullPlan) => Promise<RowFilesWriter>;
}

export interface PullResult {
  readonly plan: PullPlan;
  readonly tables: readonly WrittenTable[];
  /** Whether the same rows were there already. */
  readonly unchanged: boolean;
}

interface PulledTable {
  readonly spec: TableSpec;
  readonly table: FileTable;
  readonly filter: CheckedFilter | null;
}

/**
 * Writes the rows of an endpoint into files, all at one instant, in key order. Nothing is left behind when it fails.
 * Closes neither the source nor what `openWriter` did not give.
 */
export async function pullRows(input: PullInput): Promise<PullResult> {
  const { source, options, ctx } = input;
  const snapshot = await openSnapshot(input);
  const pulled = planTables(source, snapshot, options);
  const preparation = await input.prepare?.(snapshot);
  const plan = pullPlan(input, snapshot, pulled);
  const writer = await input.openWriter(plan);
  try {
    const waiting = [...pulled];
    const lanes = writer.sequential ? 1 : Math.max(1, Math.min(options.parallel, waiting.length));
    const stop = new AbortController();
    const signal = AbortSignal.any([ctx.signal, stop.signal]);
    const written: WrittenTable[] = [];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        written.push(await pullTable({ ctx, snapshot, writer, preparation, signal }, next));
    };
    await Promise.all(
      Array.from({ length: lanes }, () => lane().catch((error: unknown) => fail(stop, error))),
    );
    const { unchanged } = await writer.commit();
    const byName = new Map(written.map((table) => [table.name, table]));
    return { plan, unchanged, tables: plan.tables.flatMap(({ name }) => byName.get(name) ?? []) };
  } finally {
    await writer.discard();
  }
}

function fail(stop: AbortController, error: unknown): never {
  stop.abort(error);
  throw error;
}

async function openSnapshot({ source, options, ctx }: PullInput): Promise<ReadSnapshot> {
  const offered: QualifiedName[] = [];
  const { tablePatterns: patterns } = options;
  const locked = await source.lock({
    accept: (name) => {
      offered.push(name);
      return patterns.length === 0 || patterns.some((pattern) => matchesPattern(name, pattern));
    },
    connections: Math.max(1, options.parallel),
    signal: ctx.signal,
    notice: ctx.warn,
  });
  const names = [...offered, ...(source.named ?? [])];
  const unmatched = patterns.find((pattern) => !names.some((name) => matchesPattern(name, pattern)));
  if (unmatched !== undefined)
    throw new CodedError("table.not_found", `No table of ${source.label} matches "${unmatched}".`, {
      hint: suggestNames(
        unmatched,
        names.map(({ name }) => name),
        "tables",
      ),
    });
  return locked.begin(null);
}

function planTables(source: Endpoint, snapshot: ReadSnapshot, options: PullOptions): readonly PulledTable[] {
  const { filter, fields } = options;
  if (snapshot.tables.length === 0)
    throw new CodedError("table.not_found", `There are no tables in ${source.label}.`, {
      hint: "Check the tenant's name.",
    });
  if (filter !== null) assertFilterTables(filter, snapshot.tables);
  assertFields(source, snapshot.tables, fields);
  return snapshot.tables
    .map((spec) => {
      const checked = filter === null ? null : checkTableFilter(filter, spec);
      // The filter holds again when the files are compared or pushed, so its columns are needed then.
      const wanted = fields === null ? null : [...fields, ...filteredColumns(checked)];
      return {
        spec,
        filter: checked,
        table: fileTable(spec, { tenantSchema: source.tenantSchema, fields: wanted }),
      };
    })
    .sort((a, b) => (a.table.name < b.table.name ? -1 : 1));
}

function filteredColumns(filter: CheckedFilter | null): readonly string[] {
  if (filter === null) return [];
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.items.flatMap(filteredColumns);
    case "not":
      return filteredColumns(filter.item);
    case "search":
      return filter.columns.map(({ name }) => name);
    default:
      return [filter.column.name];
  }
}

function assertFields(source: Endpoint, specs: readonly TableSpec[], fields: readonly string[] | null): void {
  const names = new Set(specs.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const unknown = fields?.find((field) => !names.has(field));
  if (unknown === undefined) return;
  throw new CodedError("column.not_found", `No table of ${source.label} has a column "${unknown}".`, {
    hint: suggestNames(unknown, [...names], "columns"),
  });
}

/** A table as files describe it: stored columns alone; without what is generated. */
export function fileTable(
  spec: TableSpec,
  { tenantSchema, fields }: { readonly tenantSchema: string; readonly fields: readonly string[] | null },
): FileTable {
  const key = spec.keys[0]?.columns ?? [];
  const columns = spec.columns.filter(
    ({ name, generated }) => !generated && (fields === null || fields.includes(name) || key.includes(name)),
  );
  const names = new Set(columns.map(({ name }) => name));
  return {
    name: nameInTenant(spec.name, tenantSchema),
    columns: columns.map(({ name, type }) => ({ name, type: type.name })),
    key: key.every((name) => names.has(name)) ? key : [],
    fingerprint: spec.fingerprint,
  };
}

function pullPlan(
  { tenant, options }: PullInput,
  { version, token }: ReadSnapshot,
  pulled: readonly PulledTable[],
): PullPlan {
  const tables = pulled.map(({ table }) => table);
  return {
    tables,
    specs: pulled.map(({ spec }) => spec),
    version,
    snapshot: token,
    scope: {
      tenant,
      tables: tables.map(({ name }) => name),
      filter: options.filter === null ? null : filterToJson(options.filter),
      dataset: null,
      complete: true,
    },
  };
}

interface PullWork {
  readonly ctx: RunContext;
  readonly snapshot: ReadSnapshot;
  readonly writer: RowFilesWriter;
  readonly preparation: SidePreparation | undefined;
  readonly signal: AbortSignal;
}

async function pullTable(
  { ctx, snapshot, writer, preparation, signal }: PullWork,
  { spec, table, filter }: PulledTable,
): Promise<WrittenTable> {
  const name = formatQualifiedName(spec.name);
  const selected = snapshot.selectRows({
    table: spec,
    columns: table.columns.map((column) => column.name),
    filter,
    scope: preparation?.scopes.get(name) ?? null,
    masks: preparation?.masks.get(name) ?? new Map(),
  });
  const file = await writer.table(table);
  let rows = 0;
  for await (const batch of selected.texts({ order: "key", signal })) {
    signal.throwIfAborted();
    await file.rows(batch);
    rows += batch.length;
    const estimatedRows = spec.estimatedRows < 0 ? null : spec.estimatedRows;
    ctx.progress({ phase: "pull", table: table.name, rows, bytes: 0, estimatedRows });
  }
  return file.end();
}
