import { type ControlPlane, electLeader } from "@syncline/control-plane";
import type { ReachedPoint } from "../kill-points.ts";
import type { ServiceMetrics } from "../metrics.ts";
import { PollingService } from "../polling-service.ts";
import type { Service, ServiceLog } from "../service.ts";
import type { WorkerIdentity } from "../worker/worker-identity.ts";
import { endSilentLeader } from "./end-silent-leader.ts";

type Elected = NonNullable<Awaited<ReturnType<typeof electLeader>>>;

export interface LeadershipOptions {
  readonly controlPlane: ControlPlane;
  readonly identity: WorkerIdentity;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly reached: ReachedPoint;
}

const POLL_MS = 2_000;
/** Who has not been sure of the lock for so long does not lead, whatever it believes. */
const SURE_MS = 6_000;
const DUTY = "singleton";

/**
 * One process of all leads: the one that holds an advisory lock on a connection of its own. The lock goes with the
 * process. One that stands still keeps its connection, and is ended by the next one once it was silent for too long.
 * Duties are safe without a leader; it only saves the others the work.
 */
export class Leadership implements Service {
  readonly name = "leader";
  readonly #options: LeadershipOptions;
  readonly #polling: PollingService;
  #elected: Elected | null = null;
  #sureAt = Number.NEGATIVE_INFINITY;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#polling = new PollingService({
      name: this.name,
      intervalMs: POLL_MS,
      tick: () => this.#poll(),
      end: () => this.#resign(),
    });
  }

  leads(): boolean {
    const { lost } = this.#elected ?? {};
    return lost?.aborted === false && performance.now() - this.#sureAt < SURE_MS;
  }

  run(): Promise<void> {
    return this.#polling.run();
  }

  /** Lets go at once, so that another one leads while units finish here. */
  drain(): Promise<void> {
    return this.#polling.drain();
  }

  stop(): Promise<void> {
    return this.#polling.stop();
  }

  async #poll(): Promise<void> {
    const askedAt = performance.now();
    if (this.#elected !== null) {
      if (await this.#elected.check()) this.#sureAt = askedAt;
      else await this.#resign();
      return;
    }
    const { controlPlane, identity, log, metrics } = this.#options;
    const workerId = await identity.id();
    this.#elected = await electLeader(controlPlane, { duty: DUTY, workerId });
    if (this.#elected === null) {
      if (!(await endSilentLeader(controlPlane, DUTY))) return;
      log("warn", "the leader was silent for too long; its session was ended");
      return this.#polling.wake();
    }
    this.#sureAt = askedAt;
    this.#options.reached("leader");
    metrics.leader(true);
    log("info", "leads", { worker: workerId, term: this.#elected.term.toString() });
  }

  async #resign(): Promise<void> {
    const elected = this.#elected;
    if (elected === null) return;
    this.#elected = null;
    this.#options.metrics.leader(false);
    this.#options.log("info", "leads no more", { term: elected.term.toString() });
    await elected.release();
  }
}
