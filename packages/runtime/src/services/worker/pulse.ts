import { setTimeout as sleep } from "node:timers/promises";
import { brief } from "../run-services.ts";
import type { Service, ServiceLog } from "../service.ts";
import type { LiveUnits } from "./live-units.ts";
import type { WorkerIdentity } from "./worker-identity.ts";

const TICK_MS = 1_000;
const BEAT_MS = 3_000;
/** Looked at apart from the database, which may not answer for long. */
const LOOK_MS = 250;

/** Says that this process lives, keeps the leases of its units, and gives up those that it cannot keep. */
export class Pulse implements Service {
  readonly name = "pulse";
  readonly #identity: WorkerIdentity;
  readonly #live: LiveUnits;
  readonly #log: ServiceLog;
  readonly #stopping = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();

  constructor({ identity, live, log }: { identity: WorkerIdentity; live: LiveUnits; log: ServiceLog }) {
    this.#identity = identity;
    this.#live = live;
    this.#log = log;
  }

  run(): Promise<void> {
    const running = this.#beat();
    this.#ended = running;
    return running;
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopping;
    const looking = setInterval(() => this.#live.giveUpLost(), LOOK_MS);
    let beatAt = 0;
    let away = false;
    try {
      while (!signal.aborted) {
        try {
          if (performance.now() - beatAt >= BEAT_MS) {
            await this.#identity.beat();
            beatAt = performance.now();
          }
          await this.#live.renew(await this.#identity.id());
          if (away) this.#log("info", "the control database is back");
          away = false;
        } catch (error) {
          if (!away) this.#log("warn", "cannot renew leases", brief(error));
          away = true;
        }
        await sleep(TICK_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      clearInterval(looking);
    }
  }

  /** Units that are finishing still need their leases. */
  async drain(): Promise<void> {}

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }
}
