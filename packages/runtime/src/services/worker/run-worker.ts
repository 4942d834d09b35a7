import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, drainWorker } from "@syncline/control-plane";
import type { QueueService } from "../queue/queue-service.ts";
import { brief } from "../run-services.ts";
import type { Service, ServiceLog } from "../service.ts";
import type { LiveUnits } from "./live-units.ts";
import type { MemoryGate } from "./memory-gate.ts";
import type { UnitRunner } from "./unit-runner.ts";
import type { WorkerIdentity } from "./worker-identity.ts";

export interface RunWorkerOptions {
  readonly controlPlane: ControlPlane;
  readonly queue: QueueService;
  readonly identity: WorkerIdentity;
  readonly runner: UnitRunner;
  readonly live: LiveUnits;
  readonly memory: MemoryGate;
  /** Units at once. */
  readonly units: number;
  readonly log: ServiceLog;
}

/** Takes work units from the queue and does them. */
export class RunWorker implements Service {
  readonly name = "worker";
  readonly #options: RunWorkerOptions;
  readonly #over = Promise.withResolvers<void>();
  #draining = false;

  constructor(options: RunWorkerOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { queue, units, identity } = this.#options;
    if (this.#draining) return;
    await identity.id();
    await queue.receive({ concurrency: units, handle: (unitId) => this.#handle(unitId) });
    await this.#over.promise;
  }

  async #handle(unitId: string): Promise<boolean> {
    const { runner, identity, memory, live, log } = this.#options;
    if (this.#draining) return false; // sent again, and then to somebody else
    if (!memory.mayBegin(live.size)) {
      log("debug", "no memory for another unit", { unit: unitId });
      return false;
    }
    try {
      await runner.run(unitId, await identity.id());
      return true;
    } catch (error) {
      log("warn", "unit could not be handled", { unit: unitId, ...brief(error) });
      return false;
    }
  }

  async drain(): Promise<void> {
    const { queue, live, identity, controlPlane } = this.#options;
    this.#draining = true;
    await Promise.allSettled([
      queue.pause(),
      identity.id().then((workerId) => drainWorker(controlPlane, { workerId })),
    ]);
    await live.whenEmpty();
    this.#over.resolve();
  }

  /** What is at work is given back; whoever takes it goes on with what is kept. */
  async stop(): Promise<void> {
    this.#draining = true;
    this.#options.live.stopAll("drain");
    await Promise.race([this.#options.live.whenEmpty(), sleep(GIVE_BACK_MS, undefined, { ref: false })]);
    this.#over.resolve();
  }
}

const GIVE_BACK_MS = 10_000;
