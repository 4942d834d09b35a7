import {
  conflictPlan,
  type MergeConflict,
  type MergeResolution,
  type PatchTable,
  parseFilter,
} from "@syncline/core";
import type { MoveResult } from "@syncline/engine";
import { type JobOf, parseDuration } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { copyByDifference } from "../copy/copy-by-difference.ts";
import { type CopyInput, DEFAULT_COPY } from "../copy/copy-input.ts";
import { planCopy } from "../copy/plan-copy.ts";
import { moveSummary } from "../moves/move-summary.ts";
import { agreeToWrite } from "../target/assert-consent.ts";

export interface MergeHooks {
  /** Asked before the job's rules: what people decided of this conflict. */
  readonly decide?: (conflict: MergeConflict) => MergeResolution | undefined;
  /** Hears of every conflict that nobody decided; its row is as the target has it. */
  readonly onUndecided?: (conflict: MergeConflict, table: PatchTable) => Promise<void> | void;
  /** An attempt begins: what was heard before counts no longer. */
  readonly onAttempt?: () => Promise<void> | void;
}

export interface MergeReport extends OperationReport {
  /** Printed locators. */
  readonly source: string;
  readonly target: string;
  readonly result: MoveResult;
}

/**
 * Merges what source and target changed since their common ancestor into the target, in one transaction. What counts as
 * a conflict and who wins is said by the job; conflicts that are left to people are a result.
 * @throws CodedError when it cannot be done at all; nothing was written then
 */
export async function runMerge(
  setting: OperationSetting,
  job: JobOf<"merge">,
  hooks: MergeHooks = {},
): Promise<MergeReport> {
  const said: string[] = [];
  const { timestampFields } = setting.workspace.config;
  const timestampSkewMs = parseDuration(job.conflicts.skew) ?? 0;
  const decisions = conflictPlan({ ...job.conflicts, timestampFields, timestampSkewMs });
  const { decide, ...heard } = hooks;
  const openConflicts = () => ({
    ...heard,
    onConflict: (conflict: MergeConflict, table: PatchTable) =>
      decide?.(conflict) ?? decisions.decide(conflict, table),
  });
  const plan = await planCopy({
    setting,
    input: copyOfMerge(job),
    hooks: { openConflicts },
    say: (text) => void said.push(text),
  });
  await agreeToWrite(setting, { action: "merge", target: plan.target, dryRun: job.dryRun });
  setting.reached?.("reading");
  const result = await copyByDifference(plan, {
    rules: { ...plan.rules, ...decisions.rules, timestampSkewMs },
  });
  return {
    ...moveSummary(result, said),
    source: plan.source.place.label,
    target: plan.target.label,
    result,
  };
}

/** A merge is a copy that knows the ancestor. */
function copyOfMerge(job: JobOf<"merge">): CopyInput {
  return {
    ...DEFAULT_COPY,
    source: job.source,
    target: job.target,
    base: job.base,
    strategy: "three-way",
    tables: job.schema,
    filter: job.filter === undefined ? null : parseFilter(JSON.stringify(job.filter)),
    mask: job.mask ?? null,
    ignoreFields: job.ignoreFields,
    tableMap: new Map(Object.entries(job.mapTable)),
    columnMap: new Map(Object.entries(job.mapColumn)),
    keys: new Map(Object.entries(job.key)),
    parallel: job.parallel,
    dryRun: job.dryRun,
    triggers: job.triggers,
    includeCascades: job.includeCascades,
    lockTimeoutMs: parseDuration(job.lockTimeout) ?? DEFAULT_COPY.lockTimeoutMs,
  };
}
