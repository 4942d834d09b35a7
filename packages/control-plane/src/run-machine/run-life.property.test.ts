import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ModelOutcome, RunModel } from "../testing/run-model.ts";
import { eventOfUnits, type UnitStanding } from "./event-of-units.ts";
import { FINAL_STATES, type RunState } from "./run-states.ts";
import { type RunEvent, transition } from "./transition.ts";

/** A run and its units in memory, moved by the machine alone. */
class MachineRun {
  state: RunState = "queued";
  attempt = 1;
  readonly attempts: number;
  units: (UnitStanding & { token: number })[];
  #tokens = 0;

  constructor({ attempts, units }: { attempts: number; units: number }) {
    this.attempts = attempts;
    this.units = Array.from({ length: units }, () => ({
      state: "ready" as const,
      unsettled: false,
      retryable: false,
      token: 0,
    }));
  }

  fire(event: RunEvent): boolean {
    const moved = transition(this.state, event);
    if (moved.kind !== "next") return false;
    this.state = moved.state;
    if (FINAL_STATES.has(moved.state))
      this.units = this.units.map((unit) =>
        unit.state === "ready" || unit.state === "running" ? { ...unit, state: "cancelled" } : unit,
      );
    return true;
  }

  settle(): void {
    const event = eventOfUnits({
      state: this.state,
      attemptsLeft: this.attempt < this.attempts,
      outcome: "succeeded",
      units: this.units,
    });
    if (event !== null && !this.fire(event)) throw new Error(`${this.state} refused "${event.name}"`);
  }

  claim(index: number): number | null {
    const unit = this.units[index];
    if (unit?.state !== "ready") return null;
    const inspect = this.state === "cancelling" && unit.unsettled;
    const work =
      ["queued", "running"].includes(this.state) && !this.units.some(({ state }) => state === "failed");
    if (!inspect && !work) return null;
    if (this.state === "queued") this.fire({ name: "start" });
    this.#tokens += 1;
    this.units[index] = { ...unit, state: "running", token: this.#tokens };
    return this.#tokens;
  }

  end(index: number, change: Partial<UnitStanding>): void {
    const unit = this.units[index];
    if (unit === undefined) return;
    this.units[index] = { ...unit, ...change };
    this.settle();
  }

  renew(): void {
    this.units = this.units.map((unit) => (unit.state === "done" ? unit : { ...unit, state: "ready" }));
  }
}

interface Pair {
  readonly model: RunModel;
  readonly machine: MachineRun;
}

type Step =
  | { readonly kind: "claim" | "lose"; readonly unit: number }
  | { readonly kind: "finish"; readonly unit: number; readonly outcome: ModelOutcome }
  | { readonly kind: "pause" | "resume" | "cancel" | "due" };

const UNITS = 3;
const unit = fc.nat({ max: UNITS - 1 });
const outcome: fc.Arbitrary<ModelOutcome> = fc.oneof(
  { arbitrary: fc.constant({ kind: "done" } as const), weight: 4 },
  { arbitrary: fc.constant({ kind: "stopped" } as const), weight: 1 },
  fc.record({ kind: fc.constant("failed" as const), retryable: fc.boolean(), unsettled: fc.boolean() }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant("claim" as const), unit }), weight: 6 },
  { arbitrary: fc.record({ kind: fc.constant("finish" as const), unit, outcome }), weight: 5 },
  { arbitrary: fc.record({ kind: fc.constant("lose" as const), unit }), weight: 2 },
  { arbitrary: fc.record({ kind: fc.constantFrom("pause", "resume", "cancel", "due") }), weight: 3 },
);

/** Does a step to both; what they answer must be the same. */
function doStep({ model, machine }: Pair, step: Step): void {
  switch (step.kind) {
    case "claim":
      expect(machine.claim(step.unit) !== null).toBe(model.claim(step.unit, { targetFree: true }) !== null);
      return;
    case "finish": {
      if (machine.units[step.unit]?.state !== "running") return;
      finish(machine, step.unit, step.outcome);
      model.finish(step.unit, step.outcome);
      return;
    }
    case "lose": {
      if (machine.units[step.unit]?.state !== "running") return;
      const losses = (model.units[step.unit]?.losses ?? 0) + 1;
      machine.end(step.unit, { state: losses >= 5 ? "failed" : "ready", unsettled: true, retryable: true });
      model.loseLease(step.unit);
      return;
    }
    case "pause":
      expect(machine.fire({ name: "pause" })).toBe(model.pause());
      machine.settle();
      return;
    case "resume": {
      const paused = machine.state === "paused";
      expect(machine.fire({ name: "resume" })).toBe(model.resume());
      if (paused) machine.renew();
      return;
    }
    case "cancel": {
      const unsettled = machine.units.some((each) => each.unsettled);
      expect(machine.fire({ name: "cancel", unsettled })).toBe(model.cancel());
      machine.settle();
      return;
    }
    case "due":
      if (machine.fire({ name: "due" })) {
        machine.attempt += 1;
        machine.renew();
      }
      model.due();
  }
}

function finish(machine: MachineRun, index: number, outcome: ModelOutcome): void {
  const cancelling = machine.state === "cancelling";
  if (outcome.kind === "done") machine.end(index, { state: "done", unsettled: false });
  else if (outcome.kind === "stopped")
    machine.end(index, { state: cancelling ? "cancelled" : "ready", unsettled: false });
  else {
    const { retryable, unsettled } = outcome;
    machine.end(index, { state: cancelling && unsettled ? "ready" : "failed", retryable, unsettled });
  }
}

function start(attempts: number): Pair {
  const model = new RunModel({ attempts, writes: true, cut: false });
  model.units = Array.from({ length: UNITS }, () => ({
    kind: "whole" as const,
    state: "ready" as const,
    unsettled: false,
    retryable: false,
    losses: 0,
  }));
  return { model, machine: new MachineRun({ attempts, units: UNITS }) };
}

const shown = (units: readonly { state: string; unsettled: boolean }[]) =>
  units.map(({ state, unsettled }) => `${state}${unsettled ? "?" : ""}`);

it("moves runs, units and leases as the plain telling does", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 60 }), (attempts, steps) => {
      const pair = start(attempts);
      for (const each of steps) {
        doStep(pair, each);
        expect(pair.machine.state).toBe(pair.model.state);
        expect(pair.machine.attempt).toBe(pair.model.attempt);
        expect(shown(pair.machine.units)).toEqual(shown(pair.model.units));
      }
    }),
    { numRuns: 2_000, seed },
  );
});

it("ends, whatever happened before, when from then on all work is done", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), (attempts, steps) => {
      const pair = start(attempts);
      for (const each of steps) doStep(pair, each);
      for (let round = 0; round < 20 && !FINAL_STATES.has(pair.machine.state); round += 1) {
        if (pair.machine.state === "waiting") doStep(pair, { kind: "due" });
        if (["paused", "pausing"].includes(pair.machine.state)) doStep(pair, { kind: "resume" });
        for (let index = 0; index < UNITS; index += 1) {
          doStep(pair, { kind: "claim", unit: index });
          doStep(pair, { kind: "finish", unit: index, outcome: { kind: "done" } });
        }
      }
      expect(FINAL_STATES.has(pair.machine.state)).toBe(true);
      expect(pair.machine.attempt).toBeLessThanOrEqual(attempts);
      expect(pair.machine.units.filter(({ state }) => ["ready", "running"].includes(state))).toEqual([]);
      const allDone = pair.machine.units.every(({ state }) => state === "done");
      expect(pair.machine.state === "succeeded").toBe(allDone);
    }),
    { numRuns: 2_000, seed },
  );
});
