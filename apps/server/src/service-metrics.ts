import { countLiveRuns } from "@syncline/control-plane";
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
  const { sql } = controlPlane;
  metrics.beforeReading(async () => {
    const live = await countLiveRuns(controlPlane);
    metrics.clear("runsLive");
    for (const [state, count] of live) metrics.set("runsLive", { state }, count);
  });
  metrics.beforeReading(async () => {
    const [row] = await sql<{ lag: number | null; conflicts: number }[]>`
      SELECT (SELECT extract(epoch FROM now() - min(greatest(u.created_at, r.created_at, tried.until)))::float8
              FROM syncline_control.work_units u JOIN syncline_control.runs r ON r.id = u.run_id
              LEFT JOIN LATERAL (SELECT max(a.finished_at) AS until FROM syncline_control.attempts a
                                 WHERE a.run_id = r.id) tried ON true
              WHERE u.state = 'ready' AND r.state IN ('queued', 'running') AND NOT EXISTS (
                SELECT FROM syncline_control.target_locks l WHERE l.organization_id = r.organization_id
                AND l.target_key = ANY (r.target_keys) AND l.run_id <> r.id)) AS lag,
             (SELECT count(*)::int FROM syncline_control.conflicts WHERE state = 'open') AS conflicts`;
    metrics.set("queueLag", {}, row?.lag ?? 0);
    metrics.set("conflictsOpen", {}, row?.conflicts ?? 0);
  });
  metrics.beforeReading(async () => {
    const jobs = await sql<{ name: string; seconds: number }[]>`
      SELECT j.name, extract(epoch FROM now() - coalesce(max(r.finished_at), j.created_at))::float8 AS seconds
      FROM syncline_control.jobs j
      LEFT JOIN syncline_control.runs r ON r.job_id = j.id AND r.state = 'succeeded'
      WHERE j.deleted_at IS NULL AND j.enabled AND j.organization_id = ${controlPlane.defaultScope.organizationId}
      GROUP BY j.id LIMIT 1000`;
    metrics.clear("secondsSinceSuccess");
    for (const { name, seconds } of jobs) metrics.set("secondsSinceSuccess", { job: name }, seconds);
  });
}
