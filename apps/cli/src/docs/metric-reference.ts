import { METRICS } from "@syncline/observability/metrics";
import { SPANS } from "@syncline/observability/tracing";

/** The metrics of `/metrics` as one Markdown page. */
export function formatMetricReference(): string {
  const rows = Object.values(METRICS).map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(" ")} | ${help.replaceAll("|", "\\|")} |`,
  );
  const spans = Object.values(SPANS).map(
    ({ name, meaning, attributes }) =>
      `| \`${name}\` | ${meaning} | ${attributes.map((attribute) => `\`${attribute}\``).join(" ")} |`,
  );
  return `# Metrics and traces

<!-- Generated from packages/observability/src/metrics by \`pnpm docs:reference\`. -->

What \`/metrics\` of a server or service answers, in Prometheus' text form. It needs a key with the scope \`metrics:read\` unless \`SYNCLINE_METRICS_OPEN\` is on.
Metrics of the process itself (\`process_*\`, \`nodejs_*\`) come besides. Names and labels stay as they are once released.

| Metric | Type | Labels | Meaning |
|---|---|---|---|
${rows.join("\n")}

Alerts worth having: \`syncline_job_seconds_since_success\` above what a job may take, \`syncline_queue_lag_seconds\` above a minute, \`syncline_runs_finished_total{outcome="dead"}\` rising, \`syncline_conflicts_open\` that does not fall.

## Traces

A server or service tells of what it does through the OpenTelemetry API, and brings no SDK: nothing is recorded until the process loads one, for example a module that registers a \`NodeTracerProvider\` with an
exporter: \`NODE_OPTIONS="--import ./tracing.mjs" syncline server\`. Requests go on with the trace that their \`traceparent\` names. All spans of a run have the run's id as their trace id, without its dashes, whichever processes
worked at it, and count as sampled. Log lines of requests carry their \`traceId\` and \`spanId\`; those of units name the run. Spans hold names, ids and codes, never row values, addresses, messages or secrets.

| Span | What | Attributes |
|---|---|---|
${spans.join("\n")}
`;
}
