import { parseDuration } from "@syncline/jobs";
import type { Environment } from "./connection/read-text-source.ts";
import { type LimitsDocument, limitsSchema, parseSize } from "./limits-schema.ts";

/** One limit of a server process: where it is set, and what it is. */
interface LimitSetting {
  /** Below `limits` of the config. */
  readonly key: string;
  /** Of the environment; it goes before the config. */
  readonly variable: string;
  readonly unit: "count" | "bytes" | "milliseconds";
  readonly about: string;
  readonly read: (limits: LimitsDocument) => number | string;
  /** Read once, when a process starts. */
  readonly atStart?: true;
}

const LIMIT_SETTINGS: readonly LimitSetting[] = [
  {
    key: "workUnits",
    variable: "SYNCLINE_WORK_UNITS",
    unit: "count",
    about: "Work units that one process does at once.",
    read: ({ workUnits }) => workUnits,
    atStart: true,
  },
  {
    key: "perServer",
    variable: "SYNCLINE_PER_SERVER",
    unit: "count",
    about: "Work units at once that use the same server, over all processes.",
    read: ({ perServer }) => perServer,
    atStart: true,
  },
  {
    key: "memory",
    variable: "SYNCLINE_MEMORY",
    unit: "bytes",
    about: "Above this resident size a process takes no further work unit.",
    read: ({ memory }) => memory,
    atStart: true,
  },
  {
    key: "results.maxAge",
    variable: "SYNCLINE_RESULTS_MAX_AGE",
    unit: "milliseconds",
    about: "How long results of comparisons are kept.",
    read: ({ results }) => results.maxAge,
  },
  {
    key: "results.maxSize",
    variable: "SYNCLINE_RESULTS_MAX_SIZE",
    unit: "bytes",
    about: "All stored results together; the oldest go first.",
    read: ({ results }) => results.maxSize,
  },
  {
    key: "history.runs",
    variable: "SYNCLINE_HISTORY_RUNS",
    unit: "milliseconds",
    about: "How long ended runs are kept, with their units and attempts.",
    read: ({ history }) => history.runs,
  },
  {
    key: "history.events",
    variable: "SYNCLINE_HISTORY_EVENTS",
    unit: "milliseconds",
    about: "How long events are kept, for readers that come back.",
    read: ({ history }) => history.events,
  },
  {
    key: "dumps.maxAge",
    variable: "SYNCLINE_DUMPS_MAX_AGE",
    unit: "milliseconds",
    about: "How long dumps are kept; the newest whole dump of each job always is.",
    read: ({ dumps }) => dumps.maxAge,
  },
  {
    key: "dumps.maxSize",
    variable: "SYNCLINE_DUMPS_MAX_SIZE",
    unit: "bytes",
    about: "All dumps together; the oldest go first.",
    read: ({ dumps }) => dumps.maxSize,
  },
  {
    key: "dumps.minFree",
    variable: "SYNCLINE_DUMPS_MIN_FREE",
    unit: "bytes",
    about: "Free space below which no dump is begun.",
    read: ({ dumps }) => dumps.minFree,
  },
  {
    key: "requestSize",
    variable: "SYNCLINE_REQUEST_SIZE",
    unit: "bytes",
    about: "Bodies of requests that are read whole.",
    read: ({ requestSize }) => requestSize,
    atStart: true,
  },
  {
    key: "uploadSize",
    variable: "SYNCLINE_UPLOAD_SIZE",
    unit: "bytes",
    about: "Bodies that are streamed: imports and patches.",
    read: ({ uploadSize }) => uploadSize,
    atStart: true,
  },
  {
    key: "requestsPerMinute",
    variable: "SYNCLINE_REQUESTS_PER_MINUTE",
    unit: "count",
    about: "Requests of one API key or person in a minute.",
    read: ({ requestsPerMinute }) => requestsPerMinute,
    atStart: true,
  },
];

export type SettingOrigin = "default" | "config" | "environment";

export interface EffectiveLimit extends Pick<LimitSetting, "key" | "variable" | "unit" | "about"> {
  /** What holds in the process that answers. */
  readonly value: number;
  /** What is set by now and holds after a restart; null: the same. */
  readonly afterRestart: number | null;
  /** Where what is set by now comes from. */
  readonly origin: SettingOrigin;
}

export interface LimitsInForce {
  /** As they were read last, with the environment over the config. */
  readonly now: LimitsDocument;
  /** As they were when the process started. */
  readonly atStart: LimitsDocument;
  readonly environment: Environment;
}

/** Every limit with what it is and where it comes from. */
export function effectiveLimits({ now, atStart, environment }: LimitsInForce): EffectiveLimit[] {
  const defaults = limitsSchema.parse({});
  return LIMIT_SETTINGS.map(({ key, variable, unit, about, read, atStart: once = false }) => {
    const set = numberOf(read(now));
    const value = once ? numberOf(read(atStart)) : set;
    const changed = set !== numberOf(read(defaults));
    return {
      key,
      variable,
      unit,
      about,
      value,
      afterRestart: value === set ? null : set,
      origin: environment[variable] ? "environment" : changed ? "config" : "default",
    };
  });
}

function numberOf(value: number | string): number {
  if (typeof value === "number") return value;
  return parseSize(value) ?? parseDuration(value) ?? Number.NaN;
}
