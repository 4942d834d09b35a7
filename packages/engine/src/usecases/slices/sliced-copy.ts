import { CodedError, formatQualifiedName, type QualifiedName, sameQualifiedName } from "@syncline/core";
import type { BulkTable, BulkTarget } from "../../ports/bulk-target.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type {
  FinishedLoad,
  LoadedSlice,
  LoadName,
  LoadRecord,
  SlicedLoad,
  SlicedLoadTarget,
  UnitClaim,
} from "../../ports/sliced-load.ts";
import type { Fence } from "../apply-contract.ts";
import type { CopyOptions } from "../copy/copy-contract.ts";
import { planCopy, type TableCopy } from "../copy/plan-copy.ts";
import { isWanted, JOINING_PATIENCE_MS } from "../diff/open-both.ts";
import type { CopyPlanRecord, CopySlice } from "./copy-slice.ts";

/** What a slice of seconds holds. */
const SLICE_BYTES = 64 * 1024 * 1024;
/** Copies of less are no faster in slices. */
const CUT_BYTES = 256 * 1024 * 1024;
const MOST_SLICES = 1_024;
const STALL_TIMEOUT_MS = 300_000;

export interface SlicedCopyInput {
  readonly ctx: RunContext;
  /** Closed by the copy. */
  readonly source: Endpoint;
  readonly target: BulkTarget;
  readonly slicedTarget: SlicedLoadTarget;
  readonly options: Omit<CopyOptions, "fence" | "dryRun" | "singleTransaction">;
}

export interface BeginCopy {
  readonly loadId: string;
  readonly fence: Fence;
  /** Slices of the largest table, of others in proportion; or by size. */
  readonly slices: number | "auto";
}

export type BegunCopy =
  | {
      readonly kind: "begun";
      readonly copy: SlicedCopy;
      readonly plan: CopyPlanRecord;
      readonly slices: readonly CopySlice[];
      readonly notes: readonly string[];
    }
  /** Nothing was written. Each reason is a sentence for people. */
  | { readonly kind: "unsuitable"; readonly reasons: readonly string[] };

/**
 * A copy into empty tables that several processes do together, slice by slice, from one instant of the source. Each joins
 * with the instant of another that takes part, and thereby keeps the instant open itself.
 */
export class SlicedCopy {
  readonly #input: SlicedCopyInput;
  readonly #tables: readonly TableCopy[];
  readonly #load: SlicedLoad;
  readonly #snapshot: ReadSnapshot;
  /** Under which others join; null where it has an instant of its own, for the finish alone. */
  readonly instant: string | null;

  private constructor(
    input: SlicedCopyInput,
    parts: {
      readonly tables: readonly TableCopy[];
      readonly load: SlicedLoad;
      readonly instant: string | null;
      readonly snapshot: ReadSnapshot;
    },
  ) {
    this.#snapshot = parts.snapshot;
    this.#input = input;
    this.#tables = parts.tables;
    this.#load = parts.load;
    this.instant = parts.instant;
  }

  /** Cleans up after loads that died, then plans this one and prepares the target for it. */
  static async begin(input: SlicedCopyInput, wanted: BeginCopy): Promise<BegunCopy> {
    const { ctx, target, slicedTarget } = input;
    const { loadId: id, fence } = wanted;
    return closingOnFailure(input, async () => {
      const notes = await target.recover(ctx.signal, fence);
      const read = await readTables(input, null);
      const reasons = [...read.reasons, ...(await targetReasons(input, read.tables))];
      const slices = reasons.length > 0 ? [] : cut(read.tables, wanted.slices);
      if (reasons.length === 0 && slices.length <= read.tables.length)
        reasons.push("No table is large enough to be cut.");
      if (read.token === null) reasons.push("The source's instant cannot be shared.");
      if (reasons.length > 0 || read.token === null) {
        await input.source.close();
        return { kind: "unsuitable", reasons };
      }
      const load = await slicedTarget.begin({
        name: { id, fence },
        tables: read.tables.map(({ table, pair }) => ({ table, estimatedBytes: pair.source.sizeBytes })),
        lockTimeoutMs: input.options.lockTimeoutMs,
        signal: ctx.signal,
      });
      const copy = new SlicedCopy(input, { ...read, load, instant: read.token });
      const plan = {
        loadId: id,
        fence: { domain: fence.domain, token: fence.token.toString() },
        tables: read.tables.map(({ table: { spec } }) => ({
          table: spec.name,
          parts: slices.filter((slice) => sameQualifiedName(slice.table, spec.name)).length,
        })),
      };
      return { kind: "begun", copy, plan, slices, notes };
    });
  }

  /**
   * Takes part in a copy that another began. Rejects with `run.instant_lost` where it was given up. Without an instant it
   * can only be finished: for that nothing is read.
   */
  static async join(
    input: SlicedCopyInput,
    plan: CopyPlanRecord,
    instant: string | null,
  ): Promise<SlicedCopy> {
    return closingOnFailure(input, async () => {
      const load = await input.slicedTarget.join(nameOf(plan), input.ctx.signal);
      try {
        const read = await readTables(input, instant);
        if (read.token === null)
          throw new CodedError("internal", "A source that was shared cannot be shared any more.");
        return new SlicedCopy(input, { ...read, load, instant: instant === null ? null : read.token });
      } catch (error) {
        await load.leave({ keep: instant === null });
        throw error;
      }
    });
  }

  /** Whether the source's own session was cut off: it can neither go on nor be joined. */
  get broken(): boolean {
    return this.#snapshot.broken === true;
  }

