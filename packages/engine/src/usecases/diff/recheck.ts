import { setTimeout as sleep } from "node:timers/promises";
import type { RowChange } from "@syncline/core";
import type { TableResult } from "../diff-contract.ts";
import type { DiffInput } from "../diff-endpoints.ts";
import { ChangeBuilder } from "./change-builder.ts";
import type { CompareTable } from "./compare-table.ts";
import { FetchSize, fetchInPieces } from "./fetch-size.ts";
import { type OpenSides, openBoth } from "./open-both.ts";
import { prepareSides } from "./prepare-sides.ts";
import { TableTally } from "./table-tally.ts";

type Outcome = NonNullable<TableResult["recheck"]>;

/** Looks at differing rows again after the delay, in new snapshots: a difference that stayed as it was is stable. */
export async function recheck(
  input: DiffInput,
  tables: readonly CompareTable[],
  signal: AbortSignal,
): Promise<Map<CompareTable, Outcome>> {
  const outcomes = new Map<CompareTable, Outcome>();
  if (tables.length === 0) return outcomes;
  await sleep(input.options.recheckAfterMs ?? 0, undefined, { signal });
  const sides = await openBoth(input, signal);
  try {
    await prepareSides(input.options, sides); // key lists and masks belong to a snapshot
    for (const table of tables) outcomes.set(table, await recheckTable(table, sides, signal));
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
  return outcomes;
}

async function recheckTable(
  { work, suspects }: CompareTable,
  sides: OpenSides,
  signal: AbortSignal,
): Promise<Outcome> {
  const readers = {
    source: sides.source.openTable(work.source),
    target: sides.target.openTable(work.target),
  };
  const builder = new ChangeBuilder(work, readers, signal, new TableTally(), true);
  const changes = suspects?.changes ?? [];
  const keys = changes.map((change) => change.key);
  const look = (side: "source" | "target") =>
    fetchInPieces(keys, new FetchSize(work[side].table), (piece) => readers[side].lookup(piece, signal));
  const [sources, targets] = await Promise.all([look("source"), look("target")]);
  const stable = changes.filter((change, at) =>
    same(change, builder.compareRows(sources[at] ?? null, targets[at] ?? null)),
  );
  return { stable: stable.length, inFlight: changes.length - stable.length };
}

function same(before: RowChange, now: RowChange | null): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}
