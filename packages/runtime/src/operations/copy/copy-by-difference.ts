import { type MoveInput, type MoveResult, moveRows } from "@syncline/engine";
import { openAnyEndpoint, openEndpoint, openTarget } from "../../endpoint-registry.ts";
import { moveApplication } from "../moves/move-choices.ts";
import { conflictHooks } from "../moves/move-hooks.ts";
import { renumbering } from "../moves/renumber.ts";
import { type CopyPlan, copyScope, renumbered } from "./plan-copy.ts";

/** What a copy adds to a move for some of its options. */
export type MoveExtras = Partial<
  Pick<MoveInput, "diff" | "rules" | "mayDelete" | "highWater" | "applicationId">
>;

/** Compares and writes what differs, in one transaction. */
export async function copyByDifference(plan: CopyPlan, extras: MoveExtras = {}): Promise<MoveResult> {
  const { setting, hooks, target } = plan;
  const conflicts = conflictHooks(hooks);
  const patchTarget = await openTarget(target, setting.context.signal);
  try {
    return await renumbering(await renumbered(plan), (renumber) =>
      moveRows({ ...moveInput(plan), patchTarget, ...conflicts, ...extras, ...renumber }),
    );
  } finally {
    await patchTarget.close();
  }
}

function moveInput(plan: CopyPlan): Omit<MoveInput, "patchTarget"> {
  const { setting, source, target, base, input, diff, rules, mayDelete } = plan;
  const live = { kind: "live", place: target } as const;
  return {
    ctx: setting.context,
    openSource: () => openAnyEndpoint(source, live),
    openTarget: () => openEndpoint(target),
    openBase: base === null ? null : () => openAnyEndpoint(base, live),
    diff,
    rules,
    ...moveApplication(setting, input),
    mayDelete,
    ...(plan.dataset === null ? {} : { isReferenced: plan.dataset.isReferenced }),
    ...expectedTenant(plan),
    scope: copyScope(plan),
  };
}

/** Only where a tenant is a value of a column, and where nothing else could explain that it has no rows. */
function expectedTenant({ source, input, filter, dataset }: CopyPlan): Pick<MoveInput, "sourceTenant"> {
  if (source.kind !== "live" || source.place.scope.tenantColumn === null) return {};
  if (input.emptySource || filter !== null || dataset !== null) return {};
  return { sourceTenant: source.place.scope.tenantColumn.value };
}
