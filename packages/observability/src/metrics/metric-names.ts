/** One metric: what Prometheus calls it and what it says. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, for histograms. */
  readonly buckets?: readonly number[];
}

const RUN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400];
const HTTP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Every metric of ours. Names and labels are kept once released; the reference page is made from this. */
export const METRICS = {
  runsFinished: {
    name: "syncline_runs_finished_total",
    type: "counter",
    help: "Runs that ended, by kind of job and outcome.",
    labels: ["kind", "outcome"],
  },
  runSeconds: {
    name: "syncline_run_duration_seconds",
    type: "histogram",
    help: "From the start of a run to its end.",
    labels: ["kind", "outcome"],
    buckets: RUN_SECONDS,
  },
  rows: {
    name: "syncline_rows_total",
    type: "counter",
    help: "Rows that runs wrote or found, by kind of job and what became of them (inserted, updated, deleted, unchanged, skipped).",
    labels: ["kind", "change"],
  },
  bytes: {
    name: "syncline_bytes_total",
    type: "counter",
    help: "Bytes that runs read or wrote, by kind of job.",
    labels: ["kind"],
  },
  conflicts: {
    name: "syncline_conflicts_total",
    type: "counter",
    help: "Rows that runs found changed on both sides and did not settle.",
    labels: ["kind"],
  },
  conflictsOpen: {
    name: "syncline_conflicts_open",
    type: "gauge",
    help: "Conflicts that wait for a decision.",
    labels: [],
  },
  runErrors: {
    name: "syncline_run_errors_total",
    type: "counter",
    help: "Attempts that failed, by kind of job and error code.",
    labels: ["kind", "code"],
  },
  runsLive: {
    name: "syncline_runs",
    type: "gauge",
    help: "Runs that are not over, by state.",
    labels: ["state"],
  },
  queueLag: {
    name: "syncline_queue_lag_seconds",
    type: "gauge",
    help: "How long the oldest work unit waits that could be taken; one whose target another run writes to could not.",
    labels: [],
  },
  units: {
    name: "syncline_work_units_total",
    type: "counter",
    help: "Work units that this process ended, by kind and outcome.",
    labels: ["kind", "outcome"],
  },
  unitsRunning: {
    name: "syncline_work_units_running",
    type: "gauge",
    help: "Work units that this process does now.",
    labels: [],
  },
  leasesLost: {
    name: "syncline_leases_lost_total",
    type: "counter",
    help: "Work units that this process had to give up because their lease ended.",
    labels: [],
  },
  leasesTakenOver: {
    name: "syncline_leases_taken_over_total",
    type: "counter",
    help: "Work units of processes that died, which this process made free again.",
    labels: [],
  },
  slotLateness: {
    name: "syncline_schedule_lateness_seconds",
    type: "histogram",
    help: "From the time of a schedule's slot until it was dealt with, by outcome (fired, missed, busy).",
    labels: ["outcome"],
    buckets: RUN_SECONDS,
  },
  leader: {
    name: "syncline_leader",
    type: "gauge",
    help: "1 in the process that does the duties that exist once.",
    labels: [],
  },
  secondsSinceSuccess: {
    name: "syncline_job_seconds_since_success",
    type: "gauge",
    help: "Seconds since a job succeeded last, by job; since it was created when it never has.",
    labels: ["job"],
  },
  deliveries: {
    name: "syncline_webhook_deliveries_total",
    type: "counter",
    help: "Tries to deliver a webhook, by outcome (delivered, retried, dead).",
    labels: ["outcome"],
  },
  httpRequests: {
    name: "syncline_http_requests_total",
    type: "counter",
    help: "HTTP requests, by route and status.",
    labels: ["route", "status"],
  },
  httpSeconds: {
    name: "syncline_http_request_duration_seconds",
    type: "histogram",
    help: "Time until the answer's head was sent, by route.",
    labels: ["route"],
    buckets: HTTP_SECONDS,
  },
  eventStreams: {
    name: "syncline_event_streams",
    type: "gauge",
    help: "Open event streams.",
    labels: [],
  },
  eventResyncs: {
    name: "syncline_event_resyncs_total",
    type: "counter",
    help: "Times that a reader of events was too slow and told to read the state again.",
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricKey = keyof typeof METRICS;
export type MetricKeyOf<Type extends MetricDefinition["type"]> = {
  [Key in MetricKey]: (typeof METRICS)[Key]["type"] extends Type ? Key : never;
}[MetricKey];
export type LabelsOf<Key extends MetricKey> = Readonly<
  Record<(typeof METRICS)[Key]["labels"][number], string>
>;
