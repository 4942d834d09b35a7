import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EMPTY_CONFIG } from "./config.ts";
import { withEnvironmentLimits } from "./limits-from-environment.ts";
import { parseConfig } from "./parse-config.ts";
import { readServiceLimits, readServiceSettings, type ServiceFlags } from "./service-settings.ts";

const read = (environment: Record<string, string>, flags: ServiceFlags = {}, config = EMPTY_CONFIG) =>
  readServiceSettings({ flags, environment, config, folder: "/work" });

it("has defaults for everything", () => {
  expect(read({})).toMatchObject({
    databaseUrl: null,
    host: "127.0.0.1",
    port: 8270,
    stateFolder: "/work/.syncline/server",
    dumpFolder: "/work/.syncline/server/dumps",
    objects: { kind: "disk", folder: "/work/.syncline/server/objects" },
    leaderElection: true,
    graceMs: 25_000,
    mode: null,
    intervalMs: null,
    once: false,
    limits: { workUnits: 2, memoryBytes: 1e9, results: { maxAgeMs: 14 * 86_400_000 } },
  });
});

it("takes options before the environment before the config", () => {
  const { config } = parseConfig("version: 1\nlimits: {workUnits: 7, memory: 2GB}", "/f.yaml");
  const settings = read(
    {
      PORT: "1",
      HOST: "0.0.0.0",
      SYNCLINE_WORK_UNITS: "9",
      DATABASE_URL: "postgres://a/b",
      SYNCLINE_LEADER_ELECTION: "off",
    },
    { port: "2", mode: "bi-sync", interval: "5m", once: true },
    config,
  );
  expect(settings).toMatchObject({
    port: 2,
    host: "0.0.0.0",
    mode: "bi-sync",
    intervalMs: 300_000,
    once: true,
  });
  expect(settings.limits).toMatchObject({ workUnits: 9, memoryBytes: 2e9 });
  expect(settings.leaderElection).toBe(false);
  expect(settings.databaseUrl?.reveal()).toBe("postgres://a/b");
});

it("limits of the environment count wherever the config is read, also when it is read again", () => {
  const environment = {
    SYNCLINE_HISTORY_RUNS: "2d",
    SYNCLINE_RESULTS_MAX_SIZE: "1MB",
    SYNCLINE_DUMPS_MAX_AGE: "3h",
  };
  const { config } = parseConfig("version: 1\nlimits: {history: {events: 1h, runs: 1h}}", "/f.yaml");
  expect(readServiceLimits(config, environment)).toMatchObject({
    history: { eventsMs: 3_600_000, runsMs: 2 * 86_400_000 },
    results: { maxBytes: 1e6 },
  });
  expect(withEnvironmentLimits(config, environment).limits.dumps).toMatchObject({
    maxAge: "3h",
    maxSize: "20GB",
  });
  expect(readServiceLimits(EMPTY_CONFIG, {}).history).toEqual({
    eventsMs: 7 * 86_400_000,
    runsMs: 90 * 86_400_000,
  });
});

it.each([
  ["127.0.0.1", 0],
  ["::1", 0],
  ["localhost", 0],
  ["0.0.0.0", 5_000],
  ["10.0.0.1", 5_000],
])("leaves balancers time to turn away, unless only its own machine reaches it: %s", (HOST, drainDelayMs) => {
  expect(read({ HOST })).toMatchObject({ drainDelayMs });
  expect(read({ HOST, SYNCLINE_DRAIN_DELAY: "2s" })).toMatchObject({ drainDelayMs: 2_000 });
});

it("reads secrets from files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "syncline-secrets-"));
  try {
    const file = join(folder, "url");
    await writeFile(file, "postgres://a/b\n");
    expect(read({ SYNCLINE_DATABASE_URL_FILE: file }).databaseUrl?.reveal()).toBe("postgres://a/b");
    expect(read({ SYNCLINE_MASTER_KEY_FILE: file }).masterKey.current?.reveal()).toBe("postgres://a/b");
    expect(() => read({ SYNCLINE_MASTER_KEY_FILE: file, SYNCLINE_MASTER_KEY: "x" })).toThrow("are both set");
    await writeFile(file, "");
    expect(() => read({ SYNCLINE_DATABASE_URL_FILE: file })).toThrow(
      /that SYNCLINE_DATABASE_URL_FILE names is empty/,
    );
    expect(() => read({ SYNCLINE_DATABASE_URL_FILE: folder })).toThrow("EISDIR");
    expect(() => read({ SYNCLINE_DATABASE_URL_FILE: join(folder, "none") })).toThrow("ENOENT");
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("reads whose word about callers counts", () => {
  expect(read({}).trustedProxies.has("127.0.0.1")).toBe(false);
  const { trustedProxies } = read({ SYNCLINE_TRUSTED_PROXIES: "127.0.0.1, fd00::/8" });
  expect(["127.0.0.1", "127.0.0.2", "fd00::1", "x"].map((each) => trustedProxies.has(each))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it("reads where objects lie", () => {
  expect(
    read({ SYNCLINE_OBJECTS: "s3://my-bucket/a/b/", SYNCLINE_S3_ENDPOINT: "http://127.0.0.1:1" }).objects,
  ).toEqual({
    kind: "s3",
    bucket: "my-bucket",
    prefix: "a/b",
    endpoint: "http://127.0.0.1:1",
    region: "us-east-1",
  });
  expect(read({ SYNCLINE_OBJECTS: "shared" }).objects).toEqual({ kind: "disk", folder: "/work/shared" });
});

it.each([
  [{ PORT: "70000" }, "PORT expects a port"],
  [{ PORT: "x" }, "PORT expects a port"],
  [{ SYNCLINE_MODE: "sync" }, "SYNCLINE_MODE expects one of diff,"],
  [{ SYNCLINE_INTERVAL: "soon" }, "SYNCLINE_INTERVAL expects a duration"],
  [{ SYNCLINE_MEMORY: "1 GB" }, "SYNCLINE_MEMORY expects a size"],
  [{ SYNCLINE_HISTORY_RUNS: "ever" }, "SYNCLINE_HISTORY_RUNS expects a duration"],
  [{ SYNCLINE_WORK_UNITS: "0" }, "SYNCLINE_WORK_UNITS expects a number from 1"],
  [{ SYNCLINE_ONCE: "maybe" }, "SYNCLINE_ONCE expects on or off"],
  [{ SYNCLINE_TRUSTED_PROXIES: "10.0.0.0/8, proxy" }, 'separated by commas, found "proxy"'],
  [{ SYNCLINE_TRUSTED_PROXIES: "0.0.0.0/0" }, "SYNCLINE_TRUSTED_PROXIES expects addresses"],
  [{ SYNCLINE_TRUSTED_PROXIES: "10.0.0.1/33" }, "SYNCLINE_TRUSTED_PROXIES expects addresses"],
  [{ SYNCLINE_TRUSTED_PROXIES: "10.0.0.1/8/8" }, "SYNCLINE_TRUSTED_PROXIES expects addresses"],
  [{ SYNCLINE_OBJECTS: "gs://x" }, "SYNCLINE_OBJECTS expects a folder or s3://"],
] as [Record<string, string>, string][])("refuses %j", (environment, message) => {
  expect(() => read(environment)).toThrow(message);
});
