import { type Call, listJobs } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { presentRun } from "../routes/present.ts";
import type { OnceOutcome } from "../service-contract.ts";
import type { ServiceParts } from "../service-parts.ts";
import { configJobs } from "./config-jobs.ts";
import { startRun, waitForRun } from "./start-run.ts";

const OUTCOMES: Readonly<Record<string, OnceOutcome>> = {
  succeeded: "ok",
  partial: "partial",
  conflicted: "conflict",
};
const WORST: readonly OnceOutcome[] = ["failed", "conflict", "partial", "ok"];

/** Runs each enabled job of the config once and gives the worst outcome. */
export async function runOnce(parts: ServiceParts, signal: AbortSignal): Promise<OnceOutcome> {
  const { controlPlane: cp, config, settings, logger } = parts;
  const call: Call = { scope: cp.defaultScope, actor: "config" };
  const wanted = configJobs(config(), settings).filter(({ enabled }) => enabled);
  const outcomes = await Promise.all(
    wanted.map(async ({ name }): Promise<OnceOutcome> => {
      const { items } = await listJobs(cp, call.scope, { name, limit: 1 });
      const [job] = items;
      if (job === undefined) throw new CodedError("resource.not_found", `There is no job "${name}".`);
      const input = { cp, call, jobId: job.id, definition: job.definition, trusted: true } as const;
      const run = presentRun(await startRun(parts, { ...input, trigger: "once" }));
      const { state, error } = await waitForRun(run, { cp, call, signal, seconds: Infinity });
      logger.info({ job: name, run: run.id, state, code: error?.code }, "run ended");
      return OUTCOMES[state] ?? "failed";
    }),
  );
  return WORST.find((outcome) => outcomes.includes(outcome)) ?? "ok";
}
