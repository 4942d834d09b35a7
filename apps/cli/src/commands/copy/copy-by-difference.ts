import { filterToJson } from "@syncline/core";
import { type MoveInput, moveRows } from "@syncline/engine";
import { openAnyEndpoint, openEndpoint, openTarget } from "@syncline/runtime";
import type { ExitReason } from "../../exit-codes.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { moveApplication } from "../write/move-options.ts";
import { printMove } from "../write/print-move.ts";
import { renumbering } from "../write/renumber.ts";
import { type CopyPlan, renumbered } from "./copy-plan.ts";

/** What `copy` adds to a move for some of its options. */
export type MoveExtras = Partial<
  Pick<MoveInput, "diff" | "rules" | "mayDelete" | "highWater" | "onConflict" | "createSpool">
>;

/** Compares and writes what differs, in one transaction. */
export async function copyByDifference(plan: CopyPlan, extras: MoveExtras = {}): Promise<ExitReason> {
  const { session, source, target, options } = plan;
  const conflicts = new MoveConflicts(session, options);
  const patchTarget = await openTarget(target, session.context.signal);
  try {
    const result = await renumbering(await renumbered(plan), (renumber) =>
      moveRows({ ...moveInput(plan), patchTarget, ...conflicts.hooks, ...extras, ...renumber }),
    );
    const conflictFile = await conflicts.finish(result);
    const labels = { source: source.place.label, target: target.label };
    const outcome = { action: "copy", ...labels, strategy: options.strategy, result, conflictFile };
    return await printMove(session, { ...outcome, conflicts: conflicts.first }, options.json === true);
  } catch (error) {
    await conflicts.discard();
    throw error;
  } finally {
    await patchTarget.close();
  }
}

function moveInput(plan: CopyPlan): Omit<MoveInput, "patchTarget"> {
  const { session, source, target, base, options, filter, diff, rules, mayDelete } = plan;
  const live = { kind: "live", place: target } as const;
  return {
    ctx: session.context,
    openSource: () => openAnyEndpoint(source, live),
    openTarget: () => openEndpoint(target),
    openBase: base === null ? null : () => openAnyEndpoint(base, live),
    diff,
    rules,
    apply: moveApplication(options),
    mayDelete,
    ...(plan.dataset === null ? {} : { isReferenced: plan.dataset.isReferenced }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...expectedTenant(plan),
    scope: {
      command: "copy",
      tenant: target.tenant,
      tables: target.tables.kind === "all" ? "*" : target.label,
      patterns: options.schema ?? [],
      ...(options.dataset === undefined ? {} : { dataset: options.dataset }),
      filter: filter === null ? null : filterToJson(filter),
    },
  };
}

/** Only where a tenant is a value of a column, and where nothing else could explain that it has no rows. */
function expectedTenant({ source, options, filter, dataset }: CopyPlan): Pick<MoveInput, "sourceTenant"> {
  if (source.kind !== "live" || source.place.scope.tenantColumn === null) return {};
  if (options.emptySource === true || filter !== null || dataset !== null) return {};
  return { sourceTenant: source.place.scope.tenantColumn.value };
}
