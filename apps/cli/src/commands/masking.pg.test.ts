import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RecordingProxy, startRecordingProxy } from "../testing/recording-proxy.ts";
import { type CommandFolder, makeCommandFolder, type RunResult } from "../testing/run-syncline.ts";

const TABLES = `CREATE EXTENSION IF NOT EXISTS citext;
CREATE DOMAIN short_text AS varchar(40);
CREATE TABLE users (id int PRIMARY KEY, email citext NOT NULL UNIQUE, name text NOT NULL, phone varchar(30), token uuid,
  badge int NOT NULL UNIQUE, note text, bio short_text, secret bytea, plan text NOT NULL, city text);
CREATE TABLE invites (id int PRIMARY KEY, email citext REFERENCES users (email) ON UPDATE CASCADE, badge int REFERENCES users (badge));`;

/** One that no mask could make up, for every masked column. */
const ROWS = `INSERT INTO users SELECT g, 'Canary' || g || '@Original.example', 'Canaryname' || g, '+4912345678' || g,
    ('ca4a4100-0000-4000-8000-0000000000' || g)::uuid, 777000000 + g, 'canarynote' || g, 'canarybio' || g, ('canarysecret' || g)::bytea,
    'canaryplan', 'Opentown' FROM generate_series(10, 59) g;
  INSERT INTO invites SELECT g, 'canary' || g || '@original.example', 777000000 + g FROM generate_series(10, 59) g;`;
const CANARIES = /canary|original\.example|4912345678|ca4a4100|7770000|Y2FuYXJ5|63616e617279/i;

const MASKS = {
  staging: {
    key: { env: "MASK_KEY" },
    tables: {
      users: {
        email: { fake: "email" },
        name: { fake: "full-name" },
        phone: "keep-format",
        token: "hash",
        badge: { hash: {} },
        note: null,
        bio: "redact",
        secret: { hash: { length: 8 } },
        plan: { fixed: "free" },
      },
      invites: { email: { fake: "email" }, badge: "hash" },
    },
  },
};
const KEY = { MASK_KEY: "0123456789abcdef0123456789abcdef" };

let source: TestDatabase;
let target: TestDatabase;
let from: RecordingProxy;
let to: RecordingProxy;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("mask_source");
  target = await createTestDatabase("mask_target");
  await source.query(TABLES + ROWS);
  from = await startRecordingProxy(source.url);
  to = await startRecordingProxy(target.url);
});
afterAll(async () => {
  await Promise.all([from.close(), to.close()]);
  await Promise.all([source.drop(), target.drop()]);
});
beforeEach(async () => {
  const servers = { prod: { url: from.url }, staging: { url: to.url, protection: "open" } };
  folder = await makeCommandFolder(JSON.stringify({ version: 1, servers, masks: MASKS }));
  await target.query(`DROP TABLE IF EXISTS invites, users; DROP DOMAIN IF EXISTS short_text; ${TABLES}`);
  from.forget();
  to.forget();
  return () => folder.remove();
});

const loud = ["--verbose", "--log-level", "debug"];
const run = (...args: string[]) => folder.run([...args, ...loud], KEY);

