import { resolve } from "node:path";
import { CodedError } from "@syncline/core";
import { JOB_KINDS, type JobKind, parseDuration } from "@syncline/jobs";
import type { Config } from "./config.ts";
import type { Environment } from "./connection/read-text-source.ts";
import { parseSize } from "./limits-schema.ts";
import { Secret } from "./secret.ts";

/** Where stored results and patches lie; every replica needs the same place. */
export type ObjectPlace =
  | { readonly kind: "disk"; readonly folder: string }
  | {
      readonly kind: "s3";
      readonly bucket: string;
      readonly prefix: string;
      /** Null: AWS itself. */
      readonly endpoint: string | null;
      readonly region: string;
    };

/** Limits as numbers: config file first, then the environment over it. */
export interface ServiceLimits {
  readonly workUnits: number;
  readonly perServer: number;
  readonly memoryBytes: number;
  readonly dumps: { readonly maxAgeMs: number; readonly maxBytes: number; readonly minFreeBytes: number };
  readonly results: { readonly maxAgeMs: number; readonly maxBytes: number };
  readonly requestBytes: number;
  readonly uploadBytes: number;
  readonly requestsPerMinute: number;
}

/** How a server or a headless service runs. */
export interface ServiceSettings {
  /** Null: an embedded PostgreSQL in the state folder. */
  readonly databaseUrl: Secret | null;
  readonly host: string;
  readonly port: number;
  /** Whether somebody named the port; a headless service listens only then. */
  readonly portChosen: boolean;
  readonly stateFolder: string;
  readonly dumpFolder: string;
  readonly objects: ObjectPlace;
  /** 32 bytes as hex or base64; null: a file in the state folder, made at the first start. */
  readonly masterKey: Secret | null;
  /** Off: every process does the duties that exist once. */
  readonly leaderElection: boolean;
  readonly graceMs: number;
  readonly metricsOpen: boolean;
  /** Jobs of this kind only, or null for all. */
  readonly mode: JobKind | null;
  /** Instead of the jobs' own schedules, or null. */
  readonly intervalMs: number | null;
  readonly once: boolean;
  readonly limits: ServiceLimits;
}

/** What was typed; undefined leaves it to the environment. */
export interface ServiceFlags {
  readonly databaseUrl?: string;
  readonly host?: string;
  readonly port?: string;
  readonly stateDirectory?: string;
  readonly dumpDirectory?: string;
  readonly mode?: string;
  readonly interval?: string;
  readonly once?: boolean;
  readonly leaderElection?: boolean;
}

export interface ReadServiceSettings {
  readonly flags: ServiceFlags;
  readonly environment: Environment;
  readonly config: Config;
  /** Where relative paths start. */
  readonly folder: string;
}

const DEFAULT_PORT = 8270;
const DEFAULT_GRACE = "25s";

/** @throws CodedError `usage.invalid` naming the option or the variable, what it holds and what was expected */
export function readServiceSettings({
  flags,
  environment,
  config,
  folder,
}: ReadServiceSettings): ServiceSettings {
  const read = new SettingReader(environment);
  const stateFolder = resolve(
    folder,
    flags.stateDirectory ?? read.text("SYNCLINE_STATE_DIRECTORY") ?? ".syncline/server",
  );
  const url = flags.databaseUrl ?? read.text("SYNCLINE_DATABASE_URL") ?? read.text("DATABASE_URL");
  const key = read.text("SYNCLINE_MASTER_KEY");
  const interval = flags.interval ?? read.text("SYNCLINE_INTERVAL");
  const mode = flags.mode ?? read.text("SYNCLINE_MODE");
  return {
    databaseUrl: url === null ? null : new Secret(url),
    host: flags.host ?? read.text("HOST") ?? "127.0.0.1",
    port: readPort(flags.port, environment),
    portChosen: flags.port !== undefined || Boolean(environment.PORT),
    stateFolder,
    dumpFolder: resolve(
      folder,
      flags.dumpDirectory ?? read.text("DUMP_DIRECTORY") ?? resolve(stateFolder, "dumps"),
    ),
    objects: readObjects(read, folder, stateFolder),
    masterKey: key === null ? null : new Secret(key),
    leaderElection: flags.leaderElection ?? read.flag("SYNCLINE_LEADER_ELECTION") ?? true,
    graceMs: duration("SYNCLINE_GRACE", read.text("SYNCLINE_GRACE") ?? DEFAULT_GRACE),
    metricsOpen: read.flag("SYNCLINE_METRICS_OPEN") ?? false,
    mode: mode === null ? null : readMode(flags.mode === undefined ? "SYNCLINE_MODE" : "--mode", mode),
    intervalMs:
      interval === null
        ? null
        : duration(flags.interval === undefined ? "SYNCLINE_INTERVAL" : "--interval", interval),
    once: flags.once ?? read.flag("SYNCLINE_ONCE") ?? false,
    limits: readLimits(read, config),
  };
}

