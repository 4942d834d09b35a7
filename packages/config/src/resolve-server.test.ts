import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { parseEndpointLocator, type TenantLocator, type UrlLocator } from "@syncline/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EMPTY_CONFIG } from "./config.ts";
import { parseConfig } from "./parse-config.ts";
import { resolveEndpoint } from "./resolve-endpoint.ts";
import { currentServerName, resolveServer, resolveUrl } from "./resolve-server.ts";
import { Secret } from "./secret.ts";

const CANARY = "c4n4ry-s3cret";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-config-"));
  await writeFile(join(folder, "password"), `${CANARY}\n`);
  await writeFile(join(folder, "empty"), "\n");
  await writeFile(join(folder, "ca.pem"), "-----BEGIN CERTIFICATE-----\n");
  await writeFile(
    join(folder, "pgpass"),
    `# comment\nother:*:*:*:no\nh\\:1:5432:*:u:${CANARY}\\:x\nh:*:db:u:${CANARY}\n`,
    { mode: 0o600 },
  );
});
afterAll(() => rm(folder, { recursive: true }));

const HOME = { HOME: "/nonexistent" };

function config(servers: string) {
  return parseConfig(`version: 1\nservers:\n${servers}`, join(folder, "syncline.yaml")).config;
}

describe("a server that somebody else than the operator named", () => {
  const named = (url: string) => {
    const found = config(`  a: {url: "${url}"}`);
    const server = found.servers.get("a");
    if (server === undefined) throw new Error("the server is missing");
    return { ...found, servers: new Map([["a", { ...server, lookup: () => {} }]]) };
  };

  it("gets nothing of this machine", async () => {
    const env = { PGPASSFILE: join(folder, "pgpass"), PGPASSWORD: CANARY, PGPORT: "7", PGDATABASE: "x" };
    const found = await resolveServer(named("postgres://u@h/db"), "a", { env });
    expect(found).toMatchObject({ host: "h", port: 5432, database: "db", user: "u" });
    expect(found.password).toBeUndefined();
    const file = named(`postgres://u@h/db?sslrootcert=${join(folder, "ca.pem")}`);
    await expect(resolveServer(file, "a", { env })).rejects.toMatchObject({ code: "config.invalid" });
  });
});