/** Nothing that anybody can see afterwards holds an original value. */
async function expectNoOriginals(results: readonly RunResult[]): Promise<void> {
  for (const { stdout, stderr } of results) expect(`${stdout}${stderr}`).not.toMatch(CANARIES);
  expect(from.received()).not.toMatch(CANARIES);
  expect(to.sent()).not.toMatch(CANARIES);
  for (const file of await readdir(folder.path, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(join(file.parentPath, file.name));
    expect(bytes.toString("latin1")).not.toMatch(CANARIES);
  }
  const rows = await target.query(
    "SELECT u::text AS row FROM users u UNION ALL SELECT i::text FROM invites i",
  );
  expect(JSON.stringify(rows)).not.toMatch(CANARIES);
}

describe("masks", () => {
  it("keep original values out of a patch, the terminal, the wire and the target; references still match", async () => {
    const made = await run(
      "diff",
      "prod:public:*",
      "staging:public:*",
      "--mask",
      "staging",
      "--output",
      "p.json",
      "--format",
      "json",
    );
    expect(made).toMatchObject({ code: 0 });
    const applied = await run("patch", "apply", "p.json", "staging:public:*", "--yes");
    expect(applied).toMatchObject({ code: 0 });
    await expectNoOriginals([made, applied]);
    const [joined] = await target.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM invites i JOIN users u USING (email) WHERE u.badge = i.badge AND u.id = i.id",
    );
    expect(joined?.n).toBe(50);
    const [row] = await target.query<Record<string, string | null>>(
      "SELECT email::text, name, phone, token::text, badge::text, note, bio, length(secret)::text AS secret, plan, city FROM users WHERE id = 10",
    );
    expect(row).toMatchObject({ note: null, bio: "[redacted]", secret: "8", plan: "free", city: "Opentown" });
    expect(row?.email).toMatch(/^[a-z]+\.[a-z]+\.[0-9a-f]{12}@example\.com$/);
    expect(row?.phone).toMatch(/^\+\d{12}$/);
    const again = await run("diff", "prod:public:*", "staging:public:*", "--mask", "staging", "--exit-code");
    expect(again).toMatchObject({ code: 0 });
    await expectNoOriginals([again]);
  });

  it("keep original values out of pulled files, which are the same each time", async () => {
    const first = await run("pull", "prod:public:*", "rows", "--mask", "staging");
    expect(first).toMatchObject({ code: 0 });
    const text = await readFile(join(folder.path, "rows/users.ndjson"), "utf8");
    const second = await run("pull", "prod:public:*", "more", "--mask", "staging");
    expect(await readFile(join(folder.path, "more/users.ndjson"), "utf8")).toBe(text);
    expect(text.split("\n")).toHaveLength(51);
    await expectNoOriginals([first, second]);
    const other = await folder.run(["pull", "prod:public:*", "other", "--mask", "staging"], {
      MASK_KEY: "another key of some length",
    });
    expect(other.code).toBe(0);
    expect(await readFile(join(folder.path, "other/users.ndjson"), "utf8")).not.toBe(text);
  });

  it("keep original values out of a copy into empty tables, and of one onto rows", async () => {
    const copy = () => run("copy", "prod:public:*", "staging:public:*", "--mask", "staging", "--yes");
    const first = await copy();
    expect(first).toMatchObject({ code: 0 });
    await expectNoOriginals([first]);
    await target.query(
      "UPDATE users SET name = 'edited', plan = 'x' WHERE id < 20; DELETE FROM invites WHERE id > 50",
    );
    const second = await copy();
    expect(second).toMatchObject({ code: 0 });
    await expectNoOriginals([second]);
    const undone = await run("log", "staging:public:*", "--json");
    await expectNoOriginals([undone]);
    const same = await run("diff", "prod:public:*", "staging:public:*", "--mask", "staging", "--exit-code");
    expect(same).toMatchObject({ code: 0 });
    const rows = await target.query("SELECT string_agg(o::text, '') AS all FROM syncline.patch_operation o");
    expect(JSON.stringify(rows)).not.toMatch(CANARIES);
  });

  it.each(["ndjson", "json", "yaml", "csv", "sql"])(
    "keep original values out of exports: %s",
    async (format) => {
      const args = ["prod:public:*", "--format", format, "--mask", "staging", "-o"];
      const exported = await run("export", ...args, format === "csv" ? "out" : `out.${format}`);
      expect(exported, exported.stderr).toMatchObject({ code: 0 });
      await expectNoOriginals([exported]);
      const whole = await readdir(folder.path, { recursive: true });
      const texts = await Promise.all(
        whole
          .filter((name) => name.includes("out"))
          .map((name) => readFile(join(folder.path, name), "utf8").catch(() => "")),
      );
      expect(texts.join("")).toContain("@example.com");
      expect(texts.join("")).toContain("Opentown");
    },
  );

  it("keep original values out whatever way is compared, also of masked keys", async () => {
    const results: RunResult[] = [];
    for (const path of ["stream", "buckets-by-range", "buckets-by-hash", "multiset"]) {
      const keys = path === "multiset" ? [] : ["--key", "invites=email", "--key", "users=badge"];
      const options = ["--mask", "staging", "--path", path, "--json", "--explain", ...keys];
      results.push(await run("diff", "prod:public:*", "staging:public:*", ...options));
    }
    for (const { code, stdout } of results) {
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ summary: { to_insert: 100 } });
    }
    await expectNoOriginals(results);
  });

  it("use what fits of them for a part of the tables, and say what is not used", async () => {
    const pulled = await run("pull", "prod:public:users", "rows", "--mask", "staging");
    expect(pulled).toMatchObject({ code: 0 });
    expect(pulled.stderr).toContain('There is no table "invites" among those that take part');
    expect(await readFile(join(folder.path, "rows/users.ndjson"), "utf8")).not.toMatch(CANARIES);
  });

  it("refuse what does not fit, before any row is read", async () => {
    const tables = {
      users: { token: { fake: "email" }, badge: { fixed: 1 }, nmae: "hash", id: null, plan: "hash" },
      invites: { email: "hash" },
      user: { email: "hash" },
    };
    const servers = { prod: { url: from.url } };
    await folder.write("syncline.yaml", JSON.stringify({ version: 1, servers, masks: { bad: { tables } } }));
    const refused = await folder.run(["pull", "prod:public:*", "rows", "--mask", "bad"]);
    expect(refused.code).toBe(2);
    for (const part of [
      'Column "users.token" (uuid) cannot be masked with fake; possible are hash, fixed, null',
      'unique key "users_badge_key", and fixed gives rows the same value',
      'no column "users.nmae". Did you mean "name"',
      'Column "users.id" (integer) takes no NULL',
      'Column "users.email" (public.citext) must carry the same mask as "invites.email"',
      'no table "user" among those that take part. Did you mean "users"',
    ])
      expect(refused.stderr + refused.stdout).toContain(part);
    await expectNoOriginals([refused]);
  });

  it("say so when there is no key", async () => {
    const servers = { prod: { url: from.url } };
    const masks = {
      quick: { tables: { users: { email: { fake: "email" } }, invites: { email: { fake: "email" } } } },
    };
    await folder.write("syncline.yaml", JSON.stringify({ version: 1, servers, masks }));
    const pulled = await folder.run(["pull", "prod:public:*", "rows", "--mask", "quick"]);
    expect(pulled.code).toBe(0);
    expect(pulled.stderr).toContain("The masks have no key");
  });
});
