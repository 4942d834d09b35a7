import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import {
  type LabelsOf,
  METRICS,
  type MetricDefinition,
  type MetricKey,
  type MetricKeyOf,
} from "./metric-names.ts";

/** Numbers of one process. Every call is cheap and never throws for a value. */
export interface Metrics {
  /** Adds to a counter; 1 when nothing is said. */
  add<Key extends MetricKeyOf<"counter">>(key: Key, labels: LabelsOf<Key>, amount?: number): void;
  set<Key extends MetricKeyOf<"gauge">>(key: Key, labels: LabelsOf<Key>, value: number): void;
  observe<Key extends MetricKeyOf<"histogram">>(key: Key, labels: LabelsOf<Key>, value: number): void;
  /** Forgets the labels of a gauge that are no longer there. */
  clear(key: MetricKeyOf<"gauge">): void;
  /** Called before each reading, to set what is only known then. A failure leaves the old values. */
  beforeReading(collect: () => Promise<void>): void;
  /** Prometheus text format. */
  read(): Promise<string>;
  readonly contentType: string;
}

type Collectors = { readonly [Key in MetricKey]: Counter | Gauge | Histogram };

export function createMetrics(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const collectors = Object.fromEntries(
    Object.entries(METRICS).map(([key, definition]) => [key, collectorOf(definition, register)]),
  ) as Collectors;
  const collects: (() => Promise<void>)[] = [];
  return {
    add: (key, labels, amount = 1) => (collectors[key] as Counter).inc(labels, Math.max(0, amount)),
    set: (key, labels, value) => (collectors[key] as Gauge).set(labels, value),
    observe: (key, labels, value) => (collectors[key] as Histogram).observe(labels, value),
    clear: (key) => (collectors[key] as Gauge).reset(),
    beforeReading: (collect) => void collects.push(collect),
    read: async () => {
      await Promise.allSettled(collects.map((collect) => collect()));
      return register.metrics();
    },
    contentType: register.contentType,
  };
}

function collectorOf(definition: MetricDefinition, register: Registry) {
  const { name, help, labels, buckets } = definition;
  const common = { name, help, labelNames: [...labels], registers: [register] };
  if (definition.type === "counter") return new Counter(common);
  if (definition.type === "gauge") return new Gauge(common);
  return new Histogram({ ...common, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
}
