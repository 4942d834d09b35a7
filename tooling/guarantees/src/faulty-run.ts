import { setTimeout as sleep } from "node:timers/promises";
import {
  type ConnectionRule,
  type FaultProxy,
  type KilledRun,
  startFaultProxyFor,
} from "@syncline/tooling-faults";
import type { FaultPlan } from "./fault-plan.ts";
import { locator, syncline } from "./syncline-child.ts";

export interface FaultyRun {
  readonly run: KilledRun;
  /** Why the proxy cut, in order. */
  readonly cuts: readonly string[];
  /** The process hung in a half-open connection and got Ctrl-C. */
  readonly interrupted: boolean;
  readonly exitMs: number;
}

/** How long a run may hang in a half-open connection before somebody presses Ctrl-C. */
const PATIENCE_MS = 2_500;
/** What a run may take after that, or after a cut, before it counts as hanging. */
const LIMIT_MS = 60_000;

/** Runs `args` against the database of `url`, with the planned fault on the way. `{target}` stands for the locator. */
export async function runWithFault(
  url: string,
  args: readonly string[],
  plan: FaultPlan,
): Promise<FaultyRun> {
  const killer = new AbortController();
  const faults: PlannedFaults = new PlannedFaults(plan, killer, () => proxy.cuts.length > 0);
  const proxy = await startFaultProxyFor(url, faults.rule);
  const started = performance.now();
  try {
    const target = locator(proxy.url(url));
    const words = args.map((word) => (word === "{target}" ? target : word));
    const running =
      plan.kind === "half-open" ? hangThenInterrupt(words, proxy) : killable(words, plan, killer);
    const { run, interrupted } = await running;
    return { run, interrupted, cuts: [...proxy.cuts], exitMs: performance.now() - started };
  } finally {
    await proxy.close();
  }
}

async function killable(words: readonly string[], plan: FaultPlan, killer: AbortController) {
  const moment =
    plan.kind === "kill-at-time" ? { ms: plan.ms, abort: killer.signal } : { abort: killer.signal };
  const tooLong = AbortSignal.timeout(LIMIT_MS);
  tooLong.addEventListener("abort", () => killer.abort());
  const signal = plan.kind === "interrupt-at-message" ? "SIGINT" : "SIGKILL";
  const run = await syncline(words, { after: moment, signal });
  if (tooLong.aborted) throw new Error(`the process hung for ${LIMIT_MS} ms`);
  const interrupted = plan.kind === "interrupt-at-message" && run.killed;
  return { run: interrupted ? { ...run, killed: run.code === null } : run, interrupted };
}

/** SIGINT when nothing moves any more, as somebody at the terminal would do. */
async function hangThenInterrupt(words: readonly string[], proxy: FaultProxy) {
  const interrupt = new AbortController();
  let done = false;
  const running = syncline(words, { after: { abort: interrupt.signal }, signal: "SIGINT" });
  const ended = running.finally(() => {
    done = true;
  });
  for (let waited = 0; !done && waited < PATIENCE_MS; waited += 50) await Promise.race([ended, sleep(50)]);
  interrupt.abort();
  const late = sleep(LIMIT_MS, "late" as const, { ref: false });
  if ((await Promise.race([ended, late])) === "late") {
    proxy.cutAll();
    await ended;
    throw new Error(`the process did not end within ${LIMIT_MS} ms of Ctrl-C`);
  }
  const run = await running;
  return { run: { ...run, killed: false }, interrupted: run.killed };
}

/** Turns a plan into the rule of each connection. */
class PlannedFaults {
  readonly #plan: FaultPlan;
  readonly #killer: AbortController;
  readonly #wasCut: () => boolean;
  #messages = 0;

  constructor(plan: FaultPlan, killer: AbortController, wasCut: () => boolean) {
    this.#plan = plan;
    this.#killer = killer;
    this.#wasCut = wasCut;
  }

  readonly rule = (connectionNumber: number): ConnectionRule => {
    if ("outage" in this.#plan && this.#plan.outage && this.#wasCut()) return { cutAfterClientBytes: 1 };
    const isChosen = !("connection" in this.#plan) || this.#plan.connection === connectionNumber;
    return isChosen ? this.#chosenRule() : {};
  };

  #chosenRule(): ConnectionRule {
    const plan = this.#plan;
    switch (plan.kind) {
      case "kill-at-message":
        return { onMessage: () => this.#killAtMessage(plan.number, plan.forwarded) };
      case "interrupt-at-message":
        return { onMessage: () => this.#killAtMessage(plan.number, true) };
      case "kill-at-byte":
        return {
          cutAfterClientBytes: plan.at,
          cutWhen: (chunk, before) => this.#killAtByte(chunk, before, plan.at),
        };
      case "kill-at-time":
        return {};
      case "cut-at-byte":
        return plan.direction === "client-to-server"
          ? { cutAfterClientBytes: plan.at }
          : { cutAfterServerBytes: plan.at };
      case "cut-before-commit":
        return { atCommit: "cut-before", commitNumber: plan.commit };
      case "cut-before-reply":
        return { atCommit: "cut-before-reply", commitNumber: plan.commit };
      case "half-open":
        return { halfOpen: { direction: plan.direction, afterBytes: plan.at } };
    }
  }

  #killAtMessage(number: number, forwarded: boolean): "cut" | undefined {
    this.#messages += 1;
    if (this.#messages !== number) return undefined;
    this.#killer.abort();
    return forwarded ? undefined : "cut";
  }

  #killAtByte(chunk: Buffer, before: number, at: number): boolean {
    if (before + chunk.length >= at) this.#killer.abort();
    return false;
  }
}
