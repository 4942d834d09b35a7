import { randomBytes } from "node:crypto";
import type {
  PatchHeader,
  PatchOperation,
  PatchRow,
  PatchTable,
  RowValue,
  TableSelection,
} from "@syncline/core";
import {
  type ApplicationPoint,
  type ApplyConflict,
  type ApplyOptions,
  type ApplyResult,
  applyPatch,
  type PatchInput,
  type RunContext,
  undoPatch,
} from "@syncline/engine";
import type { ConnectionOptions, PgScope } from "../../scope.ts";
import { openPatchTarget } from "../open-patch-target.ts";

export const DEFAULT_OPTIONS: ApplyOptions = {
  strategy: "manual",
  dryRun: false,
  force: null,
  triggers: "auto",
  includeCascades: false,
  allowDdl: false,
  lockTimeoutMs: 5_000,
  fence: null,
};

export function connectionOf(url: string): ConnectionOptions {
  const parsed = new URL(url);
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    user: decodeURIComponent(parsed.username || "postgres"),
    ...(parsed.password === "" ? {} : { password: decodeURIComponent(parsed.password) }),
    sslMode: "disable",
    connectTimeoutMs: 5_000,
    applicationName: "syncline-test",
  };
}

export function scopeOf(url: string, overrides: Partial<PgScope> = {}): PgScope {
  return { connection: connectionOf(url), schema: "public", tenantColumn: null, ...overrides };
}

export function testContext(overrides: Partial<RunContext> = {}): RunContext {
  return {
    signal: new AbortController().signal,
    progress: () => {},
    warn: () => {},
    actor: "tester",
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
    ...overrides,
  };
}

type Values = Readonly<Record<string, RowValue>>;
const row = (values: Values): PatchRow => new Map(Object.entries(values));

export const insert = (
  table: string,
  key: Values,
  values: Values,
  count = 1,
  of?: number,
): PatchOperation => ({
  op: "insert",
  table,
  key: row(key),
  new: row(values),
  count,
  ...(of === undefined ? {} : { of }),
});
export const update = (table: string, key: Values, before: Values, after: Values): PatchOperation => ({
  op: "update",
  table,
  key: row(key),
  old: row(before),
  new: row(after),
});
export const remove = (
  table: string,
  key: Values,
  before: Values,
  count = 1,
  of = count,
): PatchOperation => ({
  op: "delete",
  table,
  key: row(key),
  old: row(before),
  count,
  of,
});

let patches = 0;

/** A patch from literal operations; tables are `name`, `column type` pairs and key columns. */
export function patchOf(
  tables: readonly PatchTable[],
  operations: readonly PatchOperation[],
  id?: string,
): PatchInput {
  patches += 1;
  const header: PatchHeader = {
    format: "syncline-patch",
    version: 1,
    id: id ?? `patch-${patches}-${randomBytes(4).toString("hex")}`,
    createdAt: "2026-01-01T00:00:00Z",
    source: { locator: "source:public:*" },
    target: { locator: "target:public:*" },
    metadata: {
      createdBy: null,
      filter: null,
      ignoreFields: [],
      fields: null,
      scope: {},
      complete: true,
      hash: "test",
      inverts: null,
    },
    base: null,
    tables,
  };
  return {
    header,
    hash: `hash-of-${header.id}`,
    operations: async function* () {
      for (let at = 0; at < operations.length; at += 1_000) yield operations.slice(at, at + 1_000);
    },
  };
}

export function table(name: string, columns: string, key: string): PatchTable {
  return {
    name,
    columns: columns.split(",").map((column) => {
      const [column_, ...type] = column.trim().split(" ");
      return [column_ ?? "", type.join(" ")] as const;
    }),
    key: key === "" ? [] : key.split(",").map((part) => part.trim()),
    fingerprint: "",
  };
}

export interface Applied extends ApplyResult {
  readonly conflicts: readonly ApplyConflict[];
}

interface RunOptions {
  readonly scope?: Partial<PgScope>;
  readonly tables?: TableSelection;
  readonly options?: Partial<ApplyOptions>;
  readonly ctx?: Partial<RunContext>;
  readonly applicationId?: string;
  readonly reached?: (point: ApplicationPoint) => void;
}

/** Applies and closes. */
export async function apply(url: string, patch: PatchInput, run: RunOptions = {}): Promise<Applied> {
  return withTarget(url, run, async (target) => {
    const conflicts: ApplyConflict[] = [];
    const options = { ...DEFAULT_OPTIONS, ...run.options };
    const result = await applyPatch({
      target,
      patch,
      options,
      ctx: testContext(run.ctx),
      applicationId: run.applicationId,
      reached: run.reached,
      onConflict: (conflict) => void conflicts.push(conflict),
    });
    return { ...result, conflicts };
  });
}

export async function undo(
  url: string,
  patchId: string,
  run: RunOptions & { readonly select?: (operation: PatchOperation) => boolean } = {},
): Promise<Applied> {
  return withTarget(url, run, async (target) => {
    const conflicts: ApplyConflict[] = [];
    const options = { ...DEFAULT_OPTIONS, ...run.options };
    const result = await undoPatch({
      target,
      patchId,
      options,
      select: run.select,
      ctx: testContext(run.ctx),
      applicationId: run.applicationId,
      reached: run.reached,
      onConflict: (conflict) => void conflicts.push(conflict),
    });
    return { ...result, conflicts };
  });
}

export async function withTarget<T>(
  url: string,
  run: RunOptions,
  work: (target: Awaited<ReturnType<typeof openPatchTarget>>) => Promise<T>,
): Promise<T> {
  const target = await openPatchTarget({
    scope: scopeOf(url, run.scope),
    tables: run.tables ?? { kind: "all" },
    label: "target:public:*",
  });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}
