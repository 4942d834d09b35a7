import { isCodedError } from "@syncline/core";
import type { Call, ControlPlane } from "../control-plane.ts";
import { cancelRun } from "../verbs/cancel-run.ts";
import { claimUnit } from "../verbs/claim-unit.ts";
import { createRun } from "../verbs/create-run.ts";
import { finishUnit, type UnitOutcome } from "../verbs/finish-unit.ts";
import { pauseRun, resumeRun } from "../verbs/pause-run.ts";
import { planUnits } from "../verbs/plan-units.ts";
import { renewLeases } from "../verbs/renew-leases.ts";
import { sweep } from "../verbs/sweep.ts";
import { type ModelOutcome, RunModel } from "./run-model.ts";
import { FOR_GOOD, MAY_RETRY, OUTPUT } from "./run-steps.ts";
import { copyJob, diffJob } from "./sample-jobs.ts";

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly unsettled: boolean;
}

interface Tracked {
  readonly id: string;
  readonly model: RunModel;
  /** Tokens of units that were claimed, newest last. */
  readonly tokens: Map<string, bigint[]>;
}

export interface RunStep {
  readonly kind:
    | "claim"
    | "finish"
    | "stale"
    | "plan"
    | "lose"
    | "due"
    | "pause"
    | "resume"
    | "cancel"
    | "renew";
  /** Which run and which unit, by remainder. */
  readonly run: number;
  readonly unit: number;
  readonly outcome: ModelOutcome;
  readonly slices: number;
}

/** Runs in a real control database beside the plain telling of them. All writing ones want one target. */
export class RunWorld {
  readonly #cp: ControlPlane;
  readonly #call: Call;
  readonly #workerId: string;
  readonly #runs: Tracked[] = [];
  #newest = 0n;

  constructor({ cp, call, workerId }: { cp: ControlPlane; call: Call; workerId: string }) {
    this.#cp = cp;
    this.#call = call;
    this.#workerId = workerId;
  }

