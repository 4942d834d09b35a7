import { describe, expect, it } from "vitest";
import { HashSum } from "./hash-sum.ts";
import { mergeMultisets } from "./merge-multisets.ts";
import { mergeRows } from "./merge-rows.ts";
import type { RowBatch } from "./row-batch.ts";

/** Batches of `size` rows of [sort key, hash]; the address is the place in the list. */
async function* batches(
  rows: readonly (readonly [number[], number[]])[],
  size: number,
): AsyncGenerator<RowBatch> {
  for (let at = 0; at < rows.length; at += size) {
    const bytes: number[] = [];
    const offsets = [0];
    for (const [index, [key, hash]] of rows.slice(at, at + size).entries()) {
      for (const part of [key, hash, [at + index]]) {
        bytes.push(...part);
        offsets.push(bytes.length);
      }
    }
    yield {
      count: Math.min(size, rows.length - at),
      bytes: Uint8Array.from(bytes),
      offsets: Int32Array.from(offsets),
    };
  }
}

const hash = (n: number) => [...Array<number>(15).fill(0), n];
const sums = () => ({ source: new HashSum(), target: new HashSum() });
const counts = () => ({ sourceRows: 0, targetRows: 0, unchanged: 0 });

describe.each([1, 2, 100])("in batches of %i", (size) => {
  it("merges by key, a prefix before what it begins", async () => {
    const source = batches(
      [
        [[1], hash(1)],
        [[2], hash(2)],
        [[3, 0], hash(3)],
        [[200], hash(4)],
      ],
      size,
    );
    const target = batches(
      [
        [[2], hash(9)],
        [[3], hash(3)],
        [[3, 0], hash(3)],
        [[128], hash(5)],
      ],
      size,
    );
    const [count, sum] = [counts(), sums()];
    const found: string[] = [];
    for await (const differences of mergeRows(source, target, count, sum)) {
      found.push(
        ...differences.map(({ kind, source: s, target: t }) => `${kind} ${s?.[0] ?? "-"} ${t?.[0] ?? "-"}`),
      );
    }
    expect(found).toEqual(["insert 0 -", "update 1 0", "delete - 1", "delete - 3", "insert 3 -"]);
    expect(count).toEqual({ sourceRows: 4, targetRows: 4, unchanged: 1 });
    expect([sum.source.format(), sum.target.format()]).toEqual(["4-0-10", "4-0-20"]);
  });

  it("merges multisets by count", async () => {
    const rows = (...hashes: number[]) =>
      batches(
        hashes.map((n) => [hash(n), []] as const),
        size,
      );
    const count = counts();
    const found: string[] = [];
    for await (const groups of mergeMultisets(rows(1, 1, 1, 2, 4), rows(1, 2, 2, 3), count, sums(), {
      everyAddress: true,
    })) {
      found.push(
        ...groups.map(
          (group) => `${group.side} ${group.surplus} of ${group.rows} at ${group.addresses.join(",")}`,
        ),
      );
    }
    expect(found).toEqual([
      "source 2 of 3 at 0,1,2",
      "target 1 of 2 at 1,2",
      "target 1 of 1 at 3",
      "source 1 of 1 at 4",
    ]);
    expect(count).toEqual({ sourceRows: 5, targetRows: 4, unchanged: 2 });
  });
});

it("sums signed 64-bit hashes exactly", () => {
  const sum = new HashSum();
  const bytes = Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 0, ...Array<number>(8).fill(0xff)]);
  for (let n = 0; n < 1_100_000; n += 1) sum.add(bytes, 0, 0);
  expect(sum.format()).toBe(`1100000-${-(2n ** 63n) * 1_100_000n}-${-1_100_000n}`);
  const flipped = new HashSum();
  flipped.add(bytes, 0, 0x80);
  expect(flipped.format()).toBe(`1-0-${2n ** 63n - 1n}`);
});
