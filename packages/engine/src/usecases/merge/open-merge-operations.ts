import type { PatchOperation } from "@syncline/core";
import { MoveTally } from "../move/move-tally.ts";
import type { MoveOperations } from "../move/open-operations.ts";
import type { MoveInput } from "../move-contract.ts";
import { planMerge } from "../renumber/plan-merge.ts";
import type { MergeInput, MergeResult, MergeRun } from "./merge-contract.ts";
import { mergeEndpoints } from "./merge-endpoints.ts";

/** The operations of a move with a base. */
export async function openMergeOperations(
  input: MoveInput,
  openBase: NonNullable<MoveInput["openBase"]>,
): Promise<MoveOperations> {
  const { ctx, diff, rules, mayDelete, isReferenced, onConflict, onUndecided, createSpool } = input;
  const merge: MergeInput = {
    ctx,
    diff,
    rules,
    mayDelete,
    openBase,
    openOurs: input.openTarget,
    openTheirs: input.openSource,
    ...(isReferenced === undefined ? {} : { isReferenced }),
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(onUndecided === undefined ? {} : { onUndecided }),
    ...(createSpool === undefined ? {} : { createSpool }),
  };
  const renumbering = input.renumber === undefined ? null : await planMerge(merge, input.renumber);
  const run = await mergeEndpoints(renumbering === null ? merge : { ...merge, renumbering });
  const tally = new MoveTally(run.tables);
  return {
    labels: run.labels,
    tables: run.tables,
    versions: run.versions,
    tally,
    idMap: renumbering?.entries ?? [],
    operations: () => flattened(run, tally),
    result: () => run.diff,
    close: () => run.close(),
  };
}

async function* flattened(run: MergeRun, tally: MoveTally): AsyncGenerator<PatchOperation> {
  for await (const batch of run.operations) yield* batch;
  fill(tally, await run.result);
}

function fill(tally: MoveTally, { tables, totals }: MergeResult): void {
  tally.undecided = totals.undecided;
  tables.forEach(({ skipped, conflicts }, index) => {
    for (let count = 0; count < skipped; count += 1) tally.skipped(index);
    for (let count = 0; count < conflicts; count += 1) tally.conflict(index);
  });
}
