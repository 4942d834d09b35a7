import type { ApplyOptions } from "@syncline/engine";
import { type JobOf, parseDuration } from "@syncline/jobs";
import type { OperationSetting } from "../contract.ts";

/** How operations are applied, as somebody wishes it; the fence comes from who runs it. */
export type ApplyWish = Omit<ApplyOptions, "fence">;

export function applyOptionsOf({ fence }: OperationSetting, wish: ApplyWish): ApplyOptions {
  return { ...wish, fence };
}

/** What the kinds that apply a patch have in common. */
export function applyWishOfJob(job: JobOf<"apply"> | JobOf<"undo">): ApplyWish {
  return {
    strategy: job.strategy,
    dryRun: job.dryRun,
    force: null,
    triggers: job.triggers,
    includeCascades: job.includeCascades,
    allowDdl: false,
    lockTimeoutMs: parseDuration(job.lockTimeout) ?? 10_000,
  };
}

/** How the target knows an application before it is made, and who hears how far it is. */
export function applicationOf({ applicationId, reached }: OperationSetting) {
  return { applicationId, reached };
}
