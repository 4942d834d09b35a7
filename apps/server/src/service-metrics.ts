import { countLiveRuns, secondsSinceSuccess, serviceGauges } from "@syncline/control-plane";
import type { Metrics } from "@syncline/observability/metrics";
import type { ServiceMetrics } from "@syncline/runtime/services";
import type { ServiceParts } from "./service-parts.ts";

/** What services count, under the names of the metrics reference. */
export function serviceMetrics(metrics: Metrics): ServiceMetrics {
  return {
    runFinished: ({ kind, state, seconds, summary }) => {
      metrics.add("runsFinished", { kind, outcome: state });
      metrics.observe("runSeconds", { kind, outcome: state }, seconds);
      if (summary === null) return;
      const { conflicts, ...changes } = summary.counts;
      for (const [change, rows] of Object.entries(changes)) metrics.add("rows", { kind, change }, rows);
      metrics.add("conflicts", { kind }, conflicts);
      metrics.add("bytes", { kind }, summary.bytes);
    },
    unitFinished: ({ kind, outcome, code }) => {
      metrics.add("units", { kind, outcome });
      if (code !== null) metrics.add("runErrors", { kind, code });
      if (outcome === "lost") metrics.add("leasesLost", {});
    },
    unitsRunning: (count) => metrics.set("unitsRunning", {}, count),
    leasesTakenOver: (count) => metrics.add("leasesTakenOver", {}, count),
    slotFired: ({ lateSeconds, outcome }) => metrics.observe("slotLateness", { outcome }, lateSeconds),
    leader: (leads) => metrics.set("leader", {}, leads ? 1 : 0),
  };
}

/** What only the control database knows, asked for at each reading. */
export function collectGauges({ controlPlane, metrics }: ServiceParts): void {
  metrics.beforeReading(async () => {
    const live = await countLiveRuns(controlPlane);
    metrics.clear("runsLive");
    for (const [state, count] of live) metrics.set("runsLive", { state }, count);
  });
  metrics.beforeReading(async () => {
    const { lagSeconds, openConflicts } = await serviceGauges(controlPlane);
    metrics.set("queueLag", {}, lagSeconds);
    metrics.set("conflictsOpen", {}, openConflicts);
  });
  metrics.beforeReading(async () => {
    const jobs = await secondsSinceSuccess(controlPlane, controlPlane.defaultScope);
    metrics.clear("secondsSinceSuccess");
    for (const { job, seconds } of jobs) metrics.set("secondsSinceSuccess", { job }, seconds);
  });
}
