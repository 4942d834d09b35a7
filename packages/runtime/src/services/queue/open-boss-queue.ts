import { QUEUE_SESSION } from "@syncline/control-plane";
import { PgBoss } from "pg-boss";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface BossQueueOptions {
  /** Of the control database. */
  readonly databaseUrl: string;
  readonly log: ServiceLog;
}

export const QUEUE_SCHEMA = "syncline_queue";
const QUEUE = "units";
/** The longest that the library knows: how long a unit takes is for its lease to say. */
const EXPIRE_SECONDS = 23 * 3600;
const KEPT_SECONDS = 2 * 3600;
const CONNECTIONS = 3;

interface Message {
  readonly unit: string;
}

/**
 * Connects and makes its tables where they are missing. Retries, schedules and dead letters are ours, so its own are off.
 * @throws what pg-boss throws when the database cannot be reached
 */
export async function openBossQueue({ databaseUrl, log }: BossQueueOptions): Promise<WorkQueue> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    application_name: QUEUE_SESSION,
    max: CONNECTIONS,
    useListenNotify: true,
    schedule: false,
    supervise: true,
    superviseIntervalSeconds: 60,
    maintenanceIntervalSeconds: 600,
    monitorIntervalSeconds: 60,
  });
  boss.on("error", (error) => log("warn", "queue", brief(error)));
  try {
    await boss.start();
    await boss.createQueue(QUEUE, {
      notify: true,
      // One message at most that waits for each unit, however long nobody takes it.
      policy: "short",
      retryLimit: 0,
      expireInSeconds: EXPIRE_SECONDS,
      deleteAfterSeconds: KEPT_SECONDS,
      retentionSeconds: KEPT_SECONDS,
    });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => {});
    throw error;
  }
  return new BossQueue(boss);
}

class BossQueue implements WorkQueue {
  readonly #boss: PgBoss;

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  async send(unitIds: readonly string[]): Promise<void> {
    if (unitIds.length === 0) return;
    const jobs = unitIds.map((unit) => ({ data: { unit } satisfies Message, singletonKey: unit }));
    await this.#boss.insert(QUEUE, jobs);
  }

  async receive({ concurrency, handle }: Parameters<WorkQueue["receive"]>[0]): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, () => this.#receive(handle)));
  }

  /** Its own workers would rest for a poll after each message, however many wait: this one asks for the next at once. */
  async #receive(handle: Parameters<WorkQueue["receive"]>[0]["handle"]): Promise<void> {
    let worker: string | null = null;
    worker = await this.#boss.work<Message>(
      QUEUE,
      { batchSize: 1, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 },
      async (jobs) => {
        for (const { data } of jobs)
          if ((await handle(data.unit)) && worker !== null) this.#boss.notifyWorker(worker);
      },
    );
  }

  async pause(): Promise<void> {
    await this.#boss.offWork(QUEUE, { wait: false });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }
}
