import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { askDatabase, type ControlPlane } from "@syncline/control-plane";

const LATE_MS = 5_000;
/** Orchestrators give a probe few seconds. */
const DATABASE_PATIENCE_MS = 1_500;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether this process is alive, and whether it can serve. */
export class Probes {
  readonly #cp: ControlPlane;
  readonly #lag = monitorEventLoopDelay({ resolution: 20 });
  /** Questions without an answer yet: a database that stands still is not asked again. */
  readonly #asked = new Map<string, Promise<boolean>>();
  #draining = false;

  constructor(cp: ControlPlane) {
    this.#cp = cp;
    this.#lag.enable();
  }

  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }

  stop(): void {
    this.#lag.disable();
  }

  /** The longest pause of the event loop since the last call. */
  live(): { readonly live: boolean; readonly lagMs: number } {
    const lagMs = Math.round(this.#lag.max / 1e6);
    this.#lag.reset();
    return { live: lagMs < LATE_MS, lagMs };
  }

  /** Migrations ran before the process listened; a database that goes away later shows here. */
  async ready(): Promise<Readiness> {
    const [database, queue] = await Promise.all([
      this.#answers("database", () => askDatabase(this.#cp, "control")),
      this.#answers("queue", () => askDatabase(this.#cp, "queue")),
    ]);
    const checks = {
      database: database ? "ok" : "away",
      queue: queue ? "ok" : "away",
      service: this.#draining ? "draining" : "ok",
    };
    return { ready: Object.values(checks).every((text) => text === "ok"), checks };
  }

  async #answers(name: string, ask: () => Promise<unknown>): Promise<boolean> {
    const asked = this.#asked.get(name) ?? this.#ask(name, ask);
    const patience = new AbortController();
    const late = sleep(DATABASE_PATIENCE_MS, false, patience).catch(() => false);
    try {
      return await Promise.race([asked, late]);
    } finally {
      patience.abort();
    }
  }

  #ask(name: string, ask: () => Promise<unknown>): Promise<boolean> {
    const asked = ask()
      .then(
        () => true,
        () => false,
      )
      .finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }
}
