import { resolve } from "node:path";
import { JOB_KINDS, type JobKind } from "@syncline/jobs";
import type { Config } from "./config.ts";
import type { Environment } from "./connection/read-text-source.ts";
import { withEnvironmentLimits } from "./limits-from-environment.ts";
import { parseSize } from "./limits-schema.ts";
import { type MasterKeySetting, readMasterKeySetting } from "./master-key-setting.ts";
import { Secret } from "./secret.ts";
import { readSecretSetting } from "./secret-setting.ts";
import { millisecondsOf, SettingReader, wrongSetting } from "./setting-reader.ts";
import { readSignInSettings, type SignInSettings } from "./sign-in-settings.ts";
import { parseTrustedProxies, type TrustedProxies } from "./trusted-proxies.ts";

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
  readonly results: { readonly maxAgeMs: number; readonly maxBytes: number };
  /** How long the control database remembers. */
  readonly history: { readonly eventsMs: number; readonly runsMs: number };
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
  readonly masterKey: MasterKeySetting;
  /** Off: every process does the duties that exist once. */
  readonly leaderElection: boolean;
  /** From being asked to end until what is not finished is cut off. */
  readonly graceMs: number;
  /** Of that, how long requests are still answered while `/readyz` says that others should be asked. */
  readonly drainDelayMs: number;
  /** Whose `X-Forwarded-For` is believed; of nobody when none is named. */
  readonly trustedProxies: TrustedProxies;
  readonly metricsOpen: boolean;
  /** Null: the dashboard that came with the program. */
  readonly dashboardFolder: string | null;
  readonly signIn: SignInSettings;
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
const DEFAULT_DRAIN_DELAY = "5s";
/** Nobody balances load between processes that only their own machine reaches. */
const LOOPBACK = /^(127\.|\[?::1\]?$|localhost$)/;

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
  const url =
    secretOf(flags.databaseUrl ?? null) ??
    readSecretSetting(read, "SYNCLINE_DATABASE_URL") ??
    secretOf(read.text("DATABASE_URL"));
  const interval = flags.interval ?? read.text("SYNCLINE_INTERVAL");
  const mode = flags.mode ?? read.text("SYNCLINE_MODE");
  const host = flags.host ?? read.text("HOST") ?? "127.0.0.1";
  return {
    databaseUrl: url,
    host,
    port: readPort(flags.port, environment),
    portChosen: flags.port !== undefined || Boolean(environment.PORT),
    stateFolder,
    dumpFolder: resolve(
      folder,
      flags.dumpDirectory ?? read.text("DUMP_DIRECTORY") ?? resolve(stateFolder, "dumps"),
    ),
    objects: readObjects(read, folder, stateFolder),
    masterKey: readMasterKeySetting(read),
    leaderElection: flags.leaderElection ?? read.flag("SYNCLINE_LEADER_ELECTION") ?? true,
    graceMs: millisecondsOf("SYNCLINE_GRACE", read.text("SYNCLINE_GRACE") ?? DEFAULT_GRACE),
    drainDelayMs: millisecondsOf(
      "SYNCLINE_DRAIN_DELAY",
      read.text("SYNCLINE_DRAIN_DELAY") ?? (LOOPBACK.test(host) ? "0s" : DEFAULT_DRAIN_DELAY),
    ),
    trustedProxies: parseTrustedProxies(read.text("SYNCLINE_TRUSTED_PROXIES")),
    metricsOpen: read.flag("SYNCLINE_METRICS_OPEN") ?? false,
    dashboardFolder: folderOf(read.text("SYNCLINE_DASHBOARD_DIRECTORY"), folder),
    signIn: readSignInSettings(read),
    mode: mode === null ? null : readMode(flags.mode === undefined ? "SYNCLINE_MODE" : "--mode", mode),
    intervalMs:
      interval === null
        ? null
        : millisecondsOf(flags.interval === undefined ? "SYNCLINE_INTERVAL" : "--interval", interval),
    once: flags.once ?? read.flag("SYNCLINE_ONCE") ?? false,
    limits: readServiceLimits(config, environment),
  };
}

/** Limits as they are now: of a config that was read again, with the environment over it. @throws CodedError `usage.invalid` */
export function readServiceLimits(config: Config, environment: Environment): ServiceLimits {
  return numbersOf(withEnvironmentLimits(config, environment));
}

function numbersOf({ limits }: Config): ServiceLimits {
  const size = (name: string, text: string) => parseSize(text) ?? refuse(name, "a size", text);
  const age = (name: string, text: string) => millisecondsOf(name, text);
  return {
    workUnits: limits.workUnits,
    perServer: limits.perServer,
    memoryBytes: size("limits.memory", limits.memory),
    results: {
      maxAgeMs: age("limits.results.maxAge", limits.results.maxAge),
      maxBytes: size("limits.results.maxSize", limits.results.maxSize),
    },
    history: {
      eventsMs: age("limits.history.events", limits.history.events),
      runsMs: age("limits.history.runs", limits.history.runs),
    },
    requestBytes: size("limits.requestSize", limits.requestSize),
    uploadBytes: size("limits.uploadSize", limits.uploadSize),
    requestsPerMinute: limits.requestsPerMinute,
  };
}

function folderOf(text: string | null, folder: string): string | null {
  return text === null ? null : resolve(folder, text);
}

function secretOf(text: string | null): Secret | null {
  return text === null ? null : new Secret(text);
}

function readObjects(read: SettingReader, folder: string, stateFolder: string): ObjectPlace {
  const text = read.text("SYNCLINE_OBJECTS");
  if (text === null) return { kind: "disk", folder: resolve(stateFolder, "objects") };
  if (!text.startsWith("s3://")) {
    if (text.includes("://")) throw wrongSetting("SYNCLINE_OBJECTS", "a folder or s3://bucket/prefix", text);
    return { kind: "disk", folder: resolve(folder, text) };
  }
  const [bucket = "", ...rest] = text.slice("s3://".length).split("/");
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrongSetting("SYNCLINE_OBJECTS", "s3://bucket/prefix", text);
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
  throw wrongSetting(flag === undefined ? "PORT" : "--port", "a port from 0 (any free one) to 65535", text);
}

function readMode(name: string, text: string): JobKind {
  const found = JOB_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw wrongSetting(name, `one of ${JOB_KINDS.join(", ")}`, text);
}

function refuse(name: string, expected: string, found: string): never {
  throw wrongSetting(name, expected, found);
}
