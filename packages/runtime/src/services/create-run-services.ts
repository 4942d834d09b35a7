import { type ControlPlane, LEASE_MS } from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import { createCheckpointer } from "../audit/create-checkpointer.ts";
import { HeldRuns } from "../operations/slices/index.ts";
import type { ResultStore } from "../results/index.ts";
import type { Workspace } from "../workspace.ts";
import { type AlertServicesOptions, createAlertServices } from "./alerts/index.ts";
import { createJanitor, type JanitorOptions } from "./janitor/create-janitor.ts";
import type { ReachedPoint } from "./kill-points.ts";
import { Leadership } from "./leader/leadership.ts";
import { createListening } from "./listen/create-listening.ts";
import { NO_METRICS, type ServiceMetrics } from "./metrics.ts";
import { openBossQueue } from "./queue/open-boss-queue.ts";
import { QueueService } from "./queue/queue-service.ts";
import { placesOfRun } from "./run-places.ts";
import { createScheduler } from "./scheduler/create-scheduler.ts";
import { controlPlaneBooks } from "./scheduler/slot-books.ts";
import type { Service, ServiceLog } from "./service.ts";
import { createSessionGuard } from "./sweeper/create-session-guard.ts";
import { createSweeper } from "./sweeper/create-sweeper.ts";
import { EXECUTORS, executorOf } from "./worker/executors.ts";
import { firstUnitOf } from "./worker/first-unit.ts";
import { LiveUnits } from "./worker/live-units.ts";
import { MemoryGate } from "./worker/memory-gate.ts";
import { Pulse } from "./worker/pulse.ts";
import { RunWorker } from "./worker/run-worker.ts";
import { tracedExecutor } from "./worker/traced-executor.ts";
import type { Executors } from "./worker/unit-executor.ts";
import { UnitRunner } from "./worker/unit-runner.ts";
import { WorkerIdentity } from "./worker/worker-identity.ts";

export interface RunServicesLimits {
  /** Work units that this process does at once. */
  readonly units: number;
  /** Work units at once that use the same server, over all processes. */
  readonly perServer: number;
  /** Above this resident size no further unit begins. */
  readonly memoryBytes: number;
}

export interface CreateRunServicesOptions {
  readonly controlPlane: ControlPlane;
  /** Of the control database, for the queue's own connections. */
  readonly databaseUrl: string;
  /** Shown in the list of workers. */
  readonly name: string;
  readonly version: string;
  /** Config and stored servers of a project. */
  readonly workspaceOf: (scope: {
    readonly organizationId: string;
    readonly projectId: string;
  }) => Promise<Workspace>;
  readonly objectStore: ObjectStore;
  readonly results: ResultStore;
  readonly dumpFolder: string;
  /** Where relative paths of jobs start. */
  readonly folder: string;
  /** Read at each claim, so that a reload counts at once; how many units at once is fixed at the start. */
  readonly limits: () => RunServicesLimits;
  readonly log: ServiceLog;
  readonly metrics?: ServiceMetrics;
  /** Does nothing but in the kill test. */
  readonly reached?: ReachedPoint;
  readonly executors?: Executors;
  /** What is kept; absent: nothing old is removed from here. Read each time. */
  readonly keep?: JanitorOptions["keep"];
  /** Absent: no alerts are sent from here. */
  readonly alerts?: Pick<AlertServicesOptions, "egress" | "staleAfterMs">;
  /** False: nobody is elected, and every replica does the duties; slots are taken once all the same. Default true. */
  readonly leader?: boolean;
  /** How long a worker may go without renewing. Default 12 s; the same in all replicas. */
  readonly leaseMs?: number;
}

/**
 * What a replica runs besides its HTTP listener, in the order in which they start; `runServices` runs them. Any number
 * of replicas on one control database share the work.
 */
export function createRunServices(options: CreateRunServicesOptions): Service[] {
  const { controlPlane, databaseUrl, name, version, workspaceOf, folder, limits, log } = options;
  const metrics = options.metrics ?? NO_METRICS;
  const reached = options.reached ?? (() => {});
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const queue = new QueueService(() => openBossQueue({ databaseUrl, log }));
  const identity = new WorkerIdentity(controlPlane, { name, version });
  const live = new LiveUnits(controlPlane, {
    metrics,
    leaseMs,
    onStop: (unit, reason) => {
      if (reason === "cancel") reached("cancelling");
      log("info", "unit told to stop", { unit: unit.id, run: unit.claim.run.id, reason });
    },
  });
  const held = new HeldRuns(log, leaseMs);
  const sweeper = createSweeper({ controlPlane, queue, log, metrics, reached });
  const runner = new UnitRunner({
    controlPlane,
    tools: (workerId) => ({
      controlPlane,
      databaseUrl,
      objectStore: options.objectStore,
      results: options.results,
      dumpFolder: options.dumpFolder,
      workerId,
      held,
    }),
    execute: tracedExecutor(executorOf(options.executors ?? EXECUTORS)),
    workspaceOf,
    folder,
    perServer: () => limits().perServer,
    leaseMs,
    live,
    onEnded: () => sweeper.wake(),
    log,
    metrics,
    reached,
  });
  const leadership =
    options.leader === false ? null : new Leadership({ controlPlane, identity, log, metrics, reached });
  const onDuty = () => leadership === null || leadership.leads();
  const placesOf: Parameters<typeof createScheduler>[0]["placesOf"] = async (definition, scope) =>
    placesOfRun(definition, await workspaceOf(scope));
  const scheduler = createScheduler({
    books: controlPlaneBooks(controlPlane),
    onDuty,
    placesOf,
    firstUnitOf,
    log,
    metrics,
    reached,
  });
  const memory = new MemoryGate(() => limits().memoryBytes);
  const { units } = limits();
  return [
    queue,
    new Pulse({ identity, live, log }),
    sweeper,
    createSessionGuard(controlPlane, log),
    ...(leadership === null ? [] : [leadership]),
    scheduler,
    createListening({ controlPlane, onDuty, workspaceOf, placesOf, firstUnitOf, log }),
    createCheckpointer({ controlPlane, objectStore: options.objectStore, onDuty, log }),
    ...(options.keep === undefined
      ? []
      : [
          createJanitor({
            controlPlane,
            objectStore: options.objectStore,
            results: options.results,
            keep: options.keep,
            onDuty,
            log,
          }),
        ]),
    ...(options.alerts === undefined
      ? []
      : createAlertServices({ ...options.alerts, controlPlane, onDuty, version, log, reached })),
    held,
    new RunWorker({ controlPlane, queue, identity, runner, live, memory, units, log }),
  ];
}
