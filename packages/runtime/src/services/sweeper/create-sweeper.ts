import { type ControlPlane, sweep, WORK_CHANNEL } from "@syncline/control-plane";
import type { ReachedPoint } from "../kill-points.ts";
import { finishedRun, type ServiceMetrics } from "../metrics.ts";
import { PollingService } from "../polling-service.ts";
import type { QueueService } from "../queue/queue-service.ts";
import type { ServiceLog } from "../service.ts";

export interface SweeperOptions {
  readonly controlPlane: ControlPlane;
  readonly queue: QueueService;
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly reached: ReachedPoint;
}

const SWEEP_MS = 2_000;

/** Puts right what processes that died left behind, and sends messages for units that are ready. Any replica may. */
export function createSweeper({
  controlPlane,
  queue,
  log,
  metrics,
  reached,
}: SweeperOptions): PollingService {
  let listening: { close(): Promise<void> } | null = null;
  const sweeper = new PollingService({
    name: "sweeper",
    intervalMs: SWEEP_MS,
    begin: async () => {
      listening = await controlPlane.listen(WORK_CHANNEL, () => sweeper.wake());
    },
    end: async () => {
      await listening?.close();
      listening = null;
    },
    tick: async () => {
      const swept = await sweep(controlPlane);
      await queue.send(swept.dispatch.map(({ unitId }) => unitId));
      if (swept.dispatch.length > 0) reached("message-sent");
      for (const run of swept.ended) metrics.runFinished(finishedRun(run));
      if (swept.lost > 0) metrics.leasesTakenOver(swept.lost);
      if (swept.lost + swept.due + swept.settled > 0)
        log("info", "swept", { lost: swept.lost, due: swept.due, settled: swept.settled });
    },
  });
  return sweeper;
}
