import { CodedError } from "@syncline/core";
import type { OnceOutcome } from "@syncline/server/service";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ServiceRunOptions } from "../service-options.ts";
import { serviceInput } from "./service-input.ts";
import { untilItEnds } from "./until-it-ends.ts";

const EXIT_OF: Readonly<Record<OnceOutcome, ExitReason>> = {
  ok: "ok",
  partial: "partial",
  conflict: "conflict",
  failed: "unexpected",
};

/** Runs the jobs of the file until it is asked to end, or each of them once. */
export async function runService(session: Session, options: ServiceRunOptions): Promise<ExitReason> {
  const input = await serviceInput(session, options, "service");
  const { jobs } = await input.loadConfig();
  const { mode } = input.settings;
  if (!jobs.some(({ kind, enabled }) => enabled && (mode === null || kind === mode)))
    throw nothingToRun(mode);
  const { startService } = await import("@syncline/server/service");
  const running = await startService(input);
  if (running.url !== null) session.people.say(`Probes and metrics at ${running.url}`);
  await untilItEnds(session, running);
  return running.once === null ? "ok" : EXIT_OF[await running.once];
}

function nothingToRun(mode: string | null): CodedError {
  return new CodedError(
    "config.invalid",
    mode === null ? "The config has no enabled jobs." : `The config has no enabled jobs of kind "${mode}".`,
    { hint: "Add one under jobs, as docs/reference/jobs.md shows, or name the file with --config." },
  );
}
