import type { DiffCounts, MergeCounts, RowChange, RowImage } from "@syncline/core";
import type { ComparePath, ExplainStep, TableResult } from "../diff-contract.ts";

/** What is counted and timed while one table is compared. */
export class TableTally {
  readonly merge: MergeCounts = { sourceRows: 0, targetRows: 0, unchanged: 0 };
  readonly steps: ExplainStep[] = [];
  inserts = 0;
  updates = 0;
  deletes = 0;
  changedBytes = 0;
  path: ComparePath = "stream";
  reason = "";
  checksum: TableResult["checksum"] = { source: null, target: null };
  recheck: TableResult["recheck"] = null;

  get differences(): number {
    return this.inserts + this.updates + this.deletes;
  }

  count(kind: RowChange["kind"], rows: number): void {
    if (kind === "insert") this.inserts += rows;
    else if (kind === "update") this.updates += rows;
    else this.deletes += rows;
  }

  async step<T>(
    step: string,
    note: string,
    work: () => Promise<T>,
    rows: (done: T) => number | null,
  ): Promise<T> {
    const started = performance.now();
    const done = await work();
    this.steps.push({ step, note, milliseconds: performance.now() - started, rows: rows(done) });
    return done;
  }

  addMerged(counts: MergeCounts): void {
    this.merge.sourceRows += counts.sourceRows;
    this.merge.targetRows += counts.targetRows;
    this.merge.unchanged += counts.unchanged;
  }

  addBytes(image: RowImage): void {
    for (const value of image) this.changedBytes += value?.length ?? 0;
  }

  counts(): DiffCounts {
    const { inserts, updates, deletes, merge } = this;
    return { ...merge, inserts, updates, deletes };
  }

  result(): TableResult {
    const { path, reason, steps, changedBytes, checksum, recheck } = this;
    return { counts: this.counts(), explain: { path, reason, steps }, changedBytes, checksum, recheck };
  }
}
