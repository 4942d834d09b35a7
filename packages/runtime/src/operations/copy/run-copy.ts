import { openAnyEndpoint, openEndpoint } from "../../endpoint-registry.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { moveSummary } from "../moves/move-summary.ts";
import { underNewKeys } from "../moves/renumber.ts";
import { agreeToWrite } from "../target/assert-consent.ts";
import { copyByDifference } from "./copy-by-difference.ts";
import { copyDefinitions } from "./copy-definitions.ts";
import { copyInBulk } from "./copy-in-bulk.ts";
import type { CopyHooks, CopyInput, CopyMethod, CopyPreview, CopyReport } from "./copy-input.ts";
import { incrementalExtras } from "./incremental.ts";
import { findBefore, idAfterLoad, loadOfThen } from "./load-of-before.ts";
import { loadSummary, NOTHING_MOVED } from "./load-summary.ts";
import { type CopyPlan, planCopy, renumbered } from "./plan-copy.ts";

/**
 * Makes rows of the target follow the source: empty tables are loaded at full speed, where rows are only differences are
 * written. Conflicts and tables that failed are in the report.
 * @throws CodedError when it cannot be done at all; nothing was written then
 */
export async function runCopy(
  setting: OperationSetting,
  input: CopyInput,
  hooks: CopyHooks = {},
): Promise<CopyReport> {
  const said: string[] = [];
  const say = hooks.say ?? ((text: string) => void said.push(text));
  const plan = await planCopy({ setting, input, hooks, say });
  const { target } = plan;
  await agreeToWrite(setting, { action: "copy", target, dryRun: input.dryRun });
  if (input.definitions === "only") {
    const definitions = await copyDefinitions(plan, null);
    return { ...NOTHING_MOVED, ...labels(plan), definitions, method: { kind: "definitions" }, notes: said };
  }
  await hooks.beforeRows?.(preview(plan));
  const moved: CopyMethod[] = [];
  const copy = async () => void moved.push(await copyRows(plan));
  const definitions = input.definitions === "include" ? await copyDefinitions(plan, copy) : null;
  if (definitions === null) await copy();
  const method: CopyMethod = moved[0] ?? { kind: "definitions" };
  return { ...summary(method, said), ...labels(plan), method, definitions };
}

async function copyRows(plan: CopyPlan): Promise<CopyMethod> {
  if (plan.input.incremental)
    return { kind: "difference", result: await copyByDifference(plan, await incrementalExtras(plan)) };
  const before = await findBefore(plan);
  if (before?.strategy === "load")
    return before.complete ? { kind: "bulk", result: loadOfThen(before, plan) } : completeLoad(plan);
  const loaded = before === null ? await copyInBulk(plan) : null;
  if (loaded === null) return { kind: "difference", result: await copyByDifference(plan) };
  if (loaded.result.outcome !== "copied" || loaded.result.instants === 1) return loaded;
  plan.say("Parts were read at different instants; comparing to bring them together.");
  return completeLoad(plan);
}

/** The load has its own entry in the ledger, so that this one needs another name. */
async function completeLoad(plan: CopyPlan): Promise<CopyMethod> {
  const applicationId = idAfterLoad(plan.setting.applicationId);
  return { kind: "difference", result: await copyByDifference(plan, { applicationId }) };
}

function summary(method: CopyMethod, said: readonly string[]): OperationReport {
  if (method.kind === "difference") return moveSummary(method.result, said);
  return method.kind === "bulk" ? loadSummary(method, said) : { ...NOTHING_MOVED, notes: said };
}

function labels({ source, target }: CopyPlan) {
  return { source: source.place.label, target: target.label };
}

function preview(plan: CopyPlan): CopyPreview {
  const { setting, source, target, mayDelete, diff } = plan;
  const live = { kind: "live", place: target } as const;
  const { signal } = setting.context;
  return {
    source,
    target,
    mayDelete,
    compare: async (show) =>
      underNewKeys(await renumbered(plan), { diff, signal }, async (options) =>
        show({ source: await openAnyEndpoint(source, live), target: await openEndpoint(target), options }),
      ),
  };
}
