import { setTimeout as sleep } from "node:timers/promises";
import {
  type Claim,
  type ControlPlane,
  claimUnit,
  type FinishResult,
  finishUnit,
  getRun,
  joining,
  transact,
  type UnitOutcome,
} from "@syncline/control-plane";
import { CodedError, isCodedError } from "@syncline/core";
import type { Workspace } from "../../workspace.ts";
import type { ReachedPoint } from "../kill-points.ts";
import { finishedRun, type ServiceMetrics } from "../metrics.ts";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import { inspectUnit } from "./inspect-unit.ts";
import { LiveUnit } from "./live-unit.ts";
import type { LiveUnits } from "./live-units.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { toStoredError } from "./stored-error.ts";
import { traceRun } from "./trace-run.ts";
import type { UnitExecutor, UnitResult, UnitTools } from "./unit-executor.ts";
import { unitSetting } from "./unit-setting.ts";

export interface UnitRunnerOptions {
  readonly controlPlane: ControlPlane;
  readonly tools: (workerId: string) => UnitTools;
  readonly execute: UnitExecutor;
  /** Config and stored servers of a run's project. */
  readonly workspaceOf: (scope: {
    readonly organizationId: string;
    readonly projectId: string;
  }) => Promise<Workspace>;
  readonly folder: string;
  /** Work units at once that use a server, over all processes. */
  readonly perServer: () => number;
  readonly leaseMs: number;
  readonly live: LiveUnits;
  /** Other units may be ready now. */
  readonly onEnded: () => void;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly reached: ReachedPoint;
}

/** How a unit ends: an outcome that is told as it is, or a result with what belongs to it. */
type Ending =
  | { readonly kind: "outcome"; readonly outcome: UnitOutcome }
  | { readonly kind: "result"; readonly result: UnitResult }
  /** Its lease runs out, and it is done again. */
  | { readonly kind: "untold" };

/** Errors that another try may well not meet. At a terminal a person decides that. */
const PASSING: ReadonlySet<string> = new Set([
  "connection.refused",
  "connection.timeout",
  "connection.lost",
  "control.unavailable",
  "patch.outcome_unknown",
  "target.locked",
]);
const FINISH_PAUSE_MS = 500;

class Refused extends Error {}

/** Takes a unit from its claim to its end. */
export class UnitRunner {
  readonly #options: UnitRunnerOptions;

  constructor(options: UnitRunnerOptions) {
    this.#options = options;
  }

  /** Resolves when the unit is over or was not to be had. */
  async run(unitId: string, workerId: string): Promise<void> {
    const { controlPlane, live, reached, log, perServer, leaseMs } = this.#options;
    reached("message-taken");
    const askedAt = performance.now();
    const result = await claimUnit(controlPlane, { unitId, workerId, perServer: perServer(), leaseMs });
    if (result.kind === "refused") {
      log("debug", "unit not taken", { unit: unitId, reason: result.reason });
      return;
    }
    const unit = new LiveUnit(result.claim, askedAt);
    reached("unit-claimed");
    live.add(unit);
    try {
      await this.#end(unit, await this.#work(unit, workerId));
    } finally {
      live.remove(unit);
      this.#options.onEnded();
    }
  }

