import { CodedError, formatQualifiedName, HashSum, type MergeSums, type RowChange } from "@syncline/core";
import type { ComparePath, DiffOptions } from "../diff-contract.ts";
import { bucketPath } from "./bucket-path.ts";
import { ChangeBuilder, type Readers } from "./change-builder.ts";
import { chooseBucketing } from "./choose-bucketing.ts";
import { ImageWishes } from "./image-wishes.ts";
import { multisetPath } from "./multiset-path.ts";
import type { RunLimits } from "./run-limits.ts";
import { streamPath } from "./stream-path.ts";
import { Suspects } from "./suspects.ts";
import { TableTally } from "./table-tally.ts";
import { estimateRows, hasScope, type TableWork } from "./table-work.ts";

/** What is streamed for a row besides the key: two hashes, the address and the framing of COPY. */
const STREAMED_BYTES = 64;
const MOST_STREAMED_BYTES = 64 * 1024 * 1024;

export interface CompareTableParts {
  readonly work: TableWork;
  readonly readers: Readers;
  readonly options: DiffOptions;
  readonly limits: RunLimits;
  readonly connections: number;
  readonly progress: (rows: number) => void;
}

/** The comparison of one table: the choice of its path, and what the paths share. */
export class CompareTable {
  readonly work: TableWork;
  readonly readers: Readers;
  readonly options: DiffOptions;
  readonly builder: ChangeBuilder;
  readonly tally = new TableTally();
  readonly wishes: ImageWishes;
  /** Differing rows to look at again, or null. */
  readonly suspects: Suspects | null;
  readonly sums: MergeSums = { source: new HashSum(), target: new HashSum() };
  readonly progress: (rows: number) => void;
  readonly connections: number;
  readonly #limits: RunLimits;
  #mostRows: number | null = null;

  constructor({ work, readers, options, limits, connections, progress }: CompareTableParts) {
    this.work = work;
    this.readers = readers;
    this.options = options;
    this.connections = connections;
    this.progress = progress;
    this.#limits = limits;
    this.builder = new ChangeBuilder(
      work,
      readers,
      limits.signal,
      this.tally,
      options.recheckAfterMs !== null,
    );
    this.suspects = options.recheckAfterMs === null ? null : new Suspects();
    this.wishes = new ImageWishes(options.images);
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  get stopped(): boolean {
    return this.#limits.stopped !== null;
  }

  get largerSide(): "source" | "target" {
    const { source, target } = this.work;
    return source.table.estimatedRows >= target.table.estimatedRows ? "source" : "target";
  }

  /** Of what is compared, which may be a segment of the table. */
  get estimatedRows(): number {
    return this.#mostRows ?? estimateRows(this.work) * this.#share;
  }

  get #share(): number {
    return this.work.source.segment?.share ?? 1;
  }

  /** Sums of a part of the rows, which the sums of all buckets already hold. */
  partialSums(): MergeSums {
    return { source: new HashSum(), target: new HashSum() };
  }

  admit(found: number): number {
    return this.#limits.admit(found, { differences: this.tally.differences, mostRows: this.#mostRows });
  }

  async *changes(): AsyncGenerator<RowChange[]> {
    if (this.options.maxPercent !== null || hasScope(this.work)) await this.#countRows();
    await this.#assertUnique();
    yield* this.#byPath();
    if (this.#hasUnkeyed && this.options.path !== "multiset" && !this.stopped) {
      yield* multisetPath(this, "unkeyed");
    }
    if (!this.stopped)
      this.tally.checksum = { source: this.sums.source.format(), target: this.sums.target.format() };
  }

  /** Rows with NULL in the key go with the last segment, behind all keys. */
  get #hasUnkeyed(): boolean {
    const { agreement, source } = this.work;
    return agreement.key?.nullable === true && (source.segment?.to ?? null) === null;
  }

  #byPath(): AsyncGenerator<RowChange[]> {
    const { key } = this.work.agreement;
    const forced = this.options.path;
    if (key === null || forced === "multiset")
      return this.#take("multiset", key === null ? "the table has no key" : "as asked");
    if (forced === "stream") return this.#take("stream", "as asked");
    if (forced !== "auto") return this.#bucketed("as asked");
    // A segment goes the way that the whole table would.
    const bytes = (this.estimatedRows / this.#share) * (STREAMED_BYTES + this.#keyWidth());
    const rows = `about ${Math.round(this.estimatedRows)} rows, identified by ${key.origin}`;
    return bytes <= (this.options.mostStreamedBytes ?? MOST_STREAMED_BYTES)
      ? this.#take("stream", rows)
      : this.#bucketed(rows);
  }

  #take(path: ComparePath, reason: string): AsyncGenerator<RowChange[]> {
    this.tally.path = path;
    this.tally.reason = reason;
    return path === "multiset" ? multisetPath(this, "all") : streamPath(this, null);
  }

  async *#bucketed(reason: string): AsyncGenerator<RowChange[]> {
    const bucketing = await chooseBucketing(this, this.options.path);
    this.tally.path = bucketing.kind === "hash" ? "buckets-by-hash" : "buckets-by-range";
    this.tally.reason = reason;
    yield* bucketPath(this, bucketing);
  }

  #keyWidth(): number {
    const columns = this.work.source.key?.columns ?? [];
    return columns.reduce((sum, { form }) => sum + (form.width ?? 24), 0);
  }

  async #countRows(): Promise<void> {
    const rows = await this.tally.step(
      "count",
      "rows of both sides",
      () =>
        Promise.all([this.readers.source.countRows(this.signal), this.readers.target.countRows(this.signal)]),
      () => null,
    );
    this.#mostRows = Math.max(...rows);
  }

  /** Where no index says so, the key is shown to be unique before it is relied on. */
  async #assertUnique(): Promise<void> {
    const { agreement, source, target } = this.work;
    for (const side of agreement.key?.unproven ?? []) {
      const found = await this.tally.step(
        "unique",
        `key of the ${side}`,
        () => this.readers[side].countDuplicateKeys(this.signal),
        () => null,
      );
      if (found === 0) continue;
      const table = formatQualifiedName((side === "source" ? source : target).table.name);
      const columns = agreement.key?.columns.map((column) => `"${column[side].name}"`).join(", ") ?? "";
      throw new CodedError(
        "key.not_unique",
        `The key (${columns}) is not unique in table "${table}" of the ${side}: ${found} keys have several rows.`,
        {
          hint: "Name columns that together identify a row with --key, or leave the key out to compare rows by count.",
          details: { table, side, duplicates: found },
        },
      );
    }
  }
}
