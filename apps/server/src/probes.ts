import { monitorEventLoopDelay } from "node:perf_hooks";
import { askDatabase, type ControlPlane } from "@syncline/control-plane";

const LATE_MS = 5_000;
const DATABASE_PATIENCE_MS = 2_000;

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

/** Whether this process is alive, and whether it can serve. */
export class Probes {
  readonly #cp: ControlPlane;
  readonly #lag = monitorEventLoopDelay({ resolution: 20 });
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
      this.#answers(() => askDatabase(this.#cp, "control")),
      this.#answers(() => askDatabase(this.#cp, "queue")),
    ]);
    const checks = {
      database: database ? "ok" : "away",
      queue: queue ? "ok" : "away",
      service: this.#draining ? "draining" : "ok",
    };
    return { ready: Object.values(checks).every((text) => text === "ok"), checks };
  }

  async #answers(ask: () => Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), DATABASE_PATIENCE_MS);
    });
    const asked = ask().then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