describe("resolveServer", () => {
  it("puts the parts together, secrets by reference", async () => {
    const found = await resolveServer(
      config(
        "  a: {host: {env: H}, port: 5433, database: db, user: u, password: {file: password}, tls: {mode: verify-full, rootCert: ca.pem}}",
      ),
      "a",
      { env: { ...HOME, H: "h" } },
    );
    expect({ ...found }).toEqual({
      host: "h",
      port: 5433,
      database: "db",
      user: "u",
      password: CANARY,
      sslMode: "verify-full",
      sslRootCert: "-----BEGIN CERTIFICATE-----\n",
      connectTimeoutMs: 10_000,
      applicationName: "syncline",
    });
  });

  it("reads a whole URL from a reference; tls and password of the config win", async () => {
    const found = await resolveServer(
      config("  a: {url: {env: U}, tls: require, password: {file: password}}"),
      "a",
      { env: { ...HOME, U: "postgres://u:old@h/db?sslmode=disable\n" } },
    );
    expect(found).toMatchObject({
      host: "h",
      database: "db",
      user: "u",
      password: CANARY,
      sslMode: "require",
    });
  });

  it("takes a command's output without its newline", async () => {
    const found = await resolveServer(
      config(`  a: {host: h, user: u, password: {command: [printf, '%s\\n', "${CANARY}"]}}`),
      "a",
      { env: { ...process.env, ...HOME } },
    );
    expect(found.password).toBe(CANARY);
  });

  it("fills what is left open from libpq's variables and password file", async () => {
    const env = {
      PGHOST: "h",
      PGPORT: "5434",
      PGUSER: "u",
      PGDATABASE: "db",
      PGSSLMODE: "require",
      PGCONNECT_TIMEOUT: "3",
      PGAPPNAME: "app",
      PGPASSFILE: join(folder, "pgpass"),
    };
    const found = await resolveUrl("postgres://", { env });
    expect(found).toMatchObject({
      host: "h",
      port: 5434,
      user: "u",
      database: "db",
      password: CANARY,
      sslMode: "require",
      connectTimeoutMs: 3000,
      applicationName: "app",
    });
    expect(
      (await resolveUrl("postgres://u@h%3A1/x", { env: { PGPASSFILE: join(folder, "pgpass") } })).password,
    ).toBe(`${CANARY}:x`);
    expect(
      (await resolveUrl("postgres://v@h/db", { env: { PGPASSFILE: join(folder, "pgpass") } })).password,
    ).toBeUndefined();
    expect((await resolveUrl("postgres://v@h/db", { env: { ...HOME, PGPASSWORD: CANARY } })).password).toBe(
      CANARY,
    );
  });

  it("ignores a password file that others may read", async () => {
    const path = join(folder, "open");
    await writeFile(path, `*:*:*:*:${CANARY}\n`);
    await chmod(path, 0o644);
    expect((await resolveUrl("postgres://u@h/db", { env: { PGPASSFILE: path } })).password).toBeUndefined();
  });

  it("reads the certificate file, and says which one is missing", async () => {
    const options = { env: HOME };
    expect(
      (await resolveUrl("postgres://u@h/db?sslmode=verify-full&sslrootcert=system", options)).sslRootCert,
    ).toBeUndefined();
    await expect(resolveUrl("postgres://u@h/db?sslrootcert=/no/ca.pem", options)).rejects.toMatchObject({
      code: "config.invalid",
      message: expect.stringContaining('"/no/ca.pem" cannot be read (ENOENT)'),
    });
  });

  it("defaults to this machine, and the database to the user", async () => {
    expect(await resolveUrl("postgres://u@", { env: HOME })).toMatchObject({
      host: "localhost",
      port: 5432,
      database: "u",
      sslMode: "prefer",
    });
  });

  const failing: readonly (readonly [string, string, RegExp])[] = [
    ["a variable that is not set", "{env: NOPE}", /the environment variable "NOPE" is not set/],
    ["an empty variable", "{env: EMPTY}", /is empty/],
    ["a missing file", "{file: missing}", /cannot be read \(ENOENT\)/],
    ["an empty file", "{file: empty}", /is empty/],
    [
      "a command that fails",
      `{command: [sh, -c, "echo ${CANARY}; echo ${CANARY} >&2; exit 3"]}`,
      /the command "sh" failed with status 3/,
    ],
    ["a command that is not there", "{command: [no-such-program-here]}", /was not found/],
    [
      "a command that hangs",
      `{command: [sh, -c, "echo ${CANARY}; sleep 30"], timeoutMs: 100}`,
      /did not end within 100 ms/,
    ],
    ["a command that floods", `{command: [sh, -c, "yes ${CANARY}"]}`, /printed more than/],
  ];
  for (const [name, reference, message] of failing) {
    it(`${name}: says so without showing anything`, async () => {
      const error = await resolveServer(config(`  a: {host: h, password: ${reference}}`), "a", {
        env: { ...process.env, ...HOME, EMPTY: "" },
      }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: "config.secret_unavailable",
        message: expect.stringMatching(message),
      });
      expect(
        `${(error as Error).message}${inspect(error, { depth: 9, showHidden: true })}`.replaceAll(
          reference,
          "",
        ),
      ).not.toContain(CANARY);
    });
  }

  it("an invalid URL from a reference is never shown", async () => {
    const error = await resolveServer(config("  a: {url: {env: U}}"), "a", {
      env: { U: `postgres://u:${CANARY}@h:x/db` },
    }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "config.invalid" });
    expect(inspect(error, { depth: 9 })).not.toContain(CANARY);
  });

  it("an unknown server: names the near one and those there are", async () => {
    await expect(
      resolveServer(config("  prod: {host: h}\n  test: {host: h}"), "prd", { env: {} }),
    ).rejects.toMatchObject({
      code: "server.not_found",
      message: 'There is no server "prd"; did you mean "prod"?',
      hint: expect.stringContaining("Servers: prod, test."),
    });
    await expect(resolveServer(EMPTY_CONFIG, "constructor", { env: {} })).rejects.toMatchObject({
      code: "server.not_found",
    });
  });
});

