import { JOB_KINDS } from "@syncline/api";
import {
  EMPTY_FORM,
  type FieldName,
  type JobForm,
  type NamedText,
  type TableKey,
  withKind,
} from "./job-form.ts";

type Raw = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";

/** One of each field that a definition may have. */
const READERS: Readonly<Record<Exclude<FieldName, "kind">, (value: unknown) => Partial<JobForm>>> = {
  name: text("name"),
  description: text("description"),
  enabled: flag("enabled"),
  schedule: readSchedule,
  retry: (value) =>
    isObject(value)
      ? {
          ...number("attempts")(value["attempts"]),
          ...text("firstPause")(value["first"]),
          ...number("factor")(value["factor"]),
          ...text("longestPause")(value["longest"]),
        }
      : {},
  timeout: text("timeout"),
  source: text("source"),
  target: text("target"),
  base: text("base"),
  schema: list("schema"),
  filter: (value) => (isObject(value) ? { filter: JSON.stringify(value, null, 2) } : {}),
  mask: text("mask"),
  dataset: text("dataset"),
  fields: list("fields"),
  ignoreFields: list("ignoreFields"),
  ignoreTimestamps: flag("ignoreTimestamps"),
  ignoreSystemFields: flag("ignoreSystemFields"),
  mapTable: pairs("mapTable"),
  mapColumn: pairs("mapColumn"),
  tolerance: pairs("tolerance"),
  key: (value) => (isObject(value) ? { key: Object.entries(value).flatMap(tableKey) } : {}),
  parallel: number("parallel"),
  slices: (value) => (value === "auto" ? { slices: "auto" } : number("slices")(value)),
  maxDifferences: number("maxDifferences"),
  maxPercent: number("maxPercent"),
  alertAbove: number("alertAbove"),
  strategy: text("strategy"),
  direction: text("direction"),
  conflicts: (value) =>
    isObject(value)
      ? {
          ...text("detection")(value["detection"]),
          ...text("resolution")(value["resolution"]),
          ...text("skew")(value["skew"]),
        }
      : {},
  maxDeletePercent: number("maxDeletePercent"),
  maxDeletes: number("maxDeletes"),
  incremental: flag("incremental"),
  includeSchemas: flag("includeSchemas"),
  includeCascades: flag("includeCascades"),
  triggers: text("triggers"),
  lockTimeout: text("lockTimeout"),
  confirm: text("confirm"),
  dryRun: flag("dryRun"),
  patch: text("patch"),
  ledgerId: text("ledgerId"),
  file: text("file"),
  format: text("format"),
  recipients: list("recipients"),
  allow: text("allow"),
};

/** A definition, or as much of one as there is, as it is typed into the form. What is not of its form is left out. */
export function formOfDefinition(definition: Raw): JobForm {
  const kind = JOB_KINDS.find((each) => each === definition["kind"]) ?? EMPTY_FORM.kind;
  const read = Object.entries(READERS).map(([name, reader]) =>
    Object.hasOwn(definition, name) ? reader(definition[name]) : {},
  );
  return withKind(Object.assign({ ...EMPTY_FORM }, ...read), kind);
}

type NamesOf<Kind> = {
  [Name in keyof JobForm]-?: Kind extends JobForm[Name] ? Name : never;
}[keyof JobForm];

function text(name: NamesOf<string>) {
  return (value: unknown): Partial<JobForm> => (isText(value) ? { [name]: value } : {});
}

function number(name: NamesOf<string>) {
  return (value: unknown): Partial<JobForm> => (typeof value === "number" ? { [name]: String(value) } : {});
}

function flag(name: NamesOf<boolean>) {
  return (value: unknown): Partial<JobForm> => (typeof value === "boolean" ? { [name]: value } : {});
}

function list(name: NamesOf<readonly string[]>) {
  return (value: unknown): Partial<JobForm> => (Array.isArray(value) ? { [name]: value.filter(isText) } : {});
}

function pairs(name: NamesOf<readonly NamedText[]>) {
  return (value: unknown): Partial<JobForm> =>
    isObject(value)
      ? {
          [name]: Object.entries(value).flatMap(([key, to]) =>
            isText(to) ? [{ name: key, value: to }] : [],
          ),
        }
      : {};
}

function tableKey([table, columns]: readonly [string, unknown]): readonly TableKey[] {
  return Array.isArray(columns) ? [{ table, columns: columns.filter(isText) }] : [];
}

function readSchedule(value: unknown): Partial<JobForm> {
  if (!isObject(value)) return {};
  const missed = (["skip", "once", "all"] as const).find((each) => each === value["missed"]) ?? "once";
  if (isText(value["every"])) return { scheduleMode: "every", every: value["every"], missed };
  if (isText(value["cron"]))
    return {
      scheduleMode: "cron",
      cron: value["cron"],
      timeZone: isText(value["timeZone"]) ? value["timeZone"] : "UTC",
      missed,
    };
  const { listen } = value;
  if (!isObject(listen)) return {};
  return {
    scheduleMode: "listen",
    ...text("listenServer")(listen["server"]),
    ...text("listenChannel")(listen["channel"]),
    ...text("listenQuiet")(listen["quiet"]),
  };
}
