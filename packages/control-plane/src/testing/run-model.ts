/**
 * The life of a run, told a second time and as simply as can be: plain conditions instead of a table, so that a
 * mistake in one is not one in the other.
 */
export type ModelUnitState = "pending" | "ready" | "running" | "done" | "failed" | "cancelled";

export interface ModelUnit {
  readonly kind: "whole" | "plan" | "slice" | "finish";
  state: ModelUnitState;
  unsettled: boolean;
  retryable: boolean;
  losses: number;
}

export type ModelOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly retryable: boolean; readonly unsettled: boolean }
  | { readonly kind: "stopped" };

const MOST_LOSSES = 5;
const OVER = ["succeeded", "failed", "dead", "cancelled"];

export class RunModel {
  state = "queued";
  attempt = 1;
  readonly attempts: number;
  readonly writes: boolean;
  units: ModelUnit[];
  /** Holds its target. */
  locked = false;

  constructor({ attempts, writes, cut }: { attempts: number; writes: boolean; cut: boolean }) {
    this.attempts = attempts;
    this.writes = writes;
    this.units = [unit(cut ? "plan" : "whole")];
  }

  get over(): boolean {
    return OVER.includes(this.state);
  }

  claim(index: number, { targetFree }: { targetFree: boolean }): "work" | "inspect" | null {
    const taken = this.units[index];
    if (taken === undefined || taken.state !== "ready") return null;
    if (this.state === "cancelling") {
      if (!taken.unsettled) return null;
      taken.state = "running";
      return "inspect";
    }
    if (this.state !== "queued" && this.state !== "running") return null;
    if (this.units.some((each) => each.state === "failed")) return null;
    if (this.writes && !this.locked && !targetFree) return null;
    taken.state = "running";
    this.state = "running";
    if (this.writes) this.locked = true;
    return "work";
  }

  finish(index: number, outcome: ModelOutcome): void {
    const ended = this.units[index];
    if (ended === undefined) throw new Error("no such unit");
    if (outcome.kind === "done") {
      ended.state = "done";
      ended.unsettled = false;
      const slices = this.units.filter((each) => each.kind === "slice");
      if (ended.kind === "slice" && slices.every((each) => each.state === "done"))
        for (const each of this.units) if (each.state === "pending") each.state = "ready";
    } else if (outcome.kind === "failed") {
      ended.unsettled = this.writes && outcome.unsettled;
      ended.retryable = outcome.retryable;
      ended.state = this.state === "cancelling" && ended.unsettled ? "ready" : "failed";
    } else {
      ended.state = this.state === "cancelling" ? "cancelled" : "ready";
      ended.unsettled = false;
    }
    this.#settle();
  }

  plan(index: number, slices: number): void {
    const planned = this.units[index];
    if (planned === undefined) throw new Error("no such unit");
    planned.state = "done";
    planned.unsettled = false;
    for (let count = 0; count < slices; count += 1) this.units.push(unit("slice"));
    this.units.push(unit("finish", slices === 0 ? "ready" : "pending"));
    this.#settle();
  }

  loseLease(index: number): void {
    const lost = this.units[index];
    if (lost === undefined) throw new Error("no such unit");
    lost.losses += 1;
    lost.unsettled = this.writes;
    lost.retryable = true;
    lost.state = lost.losses >= MOST_LOSSES ? "failed" : "ready";
    this.#settle();
  }

  due(): void {
    if (this.state !== "waiting") return;
    this.state = "queued";
    this.attempt += 1;
    this.#renew();
  }

  pause(): boolean {
    if (this.state === "queued" || this.state === "waiting") this.state = "paused";
    else if (this.state === "running") this.state = "pausing";
    else return false;
    this.#settle();
    return true;
  }

  resume(): boolean {
    if (this.state === "pausing") {
      this.state = "running";
      return true;
    }
    if (this.state !== "paused") return false;
    this.state = "queued";
    this.#renew();
    return true;
  }

  cancel(): boolean {
    if (this.over || this.state === "cancelling") return false;
    const working = this.state === "running" || this.state === "pausing";
    const finish = this.units.find((each) => each.kind === "finish");
    if (this.writes && finish !== undefined && !["done", "running"].includes(finish.state)) {
      finish.state = "ready";
      finish.unsettled = true;
    }
    if (working || this.units.some((each) => each.unsettled)) {
      this.state = "cancelling";
      this.#settle();
    } else this.#end("cancelled");
    return true;
  }

  #settle(): void {
    if (!["running", "pausing", "cancelling"].includes(this.state)) return;
    const any = (state: ModelUnitState) => this.units.some((each) => each.state === state);
    if (any("running")) return;
    const forGood = this.units.some((each) => each.state === "failed" && !each.retryable);
    const inspecting = this.units.some((each) => each.state === "ready" && each.unsettled);
    const allDone = this.units.every((each) => each.state === "done");
    if (allDone) this.#end("succeeded");
    else if (this.state === "cancelling") {
      if (forGood || !inspecting) this.#end("cancelled");
    } else if (forGood) this.#end("failed");
    else if (this.state === "pausing") this.state = "paused";
    else if (any("failed")) {
      if (this.attempt < this.attempts) this.state = "waiting";
      else this.#end("dead");
    }
  }

  /** Nobody holds an instant here, so slices that are not all done are cut anew. */
  #renew(): void {
    if (this.units.some((each) => each.kind === "slice" && each.state !== "done")) {
      this.units = this.units.filter((each) => each.kind === "plan");
      for (const each of this.units) each.state = "cancelled";
    }
    for (const each of this.units) {
      if (each.state === "done" || each.state === "pending") continue;
      each.state = "ready";
      each.losses = 0;
    }
  }

  #end(state: string): void {
    this.state = state;
    this.locked = false;
    for (const each of this.units)
      if (["pending", "ready", "running"].includes(each.state)) each.state = "cancelled";
  }
}

function unit(kind: ModelUnit["kind"], state: ModelUnitState = "ready"): ModelUnit {
  return { kind, state, unsettled: false, retryable: false, losses: 0 };
}
