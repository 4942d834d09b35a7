import { addCounts, CodedError, type DiffCounts, NO_COUNTS, type RowChange } from "@syncline/core";
import type { Endpoint } from "../ports/endpoint.ts";
import type { RunContext } from "../ports/run-context.ts";
import { type AgreedRun, agreeRun } from "./diff/agree-run.ts";
import { CompareTable } from "./diff/compare-table.ts";
import { estimateChangedBytes } from "./diff/estimate-bytes.ts";
import { type OpenSides, openBoth } from "./diff/open-both.ts";
import { prepareSides } from "./diff/prepare-sides.ts";
import { recheck } from "./diff/recheck.ts";
import { RunLimits } from "./diff/run-limits.ts";
import { type RunningTable, SmallTablesAhead } from "./diff/small-tables-ahead.ts";
import { TableTally } from "./diff/table-tally.ts";
import type { TableWork } from "./diff/table-work.ts";
import type { DiffOptions, DiffResult, DiffRun, TableResult } from "./diff-contract.ts";

export interface DiffInput {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly options: DiffOptions;
  readonly ctx: RunContext;
  /** Tokens of open snapshots to join instead of taking new ones. */
  readonly instant?: { readonly source: string; readonly target: string };
}

/**
 * Compares two endpoints. Both are locked before either's snapshot is taken; rows are read while `changes` is consumed.
 * Rejects with a CodedError before any row is read when the tables cannot be compared.
 */
export async function diffEndpoints(input: DiffInput): Promise<DiffRun> {
  const started = performance.now();
  const limits = new RunLimits(input.options, input.ctx.signal);
  try {
    const sides = await openBoth(input, limits.signal);
    const agreed = await agreeRun(input, sides, await prepareSides(input.options, sides));
    return new Comparison(input, limits, sides, agreed, started);
  } catch (error) {
    limits.dispose();
    await Promise.all([input.source.close(), input.target.close()]);
    throw error;
  }
}

class Comparison implements DiffRun {
  readonly changes: AsyncIterable<RowChange>;
  readonly result: Promise<DiffResult>;
  readonly #input: DiffInput;
  readonly #limits: RunLimits;
  readonly #sides: OpenSides;
  readonly #agreed: AgreedRun;
  readonly #started: number;
  readonly #settle: PromiseWithResolvers<DiffResult> = Promise.withResolvers();
  readonly #results: TableResult[] = [];
  readonly #compared: CompareTable[] = [];

  constructor(input: DiffInput, limits: RunLimits, sides: OpenSides, agreed: AgreedRun, started: number) {
    this.#input = input;
    this.#limits = limits;
    this.#sides = sides;
    this.#agreed = agreed;
    this.#started = started;
    this.result = this.#settle.promise;
    this.result.catch(() => {}); // told through `changes` as well
    this.changes = this.#run();
  }

  get tables() {
    return this.#agreed.tables.map(({ table }) => table);
  }

  get versions() {
    return { source: this.#sides.source.version, target: this.#sides.target.version };
  }

  async close(): Promise<void> {
    this.#limits.abort();
    this.#limits.dispose();
    this.#settle.reject(new CodedError("interrupted", "The comparison was closed before its end."));
    await Promise.all([this.#input.source.close(), this.#input.target.close()]);
  }

  async *#run(): AsyncGenerator<RowChange> {
    const ahead = new SmallTablesAhead(this.#agreed.tables, (work) => this.#compare(work), this.#atOnce);
    try {
      for (const work of this.#agreed.tables) {
        if (this.#limits.stopped !== null) this.#results.push(new TableTally().result());
        else yield* this.#table(ahead.take(work));
      }
      if (this.#input.options.recheckAfterMs !== null && this.#limits.stopped === null) await this.#recheck();
      this.#settle.resolve(this.#outcome());
    } catch (error) {
      this.#limits.abort();
      this.#settle.reject(error);
      throw error;
    } finally {
      this.#settle.reject(new CodedError("interrupted", "The comparison was not read to its end."));
      this.#limits.dispose();
      await ahead.ended();
    }
  }

  async #recheck(): Promise<void> {
    const compared = this.#compared.filter(({ suspects }) => (suspects?.size ?? 0) > 0);
    const found = await recheck(this.#input, compared, this.#limits.signal);
    for (const [compare, outcome] of found) {
      const at = this.#compared.indexOf(compare);
      const result = this.#results[at];
      if (result !== undefined) this.#results[at] = { ...result, recheck: outcome };
    }
  }

  /** A limit on differences is used up in the order of the tables: one that runs ahead would take it from its elders. */
  get #atOnce(): number {
    const { maxDifferences, maxPercent } = this.#input.options;
    return maxDifferences === null && maxPercent === null ? this.#connections : 1;
  }

  get #connections(): number {
    return Math.min(this.#sides.source.connections, this.#sides.target.connections);
  }

  async *#table({ compare, batches }: RunningTable): AsyncGenerator<RowChange> {
    try {
      for await (const batch of batches) yield* batch;
    } catch (error) {
      if (this.#limits.stopped !== "max-time") throw error;
    }
    const result = compare.tally.result();
    const exact = this.#input.options.images === "all";
    this.#results.push(
      exact ? result : { ...result, changedBytes: estimateChangedBytes(compare.work, result.counts) },
    );
    this.#compared.push(compare);
  }

  #compare(work: TableWork): CompareTable {
    const { source, target } = this.#sides;
    return new CompareTable({
      work,
      readers: { source: source.openTable(work.source), target: target.openTable(work.target) },
      options: this.#input.options,
      limits: this.#limits,
      connections: this.#connections,
      progress: (rows) => {
        const estimatedRows = Math.max(work.source.table.estimatedRows, work.target.table.estimatedRows);
        this.#input.ctx.progress({
          phase: "compare",
          table: work.table.patchTable.name,
          rows,
          bytes: 0,
          estimatedRows: estimatedRows < 0 ? null : estimatedRows,
        });
      },
    });
  }

  #outcome(): DiffResult {
    const totals: DiffCounts = this.#results.reduce((sum, { counts }) => addCounts(sum, counts), NO_COUNTS);
    return {
      complete: this.#limits.stopped === null,
      stopped: this.#limits.stopped,
      hash: this.#agreed.hash,
      tables: this.#results,
      totals,
      elapsedMs: performance.now() - this.#started,
    };
  }
}
