import type { RowChange } from "@syncline/core";
import {
  type ComparePath,
  type DiffInput,
  joinTables,
  SlicedDiff,
  type SliceTableRecord,
  sliceRecords,
} from "@syncline/engine";
import { DEFAULT_OPTIONS, openSide, type Side, testContext } from "./compare-databases.ts";

export interface SlicedCase {
  readonly source: Side;
  readonly target: Side;
  readonly slices: number;
  readonly path?: ComparePath | "auto";
  /** Called when the instant is open and before anybody else joins it. */
  readonly opened?: () => Promise<void>;
}

export async function slicedInput({ source, target, path = "auto" }: SlicedCase): Promise<DiffInput> {
  return {
    source: await openSide(source, "source"),
    target: await openSide(target, "target"),
    options: { ...DEFAULT_OPTIONS, path, parallel: 1 },
    ctx: testContext(new AbortController().signal),
  };
}

/**
 * Compares in slices. The first opens the instant and plans, a second joins it, the first goes, a third joins the second:
 * the last two read the slices in turn, from the last to the first.
 */
export async function compareSliced(wanted: SlicedCase) {
  const first = await SlicedDiff.open(await slicedInput(wanted), null);
  const open = [first];
  try {
    await wanted.opened?.();
    const slices = await first.plan(wanted.slices);
    const second = await SlicedDiff.open(await slicedInput(wanted), first.instant);
    open.push(second);
    await first.close();
    const third = await SlicedDiff.open(await slicedInput(wanted), second.instant);
    open.push(third);
    const parts: { changes: RowChange[]; records: SliceTableRecord[] }[] = [];
    for (const [at, slice] of [...slices.entries()].reverse()) {
      const run = (at % 2 === 0 ? second : third).compare(slice, testContext(new AbortController().signal));
      const changes: RowChange[] = [];
      for await (const change of run.changes) changes.push(change);
      parts[at] = { changes, records: sliceRecords(slice, await run.result) };
    }
    const records = parts.flatMap((part) => part.records);
    const segments = slices.flatMap(({ tables }) => tables.filter(({ segment }) => segment !== null)).length;
    return {
      changes: parts.flatMap(({ changes }) => changes),
      tables: joinTables(first.tables.length, records),
      segments,
    };
  } finally {
    await Promise.all(open.map((diff) => diff.close()));
  }
}
