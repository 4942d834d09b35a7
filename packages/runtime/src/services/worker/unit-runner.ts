import { setTimeout as sleep } from "node:timers/promises";
import {
  type Claim,
  type ControlPlane,
  claimUnit,
  finishUnit,
  type UnitOutcome,
} from "@syncline/control-plane";
import { CodedError, isCodedError } from "@syncline/core";
import type { Workspace } from "../../workspace.ts";
import type { ReachedPoint } from "../kill-points.ts";
import type { ServiceMetrics } from "../metrics.ts";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import { LiveUnit } from "./live-unit.ts";
import type { LiveUnits } from "./live-units.ts";
import { ProgressMeter } from "./progress-meter.ts";
import { toStoredError } from "./stored-error.ts";
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
  readonly live: LiveUnits;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly reached: ReachedPoint;
}

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

/** Takes a unit from its claim to its end. */
export class UnitRunner {
  readonly #options: UnitRunnerOptions;

  constructor(options: UnitRunnerOptions) {
    this.#options = options;
  }

  /** Resolves when the unit is over or was not to be had. */
  async run(unitId: string, workerId: string): Promise<void> {
    const { controlPlane, live, reached, log } = this.#options;
    reached("message-taken");
    const askedAt = performance.now();
    const result = await claimUnit(controlPlane, { unitId, workerId, perServer: this.#options.perServer() });
    if (result.kind === "refused") {
      log("debug", "unit not taken", { unit: unitId, reason: result.reason });
      return;
    }
    const unit = new LiveUnit(result.claim, askedAt);
    reached("unit-claimed");
    live.add(unit);
    try {
      const outcome = await this.#work(unit, workerId);
      await this.#finish(unit, outcome);
    } finally {
      live.remove(unit);
    }
  }

  async #work(unit: LiveUnit, workerId: string): Promise<UnitOutcome | "finished"> {
    const { claim, signal } = unit;
    const { controlPlane, tools, execute, workspaceOf, folder, live, reached, log } = this.#options;
    const meter = new ProgressMeter();
    live.measure(unit, meter);
    const fields = describe(claim);
    log("info", "unit taken", fields);
    try {
      const workspace = await workspaceOf(claim.run);
      const setting = unitSetting({
        claim,
        domain: controlPlane.id,
        workspace,
        folder,
        signal,
        progress: (event) => meter.add(event),
        warn: (message) => log("warn", message, fields),
        reached,
      });
      signal.throwIfAborted();
      const result = await execute({ claim, setting, tools: tools(workerId) });
      return result.finished === true ? "finished" : done(result);
    } catch (error) {
      return this.#outcomeOf(unit, error);
    }
  }

  #outcomeOf(unit: LiveUnit, error: unknown): UnitOutcome {
    const { log } = this.#options;
    const unknown = isCodedError(error) && error.code === "patch.outcome_unknown";
    if (unit.reason === "timeout")
      return { kind: "failed", error: tookTooLong(unit.claim), unsettled: unknown };
    if (unit.reason !== null && !unknown) return { kind: "stopped" };
    const stored = toStoredError(error);
    const retryable = stored.retryable || PASSING.has(stored.code);
    log("warn", "unit failed", { ...describe(unit.claim), ...brief(error) });
    return { kind: "failed", error: { ...stored, retryable }, unsettled: unknown };
  }

  /** Tells the outcome, again and again while the control database is away and the lease may still be ours. */
  async #finish(unit: LiveUnit, outcome: UnitOutcome | "finished"): Promise<void> {
    const { controlPlane, reached, log, metrics } = this.#options;
    const { claim } = unit;
    const code = outcome !== "finished" && outcome.kind === "failed" ? outcome.error.code : null;
    const kind = outcome === "finished" ? "done" : outcome.kind;
    if (outcome === "finished")
      return void metrics.unitFinished({ kind: claim.unit.kind, outcome: kind, code });
    for (;;) {
      if (unit.reason === "lease") break;
      try {
        const ended = await finishUnit(controlPlane, { unitId: unit.id, token: claim.token, outcome });
        if (ended.kind === "refused") break;
        reached("unit-finished");
        metrics.unitFinished({ kind: claim.unit.kind, outcome: kind, code });
        log("info", "unit ended", {
          ...describe(claim),
          outcome: kind,
          ...(code === null ? {} : { code }),
          runState: ended.runState,
        });
        this.#tellRun(ended.run);
        return;
      } catch (error) {
        if (!isCodedError(error) || !error.retryable) throw error;
        await sleep(FINISH_PAUSE_MS);
      }
    }
    metrics.unitFinished({ kind: claim.unit.kind, outcome: "lost", code });
    log("warn", "unit was taken over; its outcome here does not count", describe(claim));
  }

  #tellRun(run: Claim["run"]): void {
    if (run.finishedAt === null) return;
    const seconds = (run.finishedAt.getTime() - (run.startedAt ?? run.createdAt).getTime()) / 1_000;
    this.#options.metrics.runFinished({ kind: run.kind, state: run.state, seconds, summary: run.summary });
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

function tookTooLong({ run }: Claim) {
  return toStoredError(
    new CodedError(
      "limit.exceeded",
      `The run took longer than its timeout of ${run.definition.timeout ?? "?"}.`,
      {
        hint: "Raise `timeout` of the job, or cut its work.",
      },
    ),
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
