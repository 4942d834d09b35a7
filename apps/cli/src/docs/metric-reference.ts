import { METRICS } from "@syncline/observability/metrics";

/** The metrics of `/metrics` as one Markdown page. */
export function formatMetricReference(): string {
  const rows = Object.values(METRICS).map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(" ")} | ${help.replaceAll("|", "\\|")} |`,
  );
  return `# Metrics

<!-- Generated from packages/observability/src/metrics by \`pnpm docs:reference\`. -->

What \`/metrics\` of a server or service answers, in Prometheus' text form. It needs a key with the scope \`metrics:read\` unless \`SYNCLINE_METRICS_OPEN\` is on.
Metrics of the process itself (\`process_*\`, \`nodejs_*\`) come besides. Names and labels stay as they are once released.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
${rows.join("\n")}

Alerts worth having: \`syncline_job_seconds_since_success\` above what a job may take, \`syncline_queue_lag_seconds\` above a minute, \`syncline_runs_finished_total{outcome="dead"}\` rising, \`syncline_conflicts_open\` that does not fall.
`;
}
