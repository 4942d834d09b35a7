import { addCounts, CodedError, type DiffCounts, NO_COUNTS, type RowChange } from "@syncline/core";
import type { RowHash } from "../../ports/read-snapshot.ts";
import { type AgreedRun, agreeRun } from "../diff/agree-run.ts";
import { CompareTable } from "../diff/compare-table.ts";
import { type OpenSides, openBoth } from "../diff/open-both.ts";
import { prepareSides } from "../diff/prepare-sides.ts";
import { RunLimits } from "../diff/run-limits.ts";
import { TableTally } from "../diff/table-tally.ts";
import type { TableWork } from "../diff/table-work.ts";
import type { DiffResult, DiffRun, DiffTable, TableResult } from "../diff-contract.ts";
import type { DiffInput } from "../diff-endpoints.ts";
import type { DiffInstant, DiffSlice, SlicedTable } from "./diff-slice.ts";
import { planDiffSlices } from "./plan-diff-slices.ts";

/**
 * A comparison that several processes do together, slice by slice, all at one instant. Each opens it with the instant of
 * another that has it open, and thereby keeps the instant open itself.
 */
export class SlicedDiff {
  readonly #input: DiffInput;
  readonly #sides: OpenSides;
  readonly #agreed: AgreedRun;
  readonly #turns: Turns;

  private constructor(input: DiffInput, sides: OpenSides, agreed: AgreedRun) {
    this.#input = input;
    this.#sides = sides;
    this.#agreed = agreed;
    this.#turns = new Turns(Math.min(sides.source.connections, sides.target.connections));
  }

  /**
   * Closes both endpoints when it fails. Rejects like `diffEndpoints`, and with `connection.lost` where nobody holds the
   * given instant any more.
   */
  static async open(input: DiffInput, instant: DiffInstant | null): Promise<SlicedDiff> {
    try {
      const joined = instant === null ? input : { ...input, instant };
      const sides = await openBoth(joined, input.ctx.signal);
      return new SlicedDiff(
        input,
        sides,
        await agreeRun(input, sides, await prepareSides(input.options, sides)),
      );
    } catch (error) {
      await Promise.all([input.source.close(), input.target.close()]);
      throw error;
    }
  }

  /** Under which others join; null where a side cannot be shared. */
  get instant(): DiffInstant | null {
    const [source, target] = [this.#sides.source.token, this.#sides.target.token];
    return source === null || target === null ? null : { source, target };
  }

  /** Whether a side's own session was cut off: it can neither go on nor be joined. */
  get broken(): boolean {
    return this.#sides.source.broken === true || this.#sides.target.broken === true;
  }

  get tables(): readonly DiffTable[] {
    return this.#agreed.tables.map(({ table }) => table);
  }

  get versions(): DiffRun["versions"] {
    return { source: this.#sides.source.version, target: this.#sides.target.version };
  }

  get hash(): RowHash {
    return this.#agreed.hash;
  }

  plan(slices: number | "auto"): Promise<DiffSlice[]> {
    return planDiffSlices({
      tables: this.#agreed.tables,
      readersOf: (work) => this.#readers(work),
      slices,
      sameEncoding: this.#sides.source.encoding === this.#sides.target.encoding,
      signal: this.#input.ctx.signal,
    });
  }

  /** The comparison of one slice: its result is aligned with all tables. Ends nothing but itself when closed. */
  compare(slice: DiffSlice, ctx: DiffInput["ctx"]): DiffRun {
    const limits = new RunLimits(this.#input.options, ctx.signal);
    const settle = Promise.withResolvers<DiffResult>();
    settle.promise.catch(() => {}); // told through `changes` as well
    return {
      tables: this.tables,
      versions: this.versions,
      changes: this.#run(slice, { ctx, limits, settle }),
      result: settle.promise,
      close: async () => {
        limits.abort();
        limits.dispose();
        settle.reject(new CodedError("interrupted", "The comparison was closed before its end."));
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#input.source.close(), this.#input.target.close()]);
  }

  async *#run(slice: DiffSlice, run: SliceRun): AsyncGenerator<RowChange> {
    const started = performance.now();
    const results = this.#agreed.tables.map((): TableResult => new TableTally().result());
    try {
      for (const part of slice.tables) {
        const compare = this.#compare(part, run);
        yield* this.#turns.hold(async function* () {
          for await (const batch of compare.changes()) yield* batch;
        });
        results[part.table] = compare.tally.result();
      }
      const totals = results.reduce((sum: DiffCounts, { counts }) => addCounts(sum, counts), NO_COUNTS);
      const elapsedMs = performance.now() - started;
      run.settle.resolve({
        complete: true,
        stopped: null,
        hash: this.hash,
        tables: results,
        totals,
        elapsedMs,
      });
    } catch (error) {
      run.settle.reject(error);
      throw error;
    } finally {
      run.limits.abort();
      run.limits.dispose();
      run.settle.reject(new CodedError("interrupted", "The comparison was not read to its end."));
    }
  }

  #readers(work: TableWork) {
    const { source, target } = this.#sides;
    return { source: source.openTable(work.source), target: target.openTable(work.target) };
  }

  #compare({ table, segment }: SlicedTable, { ctx, limits }: SliceRun): CompareTable {
    const whole = this.#agreed.tables[table];
    if (whole === undefined)
      throw new CodedError("internal", `The comparison has no table ${table}, which a slice names.`);
    const work = segment === null ? whole : withSegment(whole, segment);
    return new CompareTable({
      work,
      readers: this.#readers(work),
      options: this.#input.options,
      limits,
      connections: Math.min(this.#sides.source.connections, this.#sides.target.connections),
      progress: (rows) =>
        ctx.progress({
          phase: "compare",
          table: work.table.patchTable.name,
          rows,
          bytes: 0,
          estimatedRows: null,
        }),
    });
  }
}

interface SliceRun {
  readonly ctx: DiffInput["ctx"];
  readonly limits: RunLimits;
  readonly settle: PromiseWithResolvers<DiffResult>;
}

function withSegment(work: TableWork, segment: NonNullable<SlicedTable["segment"]>): TableWork {
  return { ...work, source: { ...work.source, segment }, target: { ...work.target, segment } };
}

/**
 * So many tables at once as there are connections a side: each takes one of either side, and two that wait for what the
 * other has would wait for ever.
 */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = Math.max(1, count);
  }

  async *hold<T>(work: () => AsyncGenerator<T>): AsyncGenerator<T> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    try {
      yield* work();
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }
}
