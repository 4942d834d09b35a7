import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "./testing/run-syncline.ts";

const CANARIES = 40;
const planted: string[] = [];

/** A new secret; every one of them must stay where it was put. */
function canary(): string {
  const secret = `cnry${planted.length}x${Math.random().toString(36).slice(2)}`;
  planted.push(secret);
  return secret;
}

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("g24_source");
  target = await createTestDatabase("g24_target");
  for (const database of [source, target])
    await database.query("CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)");
  await source.query("INSERT INTO users VALUES (1, 'a'), (2, 'b')");
  folder = await makeCommandFolder();
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});

function withPassword(url: string, password: string): string {
  const address = new URL(url);
  address.password = password;
  return address.href;
}

function parts(url: string): string {
  const { hostname, port, pathname, username } = new URL(url);
  return `"host": "${hostname}", "port": ${port || 5432}, "database": "${pathname.slice(1)}", "user": "${username}"`;
}

/** Servers whose credentials come from everywhere they can come from; some work, some fail. */
async function writeFiles(): Promise<{
  readonly environment: NodeJS.ProcessEnv;
  readonly kept: readonly string[];
}> {
  await mkdir(join(folder.path, "secrets"));
  await folder.write("secrets/source", `${canary()}\n`);
  await folder.write("secrets/url", `postgres://u:${canary()}@127.0.0.1:notaport/x\n`);
  await folder.write("secrets/pgpass", `*:*:*:*:${canary()}\n`);
  await chmod(join(folder.path, "secrets/pgpass"), 0o600);
  const noisy = JSON.stringify(["sh", "-c", `echo ${canary()}; echo ${canary()} >&2; exit 3`]);
  await folder.write(
    "syncline.yaml",
    `{"version": 1, "servers": {
  "source": {${parts(source.url)}, "password": {"file": "secrets/source"}},
  "target": {"url": {"env": "TARGET_URL"}},
  "literal": {"url": ${JSON.stringify(withPassword(source.url, canary()))}},
  "command": {${parts(source.url)}, "password": {"command": ["echo", "${canary()}"]}},
  "noisy": {${parts(source.url)}, "password": {"command": ${noisy}}},
  "broken": {"url": {"file": "secrets/url"}},
  "refused": {"url": "postgres://u:${canary()}@127.0.0.1:1/x"},
  "missing": {"url": ${JSON.stringify(withPassword(source.url.replace(/\/[^/]*$/, "/no_such_database"), canary()))}}
}}`,
  );
  await folder.write(
    "literal-password.yaml",
    `version: 1\nservers:\n  a: {host: h, password: ${canary()}}\n`,
  );
  await folder.write("bad-syntax.yaml", `version: 1\nservers:\n  a: {url: "postgres://u:${canary()}@h/db}\n`);
  await folder.write(
    "bad-url.yaml",
    `version: 1\nservers:\n  a: {url: "postgres://u:${canary()}@h:x/db?sslkey=${canary()}"}\n`,
  );
  await folder.write(
    "bad-type.yaml",
    `version: 1\nservers:\n  a: {host: h, user: {value: ${canary()}}, port: ${"9".repeat(7)}}\n`,
  );
  await folder.write("bad-current.yaml", `version: 1\ncurrent: postgres://u:${canary()}@h/db\n`);
  const kept = (await readdir(folder.path)).filter((name) => name.endsWith(".yaml"));
  return {
    environment: {
      TARGET_URL: withPassword(target.url, canary()),
      PGPASSFILE: join(folder.path, "secrets/pgpass"),
      PGPASSWORD: canary(),
    },
    kept,
  };
}

