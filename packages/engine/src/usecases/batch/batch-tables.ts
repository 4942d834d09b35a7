import {
  agreeTable,
  isNamed,
  nameInTenant,
  type PatchRow,
  type PatchTable,
  type QualifiedName,
  type TableSpec,
} from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot, TableReader } from "../../ports/read-snapshot.ts";
import type { RunContext } from "../../ports/run-context.ts";
import { describeTable, planSide } from "../diff/table-work.ts";

/** A table that a batch is about, and its rows as of now. */
export interface BatchTable {
  readonly spec: TableSpec;
  /** Carries every column that can be written. */
  readonly patchTable: PatchTable;
  /** The row of a key, or null. */
  find(key: PatchRow): Promise<PatchRow | null>;
}

export interface BatchTables {
  /** Null when the target has no such table. */
  get(name: string): BatchTable | null;
  close(): Promise<void>;
}

/** Looks at the named tables as of one instant. Always `close()`. */
export async function openBatchTables(
  openTarget: () => Promise<Endpoint>,
  wanted: ReadonlySet<string>,
  ctx: RunContext,
): Promise<BatchTables> {
  const target = await openTarget();
  try {
    const means = (name: QualifiedName, text: string) =>
      nameInTenant(name, target.tenantSchema) === text || isNamed(name, text);
    const accept = (name: QualifiedName) => [...wanted].some((text) => means(name, text));
    const locked = await target.lock({ accept, connections: 1, signal: ctx.signal, notice: ctx.warn });
    const snapshot = await locked.begin(null);
    const tables = snapshot.tables.map((spec) => batchTable(snapshot, spec, target.tenantSchema, ctx));
    return {
      get: (text) => tables.find(({ spec }) => means(spec.name, text)) ?? null,
      close: async () => {
        await snapshot.close();
        await target.close();
      },
    };
  } catch (error) {
    await target.close();
    throw error;
  }
}

function batchTable(
  snapshot: ReadSnapshot,
  spec: TableSpec,
  tenantSchema: string,
  ctx: RunContext,
): BatchTable {
  const pair = { source: spec, target: spec };
  const agreement = agreeTable(pair, {
    columnMap: new Map(),
    fields: null,
    ignoreFields: new Set(),
    key: null,
  });
  const { patchTable } = describeTable(agreement, tenantSchema);
  const parts = {
    hash: "pg-record-hash-1",
    filter: { source: null, target: null },
    textSorts: true,
  } as const;
  const columns = agreement.columns.map((column) => column.target.name);
  let reader: TableReader | null = null;
  return {
    spec,
    patchTable,
    find: async (key) => {
      if (patchTable.key.length === 0) return null;
      reader ??= snapshot.openTable(planSide(agreement, "target", parts));
      const [row] = await reader.lookup([patchTable.key.map((name) => key.get(name) ?? null)], ctx.signal);
      if (row === null || row === undefined || row.inScope === false) return null;
      return new Map(columns.map((name, at) => [name, row.image[at] ?? null]));
    },
  };
}
