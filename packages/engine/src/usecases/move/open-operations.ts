import type { PatchOperation } from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { IdMapEntry } from "../../ports/renumber-store.ts";
import type { DiffResult, DiffRun, DiffTable } from "../diff-contract.ts";
import { diffEndpoints } from "../diff-endpoints.ts";
import { openMergeOperations } from "../merge/open-merge-operations.ts";
import type { MoveInput } from "../move-contract.ts";
import { Renumbering } from "../renumber/renumbering.ts";
import { MoveTally } from "./move-tally.ts";
import { twoWayOperations } from "./two-way-operations.ts";

/** What one attempt would write, read while it is compared. */
export interface MoveOperations {
  readonly labels: { readonly source: string; readonly target: string };
  readonly tables: readonly DiffTable[];
  readonly versions: DiffRun["versions"];
  readonly tally: MoveTally;
  /** Keys that rows of the source were given here, to be stored with them. */
  readonly idMap: readonly IdMapEntry[];
  /** Once. */
  operations(): AsyncIterable<PatchOperation>;
  /** After `operations` has ended. */
  result(): Promise<DiffResult>;
  /** Lets go of both sides; may be called more than once. */
  close(): Promise<void>;
}

/** Opens what the strategy compares. The one place that knows which strategy is made how. */
export function openOperations(input: MoveInput): Promise<MoveOperations> {
  const threeWay = input.rules.strategy === "three-way" || input.rules.strategy === "interactive";
  if (!threeWay || input.openBase === null) return openTwoWay(input);
  return openMergeOperations(input, input.openBase);
}

async function openTwoWay(input: MoveInput): Promise<MoveOperations> {
  const { ctx } = input;
  const [source, target] = await openSides(input);
  const renumbering = input.renumber === undefined ? null : new Renumbering(input.renumber, ctx.signal);
  const options = {
    ...input.diff,
    images: "all" as const,
    carryAlong: carriedAlong(input),
    ...(renumbering === null ? {} : { reconcile: renumbering.reconcile }),
  };
  const run = await diffEndpoints({ ctx, source, target, options });
  run.result.catch(() => {}); // told through the operations as well
  const tally = new MoveTally(run.tables);
  return {
    labels: { source: source.label, target: target.label },
    tables: run.tables,
    versions: run.versions,
    tally,
    idMap: renumbering?.entries ?? [],
    operations: () => twoWayOperations(input, run, tally),
    result: () => run.result,
    close: () => run.close(),
  };
}

/** Timestamps decide also where they are equal, ignored or within a tolerance. */
function carriedAlong({ diff, rules }: MoveInput): ReadonlyMap<string, readonly string[]> {
  const wanted = diff.carryAlong ?? new Map<string, readonly string[]>();
  return new Map([...wanted, ["*", [...(wanted.get("*") ?? []), ...rules.timestampFields]]]);
}

async function openSides({ openSource, openTarget }: MoveInput): Promise<[Endpoint, Endpoint]> {
  const [source, target] = await Promise.allSettled([openSource(), openTarget()]);
  if (source.status === "fulfilled" && target.status === "fulfilled") return [source.value, target.value];
  for (const side of [source, target]) if (side.status === "fulfilled") await side.value.close();
  throw source.status === "rejected" ? source.reason : (target as PromiseRejectedResult).reason;
}
