import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../parse-config.ts";
import { findProtection, type Place } from "./find-protection.ts";
import { canonicalHost, type HostLookup } from "./host-identity.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "db.example.com": ["203.0.113.5"],
  "alias.example.com": ["203.0.113.5", "2001:db8::5"],
  "other.example.com": ["203.0.113.9"],
  "me.example.com": ["192.0.2.10"],
  "half.example.com": ["192.0.2.10", "203.0.113.7"],
};
const hosts: HostLookup = {
  addressesOf: async (name) => NAMES[name] ?? (/^[\d.:a-f]+$/.test(name) ? [name] : []),
  ownNames: () => ["workstation", "192.0.2.10", "fe80::1"],
};

const { config } = parseConfig(
  `version: 1
servers:
  prod: {host: db.example.com, database: app, user: u, protection: readonly}
  prod-open: {url: 'postgres://u@alias.example.com/app', protection: open}
  staging: {host: db.example.com, database: staging, user: u, protection: open}
  farm: {host: farm.example.com, user: u, tenancy: {kind: database}, protection: readonly}
  local: {host: 127.0.0.1, port: 5433, database: app, user: u, protection: protected}
  quiet: {host: other.example.com, database: app, user: u}
  secret: {url: {env: NOT_SET}, protection: readonly}
`,
  "/x/syncline.yaml",
);

const find = (place: Partial<Place>, explicitServer: string | null = null) =>
  findProtection(
    config,
    { host: "db.example.com", port: 5432, database: "app", ...place },
    { env: { HOME: "/nonexistent" }, hosts, explicitServer },
  );

describe("findProtection", () => {
  const cases: readonly (readonly [string, Partial<Place>, string, string | null])[] = [
    ["the server itself", {}, "readonly", "prod"],
    ["another spelling of the host", { host: "DB.Example.COM." }, "readonly", "prod"],
    ["its address", { host: "203.0.113.5" }, "readonly", "prod"],
    ["an alias that the config opens", { host: "alias.example.com" }, "readonly", "prod"],
    ["an IPv6 address of the alias", { host: "2001:DB8:0::5" }, "open", "prod-open"],
    ["an IPv4-mapped address", { host: "::ffff:203.0.113.5" }, "readonly", "prod"],
    ["another database there, opened", { database: "staging" }, "open", "staging"],
    ["another database there, not named", { database: "else" }, "protected", null],
    ["another port there", { port: 5433 }, "protected", null],
    ["any database of database tenancy", { host: "farm.example.com", database: "any" }, "readonly", "farm"],
    ["a server without a rule", { host: "other.example.com" }, "protected", "quiet"],
    ["an unknown host", { host: "203.0.113.200" }, "protected", null],
    ["a host without an address", { host: "nowhere.example" }, "protected", null],
    ["this machine", { host: "localhost" }, "open", null],
    ["this machine by socket", { host: "/var/run/postgresql" }, "open", null],
    ["this machine by name", { host: "Workstation" }, "open", null],
    ["this machine by own address", { host: "192.0.2.10" }, "open", null],
    ["this machine by a name that leads here", { host: "me.example.com" }, "open", null],
    ["a name that leads here and elsewhere", { host: "half.example.com" }, "protected", null],
    ["a rule for this machine, by localhost", { host: "localhost", port: 5433 }, "protected", "local"],
    ["a rule for this machine, by ::1", { host: "::1", port: 5433 }, "protected", "local"],
    [
      "a rule for this machine, by its long form",
      { host: "0:0:0:0:0:0:0:1", port: 5433 },
      "protected",
      "local",
    ],
    ["a rule for this machine, by 127.1", { host: "127.1", port: 5433 }, "protected", "local"],
    [
      "a rule for this machine, by a decimal number",
      { host: "2130706433", port: 5433 },
      "protected",
      "local",
    ],
    ["a rule for this machine, by socket", { host: "/tmp", port: 5433 }, "protected", "local"],
    ["a rule for this machine, by own address", { host: "192.0.2.10", port: 5433 }, "protected", "local"],
    ["a rule for this machine, by 0.0.0.0", { host: "0.0.0.0", port: 5433 }, "protected", "local"],
    ["localhost that is not", { host: "localhost.example.com" }, "protected", null],
  ];
  for (const [name, place, level, server] of cases) {
    it(name, async () => {
      const found = await find(place);
      expect(found).toMatchObject({ level, serverName: server, unresolved: ["secret"] });
      expect(found.confirmName).toBe(server ?? place.host ?? "db.example.com");
    });
  }

  it("naming the open alias does not open what is readonly", async () => {
    expect(await find({ host: "alias.example.com" }, "prod-open")).toMatchObject({
      level: "readonly",
      serverName: "prod",
    });
  });

  it("a named server keeps its rule though its reference cannot be read", async () => {
    expect(await find({ host: "203.0.113.200" }, "secret")).toMatchObject({
      level: "readonly",
      serverName: "secret",
      unresolved: [],
    });
  });
});

it("reads addresses only: no password, no command of a server without a rule", async () => {
  const marker = join(await mkdtemp(join(tmpdir(), "syncline-protection-")), "ran");
  const touch = `{command: [touch, ${marker}]}`;
  const quiet = parseConfig(
    `version: 1
servers:
  a: {host: h, user: u, password: ${touch}, protection: readonly}
  b: {url: ${touch}}
  c: {host: h, user: u, password: {env: NOT_SET}, protection: readonly}
`,
    "/x/syncline.yaml",
  ).config;
  const found = await findProtection(
    quiet,
    { host: "h", port: 5432, database: "u" },
    { env: process.env, hosts },
  );
  expect(found).toMatchObject({ level: "readonly", unresolved: [] });
  expect(existsSync(marker)).toBe(false);
});

it("canonicalHost", () => {
  const cases: Readonly<Record<string, string>> = {
    "[::1]": "::1",
    "FE80::1%eth0": "fe80::1",
    "::ffff:127.0.0.1": "127.0.0.1",
    "0x7f.1": "127.0.0.1",
    "Host.": "host",
    a_b: "a_b",
    "bücher.example": "xn--bcher-kva.example",
  };
  for (const [host, expected] of Object.entries(cases)) expect(canonicalHost(host)).toBe(expected);
});
