import type { HashSum } from "@syncline/core";
import type { Bucketing, BucketSum, TableReader } from "../../ports/read-snapshot.ts";

/** Sums of one side, added up over its slices; by bucket number. */
export class BucketSums {
  readonly #counts: Float64Array;
  readonly #sums0: bigint[];
  readonly #sums1: bigint[];

  constructor(buckets: number) {
    this.#counts = new Float64Array(buckets);
    this.#sums0 = new Array<bigint>(buckets).fill(0n);
    this.#sums1 = new Array<bigint>(buckets).fill(0n);
  }

  add(sums: readonly BucketSum[]): void {
    for (const { bucket, count, sum0, sum1 } of sums) {
      this.#counts[bucket] = this.count(bucket) + count;
      this.#sums0[bucket] = (this.#sums0[bucket] as bigint) + sum0;
      this.#sums1[bucket] = (this.#sums1[bucket] as bigint) + sum1;
    }
  }

  count(bucket: number): number {
    return this.#counts[bucket] ?? 0;
  }

  get rows(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  addTo(total: HashSum): void {
    this.#counts.forEach((count, bucket) => {
      total.addSums(count, this.#sums0[bucket] as bigint, this.#sums1[bucket] as bigint);
    });
  }

  differing(other: BucketSums): number[] {
    return [...this.#counts.keys()].filter(
      (bucket) =>
        this.count(bucket) !== other.count(bucket) ||
        this.#sums0[bucket] !== other.#sums0[bucket] ||
        this.#sums1[bucket] !== other.#sums1[bucket],
    );
  }
}

export function bucketCount(bucketing: Bucketing): number {
  return bucketing.kind === "hash" ? 2 ** bucketing.bits : bucketing.bounds.length + 1;
}

export interface SumTableRequest {
  readonly reader: TableReader;
  readonly bucketing: Bucketing;
  readonly connections: number;
  readonly signal: AbortSignal;
  readonly progress: (rows: number) => void;
}

/** Sums all rows of one side, slice by slice on all connections. */
export async function sumTable({
  reader,
  bucketing,
  connections,
  signal,
  progress,
}: SumTableRequest): Promise<BucketSums> {
  const total = new BucketSums(bucketCount(bucketing));
  const slices = await reader.slices(connections);
  let next = 0;
  const work = async () => {
    while (next < slices && !signal.aborted) {
      const index = next++;
      const sums = await reader.sums({ bucketing, slice: { index, of: slices }, buckets: null, signal });
      total.add(sums);
      progress(sums.reduce((rows, { count }) => rows + count, 0));
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(connections, slices) }, work));
  const failed = workers.find((worker) => worker.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return total;
}
