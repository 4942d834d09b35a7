export interface SpanDefinition {
  /** What it is called, for people; the real name ends with what the attributes say. */
  readonly name: string;
  readonly meaning: string;
  /** Names and ids alone: never row values, addresses or messages. */
  readonly attributes: readonly string[];
}

/** Every span that there is, with everything that may stand on it. */
export const SPANS = {
  request: {
    name: "{route}, such as GET /jobs",
    meaning: "An HTTP request; goes on with the trace that its `traceparent` names.",
    attributes: ["http.request.method", "http.route", "http.response.status_code", "syncline.request"],
  },
  run: {
    name: "run {kind}",
    meaning: "A run from its start to its end, told when it has ended.",
    attributes: ["syncline.run", "syncline.job", "syncline.kind", "syncline.outcome"],
  },
  unit: {
    name: "unit {unit kind}",
    meaning: "A work unit on the worker that did it.",
    attributes: [
      "syncline.run",
      "syncline.job",
      "syncline.kind",
      "syncline.unit",
      "syncline.unit_kind",
      "syncline.attempt",
    ],
  },
  operation: {
    name: "operation {kind}",
    meaning: "The use case within a unit, the same that a command runs.",
    attributes: ["syncline.kind"],
  },
  delivery: {
    name: "deliver {event}",
    meaning: "One try to deliver an alert to a webhook.",
    attributes: [
      "syncline.delivery",
      "syncline.webhook",
      "syncline.event",
      "syncline.tries",
      "syncline.outcome",
      "http.response.status_code",
    ],
  },
} as const satisfies Readonly<Record<string, SpanDefinition>>;

export type SpanKey = keyof typeof SPANS;
export type AttributesOf<Key extends SpanKey> = {
  readonly [Name in (typeof SPANS)[Key]["attributes"][number]]?: string | number;
};
