import { resolveServer } from "@syncline/config";
import {
  type ControlPlane,
  databaseTime,
  FINAL_STATES,
  listRuns,
  RUN_STATES,
  type RunPlaces,
  takeSlot,
} from "@syncline/control-plane";
import type { JobDefinition } from "@syncline/jobs";
import { type Listener, openListener } from "@syncline/pg-adapter";
import type { Workspace } from "../../workspace.ts";
import { PollingService } from "../polling-service.ts";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import { type ListenedJob, type ListenedServer, readListenedServers } from "./listened-jobs.ts";

type Scope = ListenedServer["scope"];

export interface ListeningOptions {
  readonly controlPlane: ControlPlane;
  /** One process listens; several would make a run each. */
  readonly onDuty: () => boolean;
  readonly workspaceOf: (scope: Scope) => Promise<Workspace>;
  readonly placesOf: (definition: JobDefinition, scope: Scope) => Promise<RunPlaces>;
  readonly firstUnitOf: (definition: JobDefinition) => "whole" | "plan";
  readonly log: ServiceLog;
}

const TICK_MS = 1_000;
const LIVE_STATES = RUN_STATES.filter((state) => !FINAL_STATES.has(state));

interface Open {
  server: ListenedServer;
  readonly listener: Listener;
}

/**
 * Makes runs when servers send notifications. Whenever it begins to listen it makes one run of each job, because what
 * was sent before was not heard. A notification during a run makes another one after it.
 */
export function createListening(options: ListeningOptions): PollingService {
  const listening = new Listening(options);
  return new PollingService({
    name: "listening",
    intervalMs: TICK_MS,
    tick: () => listening.round(),
    end: () => listening.close(),
  });
}

class Listening {
  readonly #options: ListeningOptions;
  readonly #open = new Map<string, Open>();
  /** When each job is due, on the monotonic clock, by its schedule. */
  readonly #due = new Map<string, number>();

  constructor(options: ListeningOptions) {
    this.#options = options;
  }

  async round(): Promise<void> {
    if (!this.#options.onDuty()) return this.close();
    const wanted = await readListenedServers(this.#options.controlPlane);
    for (const [key, { listener }] of this.#open) {
      if (wanted.some((server) => server.key === key)) continue;
      this.#open.delete(key);
      await listener.close();
    }
    for (const server of wanted) await this.#listen(server);
    for (const { jobs } of wanted) for (const job of jobs) await this.#runWhenDue(job);
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#due.clear();
    await Promise.all(open.map(({ listener }) => listener.close()));
  }

  async #listen(server: ListenedServer): Promise<void> {
    const known = this.#open.get(server.key);
    if (known !== undefined) {
      known.server = server;
      return;
    }
    const { log, workspaceOf } = this.#options;
    try {
      const { config, environment } = await workspaceOf(server.scope);
      const connection = await resolveServer(config, server.server, { env: environment });
      const entry: { open: Open | null } = { open: null };
      const listener = await openListener({
        connection,
        channels: [...new Set(server.jobs.map(({ channel }) => channel))],
        onNotification: (channel) => {
          for (const job of (entry.open?.server ?? server).jobs)
            if (job.channel === channel) this.#expect(job, job.quietMs);
        },
        onLost: () => {
          log("warn", "a server that was listened to is gone", { server: server.server });
          if (this.#open.get(server.key) === entry.open) this.#open.delete(server.key);
        },
      });
      entry.open = { server, listener };
      this.#open.set(server.key, entry.open);
      log("info", "listens", { server: server.server, jobs: server.jobs.length });
      for (const job of server.jobs) this.#expect(job, 0);
    } catch (error) {
      log("warn", "cannot listen", { server: server.server, ...brief(error) });
    }
  }

  /** The first notification sets the time; others within it change nothing. */
  #expect({ scheduled }: ListenedJob, quietMs: number): void {
    const { id } = scheduled.schedule;
    if (!this.#due.has(id)) this.#due.set(id, performance.now() + quietMs);
  }

  async #runWhenDue({ scheduled: { schedule, job } }: ListenedJob): Promise<void> {
    const at = this.#due.get(schedule.id);
    if (at === undefined || performance.now() < at) return;
    const { controlPlane, placesOf, firstUnitOf, log } = this.#options;
    try {
      const live = await listRuns(controlPlane, job, { jobId: job.id, states: LIVE_STATES, limit: 1 });
      if (live.items.length > 0) return; // it may have read before what was told
      this.#due.delete(schedule.id);
      const taken = await takeSlot(controlPlane, {
        scheduleId: schedule.id,
        fireAt: await databaseTime(controlPlane),
        outcome: "fired",
        nextFireAt: null,
        trigger: "listen",
        places: await placesOf(job.definition, job),
        firstUnit: firstUnitOf(job.definition),
      });
      if (taken.kind === "taken" && taken.run !== null)
        log("info", "notified", { job: job.name, run: taken.run.id });
    } catch (error) {
      this.#due.set(schedule.id, performance.now());
      log("warn", "a notified job could not be run", { job: job.name, ...brief(error) });
    }
  }
}
