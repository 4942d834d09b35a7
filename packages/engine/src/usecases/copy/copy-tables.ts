import { CodedError, formatQualifiedName, isCodedError } from "@syncline/core";
import type { BulkLoadReport, BulkTableLoad, BulkTableReport } from "../../ports/bulk-target.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import { nameApplication } from "../apply/application-id.ts";
import { interruption, pause } from "../apply/pause.ts";
import { withRetry } from "../apply/with-retry.ts";
import { isWanted } from "../diff/open-both.ts";
import type { CopiedTable, CopyInput, CopyResult } from "./copy-contract.ts";
import { type CopyPlan, planCopy, type TableCopy } from "./plan-copy.ts";

const STALL_TIMEOUT_MS = 300_000;
const MAX_ROUNDS = 5;
const FIRST_DELAY_MS = 250;

/** What became of each table so far, by target; a later round leaves alone what is done. */
interface Progress {
  readonly tables: Map<string, CopiedTable>;
  readonly notes: string[];
  /** Names the run, in every round. */
  readonly id: string;
  ledgerId: string | null;
  /** Rounds in which a table was copied: each has its own instant. */
  instants: number;
}

/**
 * Loads empty tables by COPY from one instant of the source. What it cannot do as well as a comparison it leaves alone
 * and says so with `unsuitable`. Rejects when no table could be copied, with nothing written. After a lost connection
 * the missing tables are read at a new instant.
 */
export async function copyTables(input: CopyInput): Promise<CopyResult> {
  const { ctx, target, options } = input;
  const notes = options.dryRun ? [] : [...(await target.recover(ctx.signal, options.fence ?? null))];
  const { id } = nameApplication(ctx, input.applicationId);
  const progress: Progress = { tables: new Map(), notes, instants: 0, id, ledgerId: null };
  for (let round = 1; ; round += 1) {
    const ended = await copyRound(input, progress);
    if (ended.kind === "result") return ended.result;
    const failure = ended.failures.find(({ retryable }) => retryable);
    if (failure === undefined || round === MAX_ROUNDS || ctx.signal.aborted)
      return partial(progress, ended.failures, ctx.signal);
    ctx.warn(`${failure.message} Going on with the tables that are missing.`);
    await pause(FIRST_DELAY_MS * 2 ** round, ctx.signal);
    progress.notes.push(...(await target.recover(ctx.signal, options.fence ?? null)));
  }
}

type RoundEnd =
  | { readonly kind: "result"; readonly result: CopyResult }
  | { readonly kind: "failed"; readonly failures: readonly CodedError[] };

/** One instant of the source. What fails before anything is copied is tried again as a whole, then thrown. */
async function copyRound(input: CopyInput, progress: Progress): Promise<RoundEnd> {
  try {
    return await withRetry(input.ctx, async () => {
      const source = await input.openSource();
      try {
        return await copyFrom(input, source, progress);
      } finally {
        await source.close();
      }
    });
  } catch (error) {
    if (!isCodedError(error)) throw error;
    if (countDone(progress) > 0) return { kind: "failed", failures: [error] };
    if (!isOccupied(error)) throw orInterruption(error, input.ctx.signal);
    return { kind: "result", result: unsuitable([error.message], progress.notes) };
  }
}

async function copyFrom(input: CopyInput, source: Endpoint, progress: Progress): Promise<RoundEnd> {
  const { ctx, target, options } = input;
  const described = await target.describe((name) => isWanted(input, target, source, name), ctx.signal);
  const locked = await source.lock({
    accept: (name) => isWanted(input, source, target, name),
    connections: Math.max(1, options.parallel),
    signal: ctx.signal,
    notice: ctx.warn,
  });
  const snapshot = await locked.begin(null);
  const whole = await planCopy({ source, snapshot, target, described, options });
  const isDone = (copy: TableCopy) => progress.tables.get(nameOf(copy))?.outcome === "done";
  const plan = { ...whole, tables: whole.tables.filter((copy) => !isDone(copy)) };
  const { notes } = progress;
  const reasons = [...plan.reasons, ...(await targetReasons(input, plan))];
  if (reasons.length > 0 && countDone(progress) === 0)
    return { kind: "result", result: unsuitable(reasons, notes) };
  if (reasons.length > 0) return { kind: "failed", failures: [changed(target.label, reasons)] };
  if (options.dryRun) return { kind: "result", result: await dryRun(input, plan, notes) };
  record(progress, plan, await load(input, plan, progress));
  const failures = [...progress.tables.values()].flatMap(({ outcome, failure }) =>
    outcome === "done" || failure === null ? [] : [failure],
  );
  if (countDone(progress) === 0 && failures.some(isOccupied))
    return {
      kind: "result",
      result: unsuitable(
        failures.map(({ message }) => message),
        notes,
      ),
    };
  if (failures.length > 0) return { kind: "failed", failures };
  return {
    kind: "result",
    result: {
      outcome: "copied",
      ...totals(progress),
      instants: progress.instants,
      ledgerId: progress.ledgerId,
      notes,
    },
  };
}