describe("G24: a connection and a secret print themselves without the password", () => {
  it("inspect and JSON", async () => {
    const found = await resolveUrl(`postgres://u:${CANARY}@h/db`, { env: HOME });
    for (const text of [
      inspect(found),
      JSON.stringify(found),
      JSON.stringify({ nested: found }),
      inspect({ nested: found }),
      `${String(found)}`,
    ])
      expect(text).not.toContain(CANARY);
  });

  it("a config with a password in a URL", () => {
    const shown = config(`  a: {url: "postgres://u:${CANARY}@h/db"}`);
    expect(inspect(shown, { depth: 9, showHidden: true })).not.toContain(CANARY);
    expect(JSON.stringify([...shown.servers])).not.toContain(CANARY);
  });

  it("Secret", () => {
    const secret = new Secret(CANARY);
    const shown = [
      `${secret}`,
      String(secret),
      `a${secret}b`,
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      Object.values(secret).join(),
      inspect(new Error("x", { cause: secret })),
    ];
    for (const text of shown) expect(text).not.toContain(CANARY);
    expect(secret.reveal()).toBe(CANARY);
  });
});

describe("resolveEndpoint", () => {
  const three = () =>
    config(
      "  s: {host: h, database: db, user: u}\n  d: {host: h, user: u, tenancy: {kind: database}}\n  c: {host: h, database: db, user: u, tenancy: {kind: column, column: tenant_id, schema: app}}",
    );
  const resolve = (text: string, env: Record<string, string> = {}, server?: string) =>
    resolveEndpoint(three(), parseEndpointLocator(text) as TenantLocator | UrlLocator, {
      env: { ...HOME, ...env },
      server,
    });

  it("places the tenant as the server's tenancy says", async () => {
    expect(await resolve("s:acme:t")).toMatchObject({
      schema: "acme",
      tenantColumn: null,
      connection: { database: "db" },
      server: "s",
    });
    expect(await resolve("d:acme:t")).toMatchObject({
      schema: "public",
      tenantColumn: null,
      connection: { database: "acme" },
      server: "d",
    });
    expect(await resolve("c:acme:t")).toMatchObject({
      schema: "app",
      tenantColumn: { name: "tenant_id", value: "acme" },
      connection: { database: "db" },
    });
    expect(await resolve("postgres://u@other/x#acme:t")).toMatchObject({
      schema: "acme",
      tenantColumn: null,
      connection: { host: "other", database: "x" },
      server: null,
    });
  });

  it("refuses a tenant whose name the server would cut; a value of a column may be longer", async () => {
    const long = "x".repeat(64);
    for (const server of ["s", "d"])
      await expect(resolve(`${server}:${long}:t`)).rejects.toMatchObject({ code: "tenant.not_found" });
    expect((await resolve(`c:${long}:t`)).tenantColumn?.value).toBe(long);
  });

  it("without a server: --server, SYNCLINE_SERVER, current, DATABASE_URL, in this order", async () => {
    expect((await resolve("a:t", { SYNCLINE_SERVER: "s" }, "d")).server).toBe("d");
    expect((await resolve("a:t", { SYNCLINE_SERVER: "s" })).server).toBe("s");
    expect(await resolve("a:t", { DATABASE_URL: "postgres://u@elsewhere/db" })).toMatchObject({
      server: null,
      schema: "a",
      connection: { host: "elsewhere" },
    });
    expect(currentServerName({ ...EMPTY_CONFIG, current: "x" }, { env: { DATABASE_URL: "y" } })).toBe("x");
    await expect(resolve("a:t")).rejects.toMatchObject({
      code: "server.not_found",
      hint: expect.stringContaining("--server"),
    });
  });
});