  /** Loads a slice, once however often it is asked for. */
  async copySlice(slice: CopySlice, claim: UnitClaim, ctx: RunContext): Promise<LoadedSlice> {
    const { lockTimeoutMs, stallTimeoutMs = STALL_TIMEOUT_MS } = this.#input.options;
    const { table, columns, format, rows } = this.#find(slice.table);
    const name = formatQualifiedName(slice.table);
    const { index, of, pages } = slice;
    let bytes = 0;
    const loaded = await this.#load.loadSlice({
      claim,
      table,
      part: index,
      columns: columns.map((column) => column.target.name),
      format,
      read: (signal) => rows.copyData({ format, slice: { index, of, pages }, signal }),
      lockTimeoutMs,
      stallTimeoutMs,
      signal: ctx.signal,
      progress: (more) => {
        bytes += more;
        ctx.progress({ phase: "copying", table: name, rows: 0, bytes, estimatedRows: null });
      },
    });
    ctx.progress({
      phase: "copying",
      table: name,
      rows: loaded.rows,
      bytes: loaded.bytes,
      estimatedRows: null,
    });
    return loaded;
  }

  /** Makes indexes and foreign keys once all slices are there. */
  finish(
    plan: CopyPlanRecord,
    {
      claim,
      record,
      ctx,
    }: { readonly claim: UnitClaim; readonly record: LoadRecord; readonly ctx: RunContext },
  ): Promise<FinishedLoad> {
    return this.#load.finish({
      claim,
      tables: plan.tables.map(({ table, parts }) => ({ table: this.#find(table).table, parts })),
      lockTimeoutMs: this.#input.options.lockTimeoutMs,
      signal: ctx.signal,
      record,
    });
  }

  /** Takes part no longer; the last one undoes what was not finished, unless it is to be kept. Returns notes. */
  async close(options?: { readonly keep: boolean }): Promise<readonly string[]> {
    try {
      return await this.#load.leave(options);
    } finally {
      await Promise.all([this.#input.source.close(), this.#input.target.close()]);
    }
  }

  #find(name: QualifiedName): TableCopy {
    const found = this.#tables.find(({ table }) => sameQualifiedName(table.spec.name, name));
    if (found !== undefined) return found;
    throw new CodedError("schema.changed", `Table "${formatQualifiedName(name)}" of the target is gone.`, {
      hint: "Nothing more was written to it; try again.",
    });
  }
}

function nameOf({ loadId, fence }: CopyPlanRecord): LoadName {
  return { id: loadId, fence: { domain: fence.domain, token: BigInt(fence.token) } };
}

async function closingOnFailure<T>(input: SlicedCopyInput, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await Promise.all([input.source.close(), input.target.close()]);
    throw error;
  }
}

interface ReadTables {
  readonly tables: readonly TableCopy[];
  readonly reasons: readonly string[];
  readonly token: string | null;
  readonly snapshot: ReadSnapshot;
}

/** The tables of both sides, at a new instant of the source or at that of others. */
async function readTables(input: SlicedCopyInput, instant: string | null): Promise<ReadTables> {
  const { ctx, source, target, options } = input;
  const described = await target.describe((name) => isWanted(input, target, source, name), ctx.signal);
  const locked = await source.lock({
    accept: (name) => isWanted(input, source, target, name),
    connections: Math.max(1, options.parallel),
    signal: ctx.signal,
    notice: ctx.warn,
    ...(instant === null ? {} : { patienceMs: JOINING_PATIENCE_MS }),
  });
  const snapshot = await locked.begin(instant);
  const plan = await planCopy({
    source,
    snapshot,
    target,
    described,
    options: { ...options, singleTransaction: false, dryRun: false },
  });
  return { tables: plan.tables, reasons: plan.reasons, token: snapshot.token, snapshot };
}

async function targetReasons(
  { ctx, target, slicedTarget, options }: SlicedCopyInput,
  copies: readonly TableCopy[],
): Promise<string[]> {
  const tables: readonly BulkTable[] = copies.map(({ table }) => table);
  const occupied = await target.occupied(tables, ctx.signal);
  return [
    ...occupied.map((name) => `"${formatQualifiedName(name)}" is not empty.`),
    ...(await target.obstacles(tables, { triggers: options.triggers, signal: ctx.signal })),
    ...(await slicedTarget.obstacles(tables, ctx.signal)),
  ];
}

/** Largest tables first, so that no long one is left for the end. */
function cut(copies: readonly TableCopy[], wanted: number | "auto"): CopySlice[] {
  const total = copies.reduce((sum, { pair }) => sum + pair.source.sizeBytes, 0);
  if (wanted === "auto" && total < CUT_BYTES) return [];
  const largest = Math.max(1, ...copies.map(({ pair }) => pair.source.sizeBytes));
  const sorted = [...copies].sort((a, b) => b.pair.source.sizeBytes - a.pair.source.sizeBytes);
  return sorted.flatMap(({ pair, table, rows }) => {
    const { sizeBytes } = pair.source;
    const count = Math.ceil(wanted === "auto" ? sizeBytes / SLICE_BYTES : (wanted * sizeBytes) / largest);
    const of = Math.max(1, pair.source.kind === "table" ? rows.slices(Math.min(MOST_SLICES, count)) : 1);
    return Array.from({ length: of }, (_, index) => ({
      table: table.spec.name,
      index,
      of,
      pages: rows.pages,
      estimatedBytes: Math.round(sizeBytes / of),
    }));
  });
}
