import {
  agreeTable,
  CodedError,
  isNamed,
  nameInTenant,
  type PatchRow,
  type PatchTable,
  type QualifiedName,
  type RowImage,
  suggestNames,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { RunContext } from "../../ports/run-context.ts";
import { planSide } from "../diff/table-work.ts";

export interface FoundRow {
  readonly key: PatchRow;
  readonly row: PatchRow;
}

/** Rows of today by key, aligned with the keys; null where there is none. */
export type RowLookup = (keys: readonly RowImage[]) => Promise<readonly (FoundRow | null)[]>;

export interface RowLookups {
  readonly byTable: ReadonlyMap<string, RowLookup>;
  close(): Promise<void>;
}

interface Request {
  readonly target: Endpoint;
  readonly tables: readonly PatchTable[];
  readonly ctx: RunContext;
}

/** Reads rows of a patch's tables as of one instant. Throws `table.not_found` or `schema.changed`. */
export async function openRowLookups({ target, tables, ctx }: Request): Promise<RowLookups> {
  const accept = (name: QualifiedName) =>
    tables.some((table) => means(name, table.name, target.tenantSchema));
  const locked = await target.lock({ accept, connections: 1, signal: ctx.signal, notice: ctx.warn });
  const snapshot = await locked.begin(null);
  try {
    const byTable = new Map(tables.map((table) => [table.name, lookupOf(snapshot, table, { target, ctx })]));
    return { byTable, close: () => snapshot.close() };
  } catch (error) {
    await snapshot.close();
    throw error;
  }
}

function means(name: QualifiedName, patchName: string, tenantSchema: string): boolean {
  return nameInTenant(name, tenantSchema) === patchName || isNamed(name, patchName);
}

function lookupOf(
  snapshot: ReadSnapshot,
  table: PatchTable,
  { target, ctx }: Pick<Request, "target" | "ctx">,
): RowLookup {
  const spec = findSpec(snapshot, table, target);
  if (table.key.length === 0) return async (keys) => keys.map(() => null);
  const carried = new Set(table.columns.map(([name]) => name));
  const left = spec.columns.map(({ name }) => name).filter((name) => !carried.has(name));
  const agreement = agreeTable(
    { source: spec, target: spec },
    { columnMap: new Map(), fields: null, ignoreFields: new Set(left), key: table.key },
  );
  const hash = "pg-record-hash-1";
  const plan = planSide(agreement, "target", {
    hash,
    filter: { source: null, target: null },
    textSorts: true,
  });
  const reader = snapshot.openTable(plan);
  const columns = agreement.columns.map((column) => column.target.name);
  return async (keys) => {
    if (keys.length === 0) return [];
    const rows = await reader.lookup(keys, ctx.signal);
    return rows.map((row) => {
      if (row === null || row.inScope === false) return null;
      const all = columns.map((name, index) => [name, row.image[index] ?? null] as const);
      const key = new Map(table.key.map((name, index) => [name, row.key[index] ?? null]));
      return { key, row: new Map(all.filter(([name]) => carried.has(name))) };
    });
  };
}

function findSpec({ tables }: ReadSnapshot, table: PatchTable, target: Endpoint): TableSpec {
  const [only] = tables;
  const spec =
    target.named !== null && tables.length === 1
      ? only
      : tables.find(({ name }) => means(name, table.name, target.tenantSchema));
  if (spec === undefined) {
    const hint = suggestNames(
      table.name,
      tables.map(({ name }) => name.name),
      "tables",
    );
    throw new CodedError("table.not_found", `"${target.label}" has no table "${table.name}" of the patch.`, {
      hint,
    });
  }
  if (table.fingerprint === "" || spec.fingerprint === table.fingerprint) return spec;
  throw new CodedError(
    "schema.changed",
    `Table "${table.name}" of "${target.label}" was altered since the patch was made.`,
    { hint: "Make the patch anew with syncline diff." },
  );
}