function readLimits(read: SettingReader, { limits }: Config): ServiceLimits {
  const size = (name: string, fallback: string) => sizeOf(name, read.text(name) ?? fallback);
  const age = (name: string, fallback: string) => duration(name, read.text(name) ?? fallback);
  return {
    workUnits: read.count("SYNCLINE_WORK_UNITS", 64) ?? limits.workUnits,
    perServer: read.count("SYNCLINE_PER_SERVER", 64) ?? limits.perServer,
    memoryBytes: size("SYNCLINE_MEMORY", limits.memory),
    dumps: {
      maxAgeMs: age("SYNCLINE_DUMPS_MAX_AGE", limits.dumps.maxAge),
      maxBytes: size("SYNCLINE_DUMPS_MAX_SIZE", limits.dumps.maxSize),
      minFreeBytes: size("SYNCLINE_DUMPS_MIN_FREE", limits.dumps.minFree),
    },
    results: {
      maxAgeMs: age("SYNCLINE_RESULTS_MAX_AGE", limits.results.maxAge),
      maxBytes: size("SYNCLINE_RESULTS_MAX_SIZE", limits.results.maxSize),
    },
    requestBytes: size("SYNCLINE_REQUEST_SIZE", limits.requestSize),
    uploadBytes: size("SYNCLINE_UPLOAD_SIZE", limits.uploadSize),
    requestsPerMinute: read.count("SYNCLINE_REQUESTS_PER_MINUTE", 1_000_000) ?? limits.requestsPerMinute,
  };
}

function readObjects(read: SettingReader, folder: string, stateFolder: string): ObjectPlace {
  const text = read.text("SYNCLINE_OBJECTS");
  if (text === null) return { kind: "disk", folder: resolve(stateFolder, "objects") };
  if (!text.startsWith("s3://")) {
    if (text.includes("://")) throw wrong("SYNCLINE_OBJECTS", "a folder or s3://bucket/prefix", text);
    return { kind: "disk", folder: resolve(folder, text) };
  }
  const [bucket = "", ...rest] = text.slice("s3://".length).split("/");
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrong("SYNCLINE_OBJECTS", "s3://bucket/prefix", text);
  return {
    kind: "s3",
    bucket,
    prefix: rest.filter((part) => part !== "").join("/"),
    endpoint: read.text("SYNCLINE_S3_ENDPOINT"),
    region: read.text("SYNCLINE_S3_REGION") ?? read.text("AWS_REGION") ?? "us-east-1",
  };
}

function readPort(flag: string | undefined, environment: Environment): number {
  const text = flag ?? (environment.PORT || String(DEFAULT_PORT));
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw wrong(flag === undefined ? "PORT" : "--port", "a port from 0 (any free one) to 65535", text);
}

function readMode(name: string, text: string): JobKind {
  const found = JOB_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw wrong(name, `one of ${JOB_KINDS.join(", ")}`, text);
}

function duration(name: string, text: string): number {
  const found = parseDuration(text);
  if (found !== null) return found;
  throw wrong(name, "a duration like 30s, 5m, 2h or 1d", text);
}

function sizeOf(name: string, text: string): number {
  const found = parseSize(text);
  if (found !== null) return found;
  throw wrong(name, "a size like 500MB or 20GB", text);
}

function wrong(name: string, expected: string, found: string): CodedError {
  return new CodedError("usage.invalid", `${name} expects ${expected}, found "${found.slice(0, 80)}".`);
}

/** Variables of the environment; an empty one counts as not set. */
class SettingReader {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | null {
    return this.#environment[name] || null;
  }

  flag(name: string): boolean | null {
    const text = this.text(name);
    if (text === null) return null;
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off)$/i.test(text)) return false;
    throw wrong(name, "on or off", text);
  }

  count(name: string, most: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const found = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
    if (found >= 1 && found <= most) return found;
    throw wrong(name, `a number from 1 to ${most}`, text);
  }
}
