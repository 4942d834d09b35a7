import type { ChangedColumn, Difference, RowChange, RowImage } from "@syncline/core";
import type { FetchedRow, TableReader } from "../../ports/read-snapshot.ts";
import { FetchSize, fetchInPieces } from "./fetch-size.ts";
import type { TableTally } from "./table-tally.ts";
import { hasScope, type TableWork } from "./table-work.ts";

export interface Readers {
  readonly source: TableReader;
  readonly target: TableReader;
}

/** Turns addresses of differing rows into row changes with their values. */
export class ChangeBuilder {
  readonly #work: TableWork;
  readonly #readers: Readers;
  readonly #signal: AbortSignal;
  readonly #tally: TableTally;
  readonly sizes: { readonly source: FetchSize; readonly target: FetchSize };
  /** Equal keys may have different sort keys, or a row may lie outside the other side's filter or scope. */
  readonly #looksUp: boolean;
  readonly #wantsAll: boolean;

  constructor(work: TableWork, readers: Readers, signal: AbortSignal, tally: TableTally, wantsAll: boolean) {
    this.#work = work;
    this.#readers = readers;
    this.#signal = signal;
    this.#tally = tally;
    this.#wantsAll = wantsAll;
    this.sizes = { source: new FetchSize(work.source.table), target: new FetchSize(work.target.table) };
    const wide = work.agreement.key?.columns.some((column) => column.form.wide) === true;
    const filtered = work.source.filter !== null || work.target.filter !== null;
    this.#looksUp = wide || filtered || hasScope(work);
  }

  /** Whether a difference can turn out to be none, so that rows must be fetched before they are counted. */
  get mustFetch(): boolean {
    return this.#wantsAll || this.#looksUp || this.#work.tolerances.some((tolerance) => tolerance !== null);
  }

  /** How many differences to build at once, so that their values fit in memory. */
  get atOnce(): number {
    return Math.min(this.sizes.source.rows, this.sizes.target.rows);
  }

  /** The changes in order, and how many differences are none after all. */
  async build(
    differences: readonly Difference[],
  ): Promise<{ readonly changes: RowChange[]; readonly same: number }> {
    const [sources, targets] = await Promise.all([
      this.#fetch("source", differences),
      this.#fetch("target", differences),
    ]);
    const found = this.#looksUp ? await this.#lookUp(differences, sources, targets) : null;
    const changes: RowChange[] = [];
    let same = 0;
    differences.forEach((_, index) => {
      const change = this.#judge(sources[index] ?? null, targets[index] ?? null, found?.[index] ?? null);
      if (change === "same") same += 1;
      else if (change !== null) changes.push(change);
    });
    for (const change of changes) this.#weigh(change);
    return { changes, same };
  }

  /** What two rows with one key are now; null when there is none of either, or no difference. */
  compareRows(source: FetchedRow | null, target: FetchedRow | null): RowChange | null {
    const change = this.#judge(visible(source), inTarget(source, target), null);
    return change === "same" ? null : change;
  }

  /** `"same"` where rows are equal after all, null where the other side's stream tells the change. */
  #judge(
    source: FetchedRow | null,
    target: FetchedRow | null,
    other: FetchedRow | null,
  ): RowChange | "same" | null {
    if (source !== null && target !== null) return this.#update(source, target);
    if (source !== null) return other === null ? this.#insert(source) : this.#update(source, other);
    return target === null ? null : this.#deleted(target, other);
  }

  #weigh(change: RowChange): void {
    if (change.kind === "insert") this.#tally.addBytes(change.after);
    else if (change.kind === "delete") this.#tally.addBytes(change.before);
    else this.#tally.addBytes(change.changes.map(({ after }) => after));
  }

  async #fetch(
    side: "source" | "target",
    differences: readonly Difference[],
  ): Promise<(FetchedRow | undefined)[]> {
    const addresses = differences.flatMap((difference) => difference[side] ?? []);
    const fetch = (piece: readonly Uint8Array[]) => this.#readers[side].fetch(piece, this.#signal);
    const rows = await fetchInPieces(addresses, this.sizes[side], fetch);
    let next = 0;
    return differences.map((difference) => (difference[side] === null ? undefined : rows[next++]));
  }

  /** The row of the other side with the key of each row that stands alone. */
  async #lookUp(
    differences: readonly Difference[],
    sources: readonly (FetchedRow | undefined)[],
    targets: readonly (FetchedRow | undefined)[],
  ): Promise<(FetchedRow | null)[]> {
    const inserts = await this.#others("target", differences, "insert", sources);
    const deletes = await this.#others("source", differences, "delete", targets);
    return differences.map((_, index) => inserts[index] ?? deletes[index] ?? null);
  }

  async #others(
    side: "source" | "target",
    differences: readonly Difference[],
    kind: Difference["kind"],
    rows: readonly (FetchedRow | undefined)[],
  ): Promise<(FetchedRow | null)[]> {
    const places = differences.flatMap((difference, index) => (difference.kind === kind ? [index] : []));
    const keys = places.map((index) => rows[index]?.key ?? []);
    const lookup = (piece: readonly RowImage[]) => this.#readers[side].lookup(piece, this.#signal);
    const found = await fetchInPieces(keys, this.sizes[side], lookup);
    const all: (FetchedRow | null)[] = differences.map(() => null);
    places.forEach((place, index) => {
      all[place] = found[index] ?? null;
    });
    return all;
  }

  #insert(source: FetchedRow): RowChange {
    return { kind: "insert", table: this.#work.index, key: source.key, after: source.image, count: 1 };
  }

  /** A row only in the target's stream; when its partner is in the source's stream, that one tells the update. */
  #deleted(target: FetchedRow, other: FetchedRow | null): RowChange | "same" | null {
    if (visible(other) !== null && other !== null) return other.passes ? null : this.#update(other, target);
    return {
      kind: "delete",
      table: this.#work.index,
      key: target.key,
      before: target.image,
      count: 1,
      of: 1,
    };
  }

  #update(source: FetchedRow, target: FetchedRow): RowChange | "same" {
    const changes: ChangedColumn[] = [];
    this.#work.agreement.columns.forEach((column, index) => {
      if (column.form === null || source.comparable[index] === target.comparable[index]) return;
      const [before, after] = [target.image[index] ?? null, source.image[index] ?? null];
      if (this.#work.tolerances[index]?.accepts(before, after) === true) return;
      changes.push({ column: column.target.name, before, after });
    });
    if (changes.length === 0) return "same";
    const update = { kind: "update", table: this.#work.index, key: target.key, changes } as const;
    const outside = target.inScope === false ? { outside: true } : {};
    return { ...update, ...outside, ...this.#along(source, target) };
  }

  #along(source: FetchedRow, target: FetchedRow): { readonly along?: readonly ChangedColumn[] } {
    const { along, agreement } = this.#work;
    if (along === null) return {};
    const columns = along.map((index) => ({
      column: agreement.columns[index]?.target.name ?? "",
      before: target.image[index] ?? null,
      after: source.image[index] ?? null,
    }));
    return { along: columns };
  }
}

/** A row of the source outside its scope does not exist for the run. */
function visible(source: FetchedRow | null): FetchedRow | null {
  return source?.inScope === false ? null : source;
}

/** A row of the target outside its scope counts only where the source has its key. */
function inTarget(source: FetchedRow | null, target: FetchedRow | null): FetchedRow | null {
  return target?.inScope === false && visible(source) === null ? null : target;
}