function commands(): string[][] {
  const loud = ["--verbose", "--log-level", "trace"];
  const url = (text: string) => ["diff", text, "target:public:users", ...loud];
  const direct = `${withPassword(source.url, canary())}#public:users`;
  return [
    ["config", "check", ...loud],
    ["config", "check", "--connect", ...loud],
    ["config", "schema"],
    ...["literal-password", "bad-syntax", "bad-url", "bad-type"].map((name) => [
      "config",
      "check",
      "--config",
      `${name}.yaml`,
      ...loud,
    ]),
    ...["source", "literal", "command", "noisy", "broken", "refused", "missing", "unknown"].map((name) =>
      url(`${name}:public:users`),
    ),
    ["diff", "source:public:users", "target:public:users", "--format", "json", ...loud],
    ["diff", direct, "target:public:users", "--output", "direct.patch", ...loud],
    ["patch", "show", "direct.patch"],
    ["patch", "sql", "direct.patch"],
    ["patch", "direct.patch", "target:public:users", "--dry-run", ...loud],
    ["patch", "direct.patch", "target:public:users", "--yes", ...loud],
    ["patch", "direct.patch", `${withPassword(target.url, canary())}#public:users`, "--yes", ...loud],
    ["log", "target:public:users", ...loud],
    ["log", "target:public:users", "--json"],
    url(`postgres://u:${canary()}@127.0.0.1:1/x#public:users`),
    url(`postgres://u:${canary()}@no-such-host.invalid/x#public:users`),
    url(`postgres://u:${canary()}#x@h/db`),
    url(`postgres://u:1#${canary()}@h/db`),
    url(`postgres://u:${canary()}/x@h/db`),
    url(`postgres://u:1/${canary()}@h/db`),
    url(`postgres://u:${canary()}@h1,h2/db`),
    url(`postgres://u@h/db?password=${canary()}&foo=${canary()}`),
    url(`postgres://u@h/db?options=${canary()}`),
    url(`postgres://u@h/db?sslmode=${canary()}`),
    url(`mysql://u:${canary()}@h/db`),
    url(`https://${canary()}@syncline.example/x`),
    url(`u:${canary()}@h:5432:db`),
    url(`u:${canary()}@h:5432:db:x`),
    url(`postgres://u:${canary()}@h/db#users`),
    url(`postgres://u:%zz${canary()}@h/db`),
    url(`postgres://${canary()}:x@h:99999/db`.replace("//cnry", "//u:cnry")),
    ["diff", "public:users", "target:public:users", "--server", `postgres://u:${canary()}@h/db`, ...loud],
    ["config", "check", "--config", "bad-current.yaml", ...loud],
    ["config", "check", "--config", `postgres://u:${canary()}@h/db`, ...loud],
    ["patch", "no-such.patch", `postgres://u:${canary()}@127.0.0.1:1/db#public:users`, "--yes", ...loud],
    ["patch", `postgres://u:${canary()}@h/db`, "target:public:users", "--yes", ...loud],
    ["log", `postgres://u:${canary()}@127.0.0.1:1/db#public:users`, ...loud],
    ["undo", `postgres://u:${canary()}@h/db`, "target:public:users", "--yes", ...loud],
  ];
}

/** Every row of every table that we made in the target. */
async function readLedger(): Promise<string> {
  const query =
    "SELECT query_to_xml(format('SELECT * FROM %I.%I', schemaname, tablename), true, false, '')::text AS rows FROM pg_tables WHERE schemaname = 'syncline'";
  return (await target.query<{ rows: string }>(query)).map(({ rows }) => rows).join("\n");
}

it("G24: secrets never leave", async () => {
  const { environment, kept } = await writeFiles();
  const all = commands();
  expect(planted.length).toBeGreaterThanOrEqual(CANARIES);
  const texts = new Map<string, string>();
  const run = async (args: readonly string[]) => {
    const { stdout, stderr } = await folder.run(args, environment);
    texts.set(args.join(" "), stdout + stderr);
  };
  const inOrder = all.filter((args) => args.includes("direct.patch") || args[0] === "log");
  const independent = all.filter((args) => !inOrder.includes(args));
  await Promise.all(
    [0, 1, 2, 3].map(async (lane) => {
      for (const args of independent.filter((_, index) => index % 4 === lane)) await run(args);
    }),
  );
  for (const args of inOrder) await run(args);
  for (const name of await readdir(folder.path)) {
    if (!kept.includes(name) && name !== "secrets")
      texts.set(name, await readFile(join(folder.path, name), "utf8"));
  }
  texts.set("the ledger", await readLedger());
  const leaks = [...texts].flatMap(([where, text]) =>
    planted
      .filter((secret) => text.includes(secret))
      .map((secret) => `${planted.indexOf(secret)} in ${where.replace(secret, "…")}`),
  );
  recordGuarantee({
    id: "G24",
    claim: "secrets never leave",
    figure: `${planted.length} secrets, ${all.length} commands`,
    failures: leaks.length,
  });
  expect(leaks).toEqual([]);
  expect(texts.get("the ledger")).toContain("<row>");
  expect(texts.get("patch direct.patch target:public:users --yes --verbose --log-level trace")).toMatch(
    /2|applied/,
  );
});
