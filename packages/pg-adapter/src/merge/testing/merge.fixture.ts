import type { MergeConflict, MoveRules, PatchOperation } from "@syncline/core";
import { type MergeInput, type MergeResult, mergeEndpoints } from "@syncline/engine";
import { DEFAULT_OPTIONS, openSide, type Side } from "../../read/testing/compare-databases.ts";
import { type Applied, apply, patchOf, testContext } from "../../write/testing/apply.fixture.ts";

export const THREE_WAY: MoveRules = {
  strategy: "three-way",
  fields: new Map(),
  tables: new Map(),
  timestampFields: ["updated_at"],
  timestampSkewMs: 0,
  onConflict: "manual",
  strict: false,
  granularity: "cell",
  groups: new Map(),
};

export interface Sides {
  readonly base: Side;
  readonly ours: Side;
  readonly theirs: Side;
}

export interface Merged {
  readonly operations: readonly PatchOperation[];
  readonly undecided: readonly MergeConflict[];
  readonly result: MergeResult;
  readonly applied: Applied;
}

type Extra = Partial<Omit<MergeInput, "rules" | "diff">> & {
  readonly rules?: Partial<MoveRules>;
  readonly diff?: Partial<MergeInput["diff"]>;
};

/** Merges to the end and applies the outcome to ours. */
export async function mergeAndApply(sides: Sides, extra: Extra = {}): Promise<Merged> {
  const undecided: MergeConflict[] = [];
  const run = await mergeEndpoints({
    ctx: testContext(),
    openBase: () => openSide(sides.base, "base"),
    openOurs: () => openSide(sides.ours, "ours"),
    openTheirs: () => openSide(sides.theirs, "theirs"),
    mayDelete: true,
    onUndecided: (conflict) => void undecided.push(conflict),
    ...extra,
    diff: { ...DEFAULT_OPTIONS, parallel: 1, ...extra.diff },
    rules: { ...THREE_WAY, ...extra.rules },
  });
  const operations: PatchOperation[] = [];
  try {
    for await (const batch of run.operations) operations.push(...batch);
    const result = await run.result;
    const tables = run.tables.map(({ patchTable }) => patchTable);
    await run.close();
    const scope = { schema: sides.ours.schema ?? "public" };
    const applied = await apply(sides.ours.url, patchOf(tables, operations), { scope });
    return { operations, undecided, result, applied };
  } finally {
    await run.close();
  }
}
