import { setTimeout as sleep } from "node:timers/promises";
import type { Service } from "./service.ts";

export interface PollingOptions {
  readonly name: string;
  readonly intervalMs: number;
  /** One round. A rejection is the service's failure. */
  readonly tick: (signal: AbortSignal) => Promise<void>;
  /** Before the first round of each run. */
  readonly begin?: () => Promise<void>;
  /** After the last one, whatever became of it. */
  readonly end?: () => Promise<void>;
}

/** Does something at an interval, and sooner when it is woken. */
export class PollingService implements Service {
  readonly name: string;
  readonly #options: PollingOptions;
  #stopping = new AbortController();
  #waking = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: PollingOptions) {
    this.name = options.name;
    this.#options = options;
  }

  run(): Promise<void> {
    const running = this.#loop();
    this.#ended = running.catch(() => {});
    return running;
  }

  /** The next round begins now, or right after the one at work. */
  wake(): void {
    this.#waking.abort();
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  stop(): Promise<void> {
    return this.drain();
  }

  async #loop(): Promise<void> {
    const { intervalMs, tick, begin, end } = this.#options;
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    try {
      await begin?.();
      while (!signal.aborted) {
        this.#waking = new AbortController();
        await tick(signal);
        const until = AbortSignal.any([signal, this.#waking.signal]);
        await sleep(intervalMs, undefined, { signal: until }).catch(() => {});
      }
    } finally {
      await end?.();
    }
  }
}