/** Somebody else was faster to write to an empty table. */
function isOccupied({ details }: CodedError): boolean {
  return details["reason"] === "not-empty";
}

function unsuitable(reasons: readonly string[], notes: readonly string[]): CopyResult {
  return { outcome: "unsuitable", reasons, notes };
}

async function targetReasons({ ctx, target, options }: CopyInput, plan: CopyPlan): Promise<string[]> {
  const tables = plan.tables.map(({ table }) => table);
  const occupied = await target.occupied(tables, ctx.signal);
  const obstacles = await target.obstacles(tables, { triggers: options.triggers, signal: ctx.signal });
  return [...occupied.map((name) => `"${formatQualifiedName(name)}" is not empty.`), ...obstacles];
}

function changed(label: string, reasons: readonly string[]): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `"${label}" changed while tables were copied: ${reasons.join(" ")}`,
    { hint: "Run it again: what is there will then be compared." },
  );
}

function load(
  { ctx, target, options, reason, scope, reached }: CopyInput,
  plan: CopyPlan,
  { id, instants }: Progress,
): Promise<BulkLoadReport> {
  return target.load({
    id,
    fence: options.fence ?? null,
    record: {
      source: plan.source,
      target: target.label,
      actor: ctx.actor,
      reason: reason ?? null,
      scope: scope ?? {},
      whole: instants === 0,
    },
    reached,
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
  const tables = new Map<string, CopiedTable>();
  for (const copy of plan.tables) {
    const rows = await copy.rows.count(ctx.signal);
    const names = { source: copy.pair.source.name, target: copy.pair.target.name };
    tables.set(nameOf(copy), { ...names, outcome: "not-started", rows, bytes: 0, failure: null });
  }
  return { outcome: "dry-run", ...totals({ tables }), notes, instants: 1, ledgerId: null };
}

function record(progress: Progress, plan: CopyPlan, report: BulkLoadReport): void {
  for (const [at, copy] of plan.tables.entries()) {
    const table = report.tables[at] as BulkTableReport; // aligned with the request
    const { outcome, rows, bytes, error } = table;
    const failure = error === null ? null : asCoded(error);
    const source = copy.pair.source.name;
    progress.tables.set(nameOf(copy), { source, target: table.table, outcome, rows, bytes, failure });
  }
  if (report.tables.some(({ outcome }) => outcome === "done")) progress.instants += 1;
  progress.ledgerId = report.ledgerId ?? progress.ledgerId;
  progress.notes.push(...report.notes);
}

function asCoded(error: Error): CodedError {
  return isCodedError(error) ? error : new CodedError("internal", error.message, { cause: error });
}

/** Throws when nothing was copied: then there is nothing to report but the reason. */
function partial(progress: Progress, failures: readonly CodedError[], signal: AbortSignal): CopyResult {
  if (countDone(progress) === 0) throw orInterruption(failures[0] as CodedError, signal);
  const { notes, instants, ledgerId } = progress;
  return { outcome: "partial", ...totals(progress), instants, ledgerId, notes };
}

/** A connection that was cut off because the work was stopped tells nothing of its own. */
function orInterruption(error: CodedError, signal: AbortSignal): CodedError {
  return signal.aborted && error.code.startsWith("connection.") ? interruption(signal) : error;
}

function countDone({ tables }: Pick<Progress, "tables">): number {
  return [...tables.values()].filter(({ outcome }) => outcome === "done").length;
}

function nameOf({ pair }: TableCopy): string {
  return formatQualifiedName(pair.target.name);
}

function totals({ tables }: Pick<Progress, "tables">) {
  const list = [...tables.values()];
  const sum = (pick: (table: CopiedTable) => number) => list.reduce((total, table) => total + pick(table), 0);
  return { tables: list, rows: sum((table) => table.rows), bytes: sum((table) => table.bytes) };
}
