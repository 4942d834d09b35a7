import { formatQualifiedName, isCodedError } from "@syncline/core";
import type { BulkLoadReport, BulkTableLoad } from "../../ports/bulk-target.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import { createApplicationId } from "../apply/application-id.ts";
import { withRetry } from "../apply/with-retry.ts";
import { isWanted } from "../diff/open-both.ts";
import type { CopiedTable, CopyInput, CopyResult } from "./copy-contract.ts";
import { type CopyPlan, planCopy, type TableCopy } from "./plan-copy.ts";

const STALL_TIMEOUT_MS = 300_000;

/**
 * Loads empty tables by COPY from one instant of the source. What it cannot do as well as a comparison it leaves alone
 * and says so with `unsuitable`. Rejects when nothing could be copied at all, with nothing written.
 */
export async function copyTables(input: CopyInput): Promise<CopyResult> {
  const { ctx, target } = input;
  const notes = [...(await target.recover(ctx.signal))];
  return withRetry(ctx, async () => {
    const source = await input.openSource();
    try {
      return await attempt(input, source, notes);
    } finally {
      await source.close();
    }
  });
}

async function attempt(input: CopyInput, source: Endpoint, notes: readonly string[]): Promise<CopyResult> {
  const { ctx, target, options } = input;
  const described = await target.describe((name) => isWanted(input, target, source, name), ctx.signal);
  const locked = await source.lock({
    accept: (name) => isWanted(input, source, target, name),
    connections: Math.max(1, options.parallel),
    signal: ctx.signal,
    notice: ctx.warn,
  });
  const snapshot = await locked.begin(null);
  const plan = await planCopy({ source, snapshot, target, described, options });
  const reasons = [...plan.reasons, ...(await targetReasons(input, plan))];
  if (reasons.length > 0) return { outcome: "unsuitable", reasons, notes };
  if (options.dryRun) return await dryRun(input, plan, notes);
  return summarize(plan, await load(input, plan), notes);
}

async function targetReasons({ ctx, target, options }: CopyInput, plan: CopyPlan): Promise<string[]> {
  const tables = plan.tables.map(({ table }) => table);
  const occupied = await target.occupied(tables, ctx.signal);
  const obstacles = await target.obstacles(tables, { triggers: options.triggers, signal: ctx.signal });
  return [...occupied.map((name) => `"${formatQualifiedName(name)}" is not empty.`), ...obstacles];
}

function load({ ctx, target, options }: CopyInput, plan: CopyPlan): Promise<BulkLoadReport> {
  return target.load({
    id: createApplicationId(ctx),
    tables: plan.tables.map(toLoad),
    parallel: Math.max(1, options.parallel),
    singleTransaction: options.singleTransaction,
    triggers: options.triggers,
    lockTimeoutMs: options.lockTimeoutMs,
    stallTimeoutMs: options.stallTimeoutMs ?? STALL_TIMEOUT_MS,
    signal: ctx.signal,
    progress: (table, rows, bytes) =>
      ctx.progress({ phase: "copying", table: formatQualifiedName(table), rows, bytes, estimatedRows: null }),
    notice: ctx.warn,
  });
}

function toLoad({ pair, table, columns, format, rows }: TableCopy): BulkTableLoad {
  return {
    table,
    columns: columns.map((column) => column.target.name),
    format,
    estimatedBytes: pair.source.sizeBytes,
    slices: (wanted) => rows.slices(wanted),
    read: (slice, signal) => rows.copyData({ format, slice, signal }),
  };
}

async function dryRun({ ctx }: CopyInput, plan: CopyPlan, notes: readonly string[]): Promise<CopyResult> {
  const tables: CopiedTable[] = [];
  for (const { pair, rows } of plan.tables) {
    const count = await rows.count(ctx.signal);
    const names = { source: pair.source.name, target: pair.target.name };
    tables.push({ ...names, outcome: "not-started", rows: count, bytes: 0, error: null });
  }
  return { outcome: "dry-run", ...totals(tables), notes, instants: 1 };
}

function summarize(plan: CopyPlan, report: BulkLoadReport, notes: readonly string[]): CopyResult {
  const tables = report.tables.map((table, at): CopiedTable => {
    const source = plan.tables[at]?.pair.source.name ?? table.table;
    const { outcome, rows, bytes, error } = table;
    return { source, target: table.table, outcome, rows, bytes, error: describeError(error) };
  });
  const complete = tables.every(({ outcome }) => outcome === "done");
  return {
    outcome: complete ? "copied" : "partial",
    ...totals(tables),
    instants: 1,
    notes: [...notes, ...report.notes],
  };
}

function describeError(error: Error | null): CopiedTable["error"] {
  if (error === null) return null;
  if (!isCodedError(error)) return { code: "internal", message: error.message, hint: null };
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}

function totals(tables: readonly CopiedTable[]) {
  const sum = (pick: (table: CopiedTable) => number) =>
    tables.reduce((total, table) => total + pick(table), 0);
  return { tables, rows: sum((table) => table.rows), bytes: sum((table) => table.bytes) };
}
