import { type JobDefinition, type JobKind, jobSchema } from "@syncline/api";

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
/** A field of a definition, of whichever kind. */
export type FieldName = KeysOf<JobDefinition>;

export interface NamedText {
  readonly name: string;
  readonly value: string;
}
export interface TableKey {
  readonly table: string;
  readonly columns: readonly string[];
}

export type ScheduleMode = "none" | "every" | "cron" | "listen";
export type Missed = "skip" | "once" | "all";

/** As typed: numbers are texts, documents are texts, maps are rows in their order. Undefined: left out. */
export interface JobForm {
  readonly kind: JobKind;
  readonly name: string;
  readonly description: string | undefined;
  readonly enabled: boolean;
  readonly scheduleMode: ScheduleMode;
  readonly every: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly missed: Missed;
  readonly listenServer: string;
  readonly listenChannel: string;
  readonly listenQuiet: string;
  readonly attempts: string;
  readonly firstPause: string;
  readonly factor: string;
  readonly longestPause: string;
  readonly timeout: string | undefined;
  readonly source: string;
  readonly target: string;
  readonly base: string | undefined;
  readonly schema: readonly string[];
  readonly filter: string | undefined;
  readonly mask: string | undefined;
  readonly dataset: string | undefined;
  readonly fields: readonly string[];
  readonly ignoreFields: readonly string[];
  readonly ignoreTimestamps: boolean;
  readonly ignoreSystemFields: boolean;
  readonly mapTable: readonly NamedText[];
  readonly mapColumn: readonly NamedText[];
  readonly key: readonly TableKey[];
  readonly tolerance: readonly NamedText[];
  readonly parallel: string;
  readonly slices: string;
  readonly maxDifferences: string;
  readonly maxPercent: string;
  readonly alertAbove: string;
  readonly strategy: string;
  readonly direction: string;
  readonly detection: string;
  readonly resolution: string;
  readonly skew: string;
  readonly maxDeletePercent: string;
  readonly maxDeletes: string;
  readonly incremental: boolean;
  readonly includeSchemas: boolean;
  readonly includeCascades: boolean;
  readonly triggers: string;
  readonly lockTimeout: string;
  readonly confirm: string | undefined;
  readonly dryRun: boolean;
  readonly patch: string;
  readonly ledgerId: string;
  readonly file: string;
  readonly format: string | undefined;
  readonly recipients: readonly string[];
  readonly allow: string | undefined;
}

export const EMPTY_FORM: JobForm = {
  kind: "diff",
  name: "",
  description: undefined,
  enabled: true,
  scheduleMode: "none",
  every: "1h",
  cron: "30 2 * * *",
  timeZone: "UTC",
  missed: "once",
  listenServer: "",
  listenChannel: "",
  listenQuiet: "1s",
  attempts: "5",
  firstPause: "5s",
  factor: "2",
  longestPause: "10m",
  timeout: undefined,
  source: "",
  target: "",
  base: undefined,
  schema: [],
  filter: undefined,
  mask: undefined,
  dataset: undefined,
  fields: [],
  ignoreFields: [],
  ignoreTimestamps: false,
  ignoreSystemFields: false,
  mapTable: [],
  mapColumn: [],
  key: [],
  tolerance: [],
  parallel: "2",
  slices: "auto",
  maxDifferences: "",
  maxPercent: "",
  alertAbove: "0",
  strategy: "replace",
  direction: "both",
  detection: "changed-fields",
  resolution: "manual",
  skew: "0s",
  maxDeletePercent: "50",
  maxDeletes: "",
  incremental: false,
  includeSchemas: false,
  includeCascades: false,
  triggers: "auto",
  lockTimeout: "10s",
  confirm: undefined,
  dryRun: false,
  patch: "",
  ledgerId: "",
  file: "",
  format: undefined,
  recipients: [],
  allow: undefined,
};

const SHAPES = new Map(jobSchema.options.map(({ shape }) => [shape.kind.value, shape]));

/** Fields of a kind, as its schema has them. */
export function fieldsOf(kind: JobKind): ReadonlySet<FieldName> {
  return new Set(Object.keys(SHAPES.get(kind) ?? {}) as FieldName[]);
}

/** What may be chosen as a kind's strategy, the default first; none: the kind has no strategies. */
export function strategiesOf(kind: JobKind): readonly string[] {
  const shape = SHAPES.get(kind);
  return shape !== undefined && "strategy" in shape ? shape.strategy.unwrap().options : [];
}

/** The form of another kind: what both have stays as it was typed. */
export function withKind(form: JobForm, kind: JobKind): JobForm {
  const strategies = strategiesOf(kind);
  const strategy = strategies.includes(form.strategy) ? form.strategy : (strategies[0] ?? form.strategy);
  return { ...form, kind, strategy };
}
