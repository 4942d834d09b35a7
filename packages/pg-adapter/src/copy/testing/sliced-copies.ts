import { randomBytes, randomUUID } from "node:crypto";
import { type BegunCopy, type CopyPlanRecord, SlicedCopy, type SlicedCopyInput } from "@syncline/engine";
import { openSide, type Side, testContext } from "../../read/testing/compare-databases.ts";
import { openBulkTarget } from "../open-bulk-target.ts";
import { openSlicedLoadTarget } from "../slices/open-sliced-load.ts";
import { COPY_OPTIONS, scopeOf, selectionOf } from "./copy-databases.ts";

export interface SlicedSides {
  readonly source: Side;
  readonly target: Side;
}

export async function slicedCopyInput({ source, target }: SlicedSides): Promise<SlicedCopyInput> {
  const scope = scopeOf(target);
  const { dryRun: _, singleTransaction: __, ...options } = COPY_OPTIONS;
  return {
    ctx: { ...testContext(new AbortController().signal), randomBytes },
    source: await openSide(source, "source"),
    target: openBulkTarget({ scope, tables: selectionOf(target), label: "target" }),
    slicedTarget: openSlicedLoadTarget({ scope, label: "target" }),
    options: { ...options, parallel: 1 },
  };
}

export const DOMAIN = randomUUID();

/** Begins a copy under a token of its own. */
export async function beginSliced(
  sides: SlicedSides,
  wanted: { readonly token: bigint; readonly slices: number | "auto" },
): Promise<BegunCopy> {
  const { token, slices } = wanted;
  const fence = { domain: DOMAIN, token };
  return SlicedCopy.begin(await slicedCopyInput(sides), { loadId: randomUUID(), fence, slices });
}

export async function joinSliced(
  sides: SlicedSides,
  plan: CopyPlanRecord,
  instant: string | null,
): Promise<SlicedCopy> {
  return SlicedCopy.join(await slicedCopyInput(sides), plan, instant);
}