  async create(target: string, options: { attempts: number; writes: boolean; cut: boolean }): Promise<void> {
    const retry = { attempts: options.attempts, first: "1h" };
    const definition = options.writes
      ? copyJob({ target: `${target}:acme:*`, retry })
      : diffJob({ target: `${target}:acme:*`, retry });
    const firstUnit = options.cut ? "plan" : "whole";
    const run = await createRun(this.#cp, this.#call, { definition, trigger: "manual", firstUnit });
    this.#runs.push({ id: run.id, model: new RunModel(options), tokens: new Map() });
  }

  /** Does a step to both. Returns what differs afterwards, empty when nothing does. */
  async step(step: RunStep): Promise<string[]> {
    const tracked = this.#runs[step.run % this.#runs.length];
    if (tracked === undefined) return [];
    const units = await this.#unitsOf(tracked.id);
    const index = step.unit % units.length;
    const unit = units[index];
    if (unit === undefined) return ["a run without units"];
    const problems = await this.#do(step, { tracked, unit, index });
    return [...problems, ...(await this.#compare())];
  }

  async #do(
    step: RunStep,
    { tracked, unit, index }: { tracked: Tracked; unit: Row; index: number },
  ): Promise<string[]> {
    const { model } = tracked;
    const tokens = tracked.tokens.get(unit.id) ?? [];
    const token = tokens.at(-1) ?? 0n;
    const running = unit.state === "running";
    switch (step.kind) {
      case "claim":
        return this.#claim({ tracked, unit, index });
      case "renew": {
        const [renewal] = await renewLeases(this.#cp, {
          workerId: this.#workerId,
          units: [{ unitId: unit.id, token }],
        });
        return same("renewal", renewal?.kept, running);
      }
      case "finish": {
        if (unit.kind === "plan" && step.outcome.kind === "done") return [];
        const result = await finishUnit(this.#cp, {
          unitId: unit.id,
          token,
          outcome: toOutcome(step.outcome),
        });
        if (running) model.finish(index, step.outcome);
        return same("finish", result.kind, running ? "finished" : "refused");
      }
      case "stale": {
        const old = tokens.at(-2) ?? -1n;
        const result = await finishUnit(this.#cp, {
          unitId: unit.id,
          token: old,
          outcome: toOutcome(step.outcome),
        });
        return same("stale finish", result.kind, "refused");
      }
      case "plan": {
        const slices = Array.from({ length: step.slices }, (_, slice) => ({ slice }));
        const plan = { unitId: unit.id, token, slices, finish: { slice: null }, output: { summary: null } };
        const result = await planUnits(this.#cp, plan);
        const wanted = running && unit.kind === "plan";
        if (wanted) model.plan(index, step.slices);
        return same("plan", result.kind, wanted ? "finished" : "refused");
      }
      case "lose":
        await this.#cp.sql`
          UPDATE syncline_control.work_units SET lease_until = now() - interval '1 s'
          WHERE id = ${unit.id} AND state = 'running'`;
        await sweep(this.#cp);
        if (running) model.loseLease(index);
        return [];
      case "due":
        await this.#cp.sql`
          UPDATE syncline_control.runs SET not_before = now() - interval '1 s'
          WHERE id = ${tracked.id} AND state = 'waiting'`;
        await sweep(this.#cp);
        model.due();
        return [];
      case "pause":
        return same("pause", await this.#allowed(pauseRun, tracked.id), model.pause());
      case "resume":
        return same("resume", await this.#allowed(resumeRun, tracked.id), model.resume());
      case "cancel":
        return same("cancel", await this.#allowed(cancelRun, tracked.id), model.cancel());
    }
  }

  async #claim({ tracked, unit, index }: { tracked: Tracked; unit: Row; index: number }): Promise<string[]> {
    const targetFree = !this.#runs.some((each) => each !== tracked && each.model.locked);
    const expected = tracked.model.claim(index, { targetFree });
    const result = await claimUnit(this.#cp, { unitId: unit.id, workerId: this.#workerId });
    const got = result.kind === "claimed" ? result.claim.mode : null;
    if (result.kind === "claimed") {
      const { token, fenceToken } = result.claim;
      const tokens = tracked.tokens.get(unit.id) ?? [];
      tracked.tokens.set(unit.id, [...tokens, token]);
      const grown = token > this.#newest;
      this.#newest = token;
      const fenced = tracked.model.writes && result.claim.mode === "work" ? fenceToken !== null : true;
      return [
        ...same("claim", got, expected),
        ...same("token grows", grown, true),
        ...same("fence", fenced, true),
      ];
    }
    return same("claim", got, expected);
  }

  async #allowed(verb: typeof pauseRun, runId: string): Promise<boolean> {
    try {
      await verb(this.#cp, this.#call, { runId });
      return true;
    } catch (error) {
      if (isCodedError(error) && error.code === "run.state_refused") return false;
      throw error;
    }
  }

  async #unitsOf(runId: string): Promise<Row[]> {
    return this.#cp.sql<Row[]>`
      SELECT id, kind, state, unsettled FROM syncline_control.work_units WHERE run_id = ${runId}
      ORDER BY position`;
  }

  async #compare(): Promise<string[]> {
    const problems: string[] = [];
    for (const { id, model } of this.#runs) {
      const [run] = await this.#cp.sql<
        { state: string; attempt: number; locks: number; finished: boolean }[]
      >`
        SELECT state, attempt, finished_at IS NOT NULL AS finished,
          (SELECT count(*)::int FROM syncline_control.target_locks WHERE run_id = r.id) AS locks
        FROM syncline_control.runs r WHERE id = ${id}`;
      problems.push(
        ...same("state", run?.state, model.state),
        ...same("attempt", run?.attempt, model.attempt),
        ...same("lock", run?.locks, model.locked ? 1 : 0),
        ...same("end", run?.finished, model.over),
        ...same("units", show(await this.#unitsOf(id)), show(model.units)),
      );
    }
    return problems;
  }
}

function toOutcome(outcome: ModelOutcome): UnitOutcome {
  if (outcome.kind === "done") return { kind: "done", output: OUTPUT };
  if (outcome.kind === "stopped") return { kind: "stopped" };
  const { retryable, unsettled } = outcome;
  return { kind: "failed", error: retryable ? MAY_RETRY : FOR_GOOD, unsettled };
}

const show = (units: readonly { kind: string; state: string; unsettled: boolean }[]) =>
  units.map(({ kind, state, unsettled }) => `${kind} ${state}${unsettled ? "?" : ""}`).join(", ");

function same(what: string, found: unknown, expected: unknown): string[] {
  return found === expected ? [] : [`${what}: expected ${String(expected)}, found ${String(found)}`];
}