  async #work(unit: LiveUnit, workerId: string): Promise<Ending> {
    const { claim, signal } = unit;
    const { controlPlane, tools, execute, workspaceOf, folder, live, reached, log } = this.#options;
    const meter = new ProgressMeter();
    live.measure(unit, meter);
    const fields = describe(claim);
    log("info", "unit taken", fields);
    try {
      const workspace = await workspaceOf(claim.run);
      const unitTools = tools(workerId);
      const setting = unitSetting({
        claim,
        domain: controlPlane.id,
        workspace,
        folder,
        signal,
        progress: (event) => meter.add(event),
        warn: (message) => log("warn", message, fields),
        reached,
        tools: unitTools,
      });
      signal.throwIfAborted();
      const work = { claim, setting, tools: unitTools };
      if (claim.mode === "inspect" && claim.run.kind !== "bi-sync")
        return { kind: "outcome", outcome: await inspectUnit(work) };
      return { kind: "result", result: await execute(work) };
    } catch (error) {
      return this.#endingOf(unit, error);
    }
  }

  #endingOf(unit: LiveUnit, error: unknown): Ending {
    const { claim, reason } = unit;
    const unsettled = isCodedError(error) && error.code === "patch.outcome_unknown";
    if (reason === "timeout")
      return { kind: "outcome", outcome: { kind: "failed", error: tookTooLong(claim), unsettled } };
    if (reason === "cancel" && mustBeInspected(claim))
      return { kind: "outcome", outcome: { kind: "failed", error: toStoredError(error), unsettled: true } };
    // Not looked for to its end: by whoever has it next.
    if (reason !== null && claim.mode === "inspect") return { kind: "untold" };
    if (reason !== null && !unsettled) return { kind: "outcome", outcome: { kind: "stopped" } };
    const interrupted = isCodedError(error) && error.code === "interrupted";
    if (claim.mode === "inspect" && interrupted) return { kind: "outcome", outcome: { kind: "stopped" } };
    this.#options.log("warn", "unit failed", { ...describe(claim), ...brief(error) });
    if (claim.mode === "inspect") return { kind: "untold" }; // to be looked at again
    const stored = toStoredError(error);
    const retryable = stored.retryable || PASSING.has(stored.code);
    return { kind: "outcome", outcome: { kind: "failed", error: { ...stored, retryable }, unsettled } };
  }

  /** Tells it, again and again while the control database is away and the lease may still be ours. */
  async #end(unit: LiveUnit, ending: Ending): Promise<void> {
    if (ending.kind === "untold") return;
    const { claim } = unit;
    while (unit.reason !== "lease") {
      try {
        const ended = await this.#tell(claim, ending);
        if (ended.kind === "refused") break;
        this.#told(claim, { ending, run: ended.run });
        await this.#afterwards(ending);
        return;
      } catch (error) {
        if (!isCodedError(error) || !error.retryable) throw error;
        await sleep(FINISH_PAUSE_MS);
      }
    }
    this.#options.metrics.unitFinished({ kind: claim.unit.kind, outcome: "lost", code: null });
    this.#options.log("warn", "unit was taken over; its outcome here does not count", describe(claim));
  }

  async #tell(
    { run, unit, token }: Claim,
    ending: Exclude<Ending, { kind: "untold" }>,
  ): Promise<FinishResult> {
    const { controlPlane } = this.#options;
    const of = { unitId: unit.id, token };
    if (ending.kind === "outcome") return finishUnit(controlPlane, { ...of, outcome: ending.outcome });
    const { alongside, finished } = ending.result;
    if (finished === true) return { kind: "finished", ...(await this.#endedBefore(run)) };
    const outcome = done(ending.result);
    if (alongside === undefined) return finishUnit(controlPlane, { ...of, outcome });
    try {
      return await transact(controlPlane, run.organizationId, async (change) => {
        const joined = joining(controlPlane, change);
        const ended = await finishUnit(joined, { ...of, outcome });
        if (ended.kind === "refused") throw new Refused();
        await alongside(joined);
        return ended;
      });
    } catch (error) {
      if (error instanceof Refused) return { kind: "refused" };
      throw error;
    }
  }

  async #endedBefore({ id: runId, organizationId, projectId }: Claim["run"]) {
    const run = await getRun(this.#options.controlPlane, { organizationId, projectId }, { runId });
    return { run, runState: run.state };
  }

  #told(claim: Claim, { ending, run }: { ending: Ending; run: Claim["run"] }): void {
    const { reached, metrics, log } = this.#options;
    const outcome = ending.kind === "outcome" ? ending.outcome : null;
    const code = outcome?.kind === "failed" ? outcome.error.code : null;
    const kind = outcome?.kind ?? "done";
    reached("unit-finished");
    metrics.unitFinished({ kind: claim.unit.kind, outcome: kind, code });
    log("info", "unit ended", {
      ...describe(claim),
      outcome: kind,
      ...(code === null ? {} : { code }),
      runState: run.state,
    });
    if (run.finishedAt === null) return;
    traceRun(run, run.finishedAt);
    metrics.runFinished(finishedRun(run));
  }

  async #afterwards(ending: Ending): Promise<void> {
    try {
      if (ending.kind === "result") await ending.result.afterwards?.();
    } catch (error) {
      this.#options.log("warn", "something was not tidied up; the janitor will", brief(error));
    }
  }
}

function done({ summary, data, rows, bytes, checksum }: UnitResult): UnitOutcome {
  return {
    kind: "done",
    output: { summary, ...(data === undefined ? {} : { data }) },
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

/** Slices of a copy are in the target: the run is over when somebody has removed them, not before. */
function mustBeInspected({ run, unit, mode }: Claim): boolean {
  return mode === "work" && run.kind === "copy" && unit.kind === "finish";
}

function tookTooLong({ run }: Claim) {
  const { timeout = "?" } = run.definition;
  return toStoredError(
    new CodedError("limit.exceeded", `The run took longer than its timeout of ${timeout}.`, {
      hint: "Raise `timeout` of the job, or cut its work.",
    }),
  );
}

function describe({ run, unit }: Claim): Readonly<Record<string, unknown>> {
  return {
    run: run.id,
    job: run.definition.name,
    kind: run.kind,
    unit: unit.id,
    unitKind: unit.kind,
    attempt: run.attempt,
  };
}
