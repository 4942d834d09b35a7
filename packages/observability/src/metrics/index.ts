export { createMetrics, type Metrics } from "./create-metrics.ts";
export { type LabelsOf, METRICS, type MetricDefinition, type MetricKey } from "./metric-names.ts";
