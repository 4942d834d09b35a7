import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../apps/cli/src/testing/run-syncline.ts";

const ID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const T = (n: number) => `2026-01-${String(n).padStart(2, "0")} 00:00:00+00`;

/** What both nodes began with. */
const COMMON = `
  INSERT INTO groups VALUES (1, 'staff', 'all staff'), (2, 'ops', NULL);
  INSERT INTO users (id, email, name, password_hash, locale, last_login, created_at, updated_at) VALUES
    ('${ID(1)}', 'ann@example.com', 'Ann', 'h1', 'en', '${T(2)}', '${T(1)}', '${T(1)}'),
    ('${ID(2)}', 'bob@example.com', 'Bob', 'h2', 'en', NULL, '${T(1)}', '${T(1)}'),
    ('${ID(3)}', 'eve@other.org', 'Eve', 'h3', 'de', NULL, '${T(1)}', '${T(1)}');
  INSERT INTO identities VALUES
    ('oidc', 'ann', '${ID(1)}', 'ann@example.com', '${T(1)}'), ('saml', 'ann', '${ID(1)}', NULL, '${T(1)}'),
    ('oidc', 'bob', '${ID(2)}', 'bob@example.com', '${T(1)}'), ('oidc', 'eve', '${ID(3)}', NULL, '${T(1)}');
  INSERT INTO user_groups VALUES ('${ID(1)}', 1), ('${ID(1)}', 2), ('${ID(2)}', 1), ('${ID(3)}', 1);`;

const EDITS_A = `
  UPDATE users SET name = 'Ann A', password_hash = 'a1', last_login = '${T(5)}', updated_at = '${T(10)}' WHERE email LIKE 'ann%';
  UPDATE users SET locale = 'fr', password_hash = 'a2', updated_at = '${T(3)}' WHERE email LIKE 'bob%';
  UPDATE groups SET description = 'edited on a' WHERE id = 1;
  DELETE FROM identities WHERE provider = 'saml';
  INSERT INTO identities VALUES ('github', 'ann', '${ID(1)}', NULL, '${T(10)}');
  INSERT INTO groups VALUES (3, 'new', NULL);
  INSERT INTO users (id, email, name, password_hash, invited_by, created_at, updated_at)
    VALUES ('${ID(4)}', 'cid@example.com', 'Cid', 'a4', '${ID(3)}', '${T(4)}', '${T(4)}');
  INSERT INTO user_groups VALUES ('${ID(4)}', 3);
  INSERT INTO sessions VALUES ('token-a', '${ID(1)}', '${T(20)}');`;

const EDITS_B = `
  UPDATE users SET name = 'Bob B', password_hash = 'b2', updated_at = '${T(7)}' WHERE email LIKE 'bob%';
  UPDATE users SET last_login = '${T(8)}' WHERE email LIKE 'ann%';
  UPDATE users SET name = 'Eve B' WHERE email LIKE 'eve%';
  INSERT INTO identities VALUES ('github', 'bob', '${ID(2)}', NULL, '${T(7)}');
  INSERT INTO sessions VALUES ('token-b', '${ID(1)}', '${T(20)}'), ('token-e', '${ID(3)}', '${T(20)}');
  INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
    VALUES ('${ID(5)}', 'dan@example.com', 'Dan', 'b5', '${T(4)}', '${T(4)}');`;

let a: TestDatabase;
let b: TestDatabase;
let base: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  const schema = await readFile(join(import.meta.dirname, "schema.sql"), "utf8");
  [a, b, base] = (await Promise.all(
    ["accounts_a", "accounts_b", "accounts_base"].map((name) => createTestDatabase(name)),
  )) as [TestDatabase, TestDatabase, TestDatabase];
  for (const node of [a, b, base]) await node.query(schema);
  await a.query(COMMON + EDITS_A);
  await base.query(COMMON);
});
afterAll(() => Promise.all([a.drop(), b.drop(), base.drop()]));
beforeEach(async () => {
  const config = await readFile(join(import.meta.dirname, "syncline.yaml"), "utf8");
  folder = await makeCommandFolder(config);
  await b.query(`TRUNCATE users, groups, identities, sessions, user_groups; ${COMMON}${EDITS_B}`);
  return () => folder.remove();
});

function run(args: readonly string[]) {
  return folder.run(args, { ACCOUNTS_NODE_A: a.url, ACCOUNTS_NODE_B: b.url });
}

async function exported(format = "yaml"): Promise<string> {
  const file = `accounts.${format}`;
  const args = ["--dataset", "accounts", "--email", "@EXAMPLE.com", "--format", format, "--output", file];
  const made = await run(["export", "node-a:public:*", ...args]);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  return file;
}

async function state() {
  const users = await b.query(
    "SELECT email, name, password_hash AS hash, locale, last_login::date::text AS login FROM users ORDER BY email",
  );
  const identities = await b.query("SELECT provider || ':' || subject AS name FROM identities ORDER BY 1");
  const memberships = await b.query(
    "SELECT split_part(u.email, '@', 1) || ':' || g.group_id AS name FROM user_groups g JOIN users u ON u.id = g.user_id ORDER BY 1",
  );
  const groups = await b.query(
    "SELECT id || ':' || name || ':' || coalesce(description, '-') AS name FROM groups ORDER BY id",
  );
  const sessions = await b.query("SELECT token AS name FROM sessions ORDER BY 1");
  const names = (rows: readonly unknown[]) => rows.map((row) => (row as { name: string }).name);
  return {
    users: users.map((row) => Object.values(row as object).join(" ")),
    identities: names(identities),
    memberships: names(memberships),
    groups: names(groups),
    sessions: names(sessions),
  };
}

interface Counts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly conflicts: number;
  readonly undecided: number;
}

/** A dry run first, whose counts must be those of the real run. */
async function imported(
  file: string,
  args: readonly string[],
): Promise<Counts & { readonly code: number | null }> {
  const before = await state();
  const command = ["import", file, "node-b:public:*", "--json", ...args];
  const dry = await run([...command, "--dry-run"]);
  expect(await state()).toEqual(before);
  expect(dry.stdout, dry.stderr).toContain("dry-run");
  const real = await run(command);
  const counts = (text: string): Counts => {
    const { inserted, updated, deleted, conflicts, undecided } = JSON.parse(text) as Counts;
    return { inserted, updated, deleted, conflicts, undecided };
  };
  expect(counts(dry.stdout)).toEqual(counts(real.stdout));
  return { ...counts(real.stdout), code: real.code };
}

const EVE_AND_DAN = ["dan@example.com Dan b5 en ", "eve@other.org Eve B h3 de "];
const SESSIONS = ["token-b", "token-e"];
const GROUPS = ["1:staff:all staff", "2:ops:-", "3:new:-"];

describe("an export of accounts", () => {
  it("holds the roots, what belongs to them and what they refer to, and no session", async () => {
    const text = await readFile(join(folder.path, await exported("ndjson")), "utf8");
    const parts = text.split("\n").filter((line) => line.startsWith('["'));
    expect(parts.at(-1)).toContain('"parts":[');
    expect(text).not.toContain("token-a");
  });

  it("chooses roots by group", async () => {
    const args = [
      "--dataset",
      "accounts",
      "--group",
      "new",
      "--output",
      "new.json",
      "--format",
      "json",
      "--json",
    ];
    const made = await run(["export", "node-a:public:*", ...args]);
    expect(JSON.parse(made.stdout)).toMatchObject({ roots: 1 });
    expect(await readFile(join(folder.path, "new.json"), "utf8")).toContain("cid@example.com");
  });
});

describe("an import of accounts", () => {
  it.each(["yaml", "json", "ndjson"])(
    "replace (%s): the file's accounts become as in the file, no other row changes",
    async (format) => {
      const counts = await imported(await exported(format), []);
      expect(counts).toEqual({ inserted: 4, updated: 2, deleted: 2, conflicts: 0, undecided: 0, code: 0 });
      expect(await state()).toEqual({
        users: [
          "ann@example.com Ann A a1 en 2026-01-08",
          "bob@example.com Bob b2 fr ",
          "cid@example.com Cid a4 en ",
          ...EVE_AND_DAN,
        ],
        identities: ["github:ann", "oidc:ann", "oidc:bob", "oidc:eve"],
        memberships: ["ann:1", "ann:2", "bob:1", "cid:3", "eve:1"],
        groups: GROUPS,
        sessions: SESSIONS,
      });
    },
  );

  it("merge: nothing is deleted", async () => {
    const counts = await imported(await exported(), ["--merge"]);
    expect(counts).toEqual({ inserted: 4, updated: 2, deleted: 0, conflicts: 0, undecided: 0, code: 0 });
    expect((await state()).identities).toEqual([
      "github:ann",
      "github:bob",
      "oidc:ann",
      "oidc:bob",
      "oidc:eve",
      "saml:ann",
    ]);
  });

  it("append: rows that are there stay", async () => {
    const before = await state();
    const counts = await imported(await exported(), ["--merge-strategy", "append"]);
    expect(counts).toMatchObject({ inserted: 4, updated: 0, deleted: 0, undecided: 0, code: 0 });
    const after = await state();
    expect(after.users).toEqual([
      ...before.users.slice(0, 2),
      "cid@example.com Cid a4 en ",
      ...before.users.slice(2),
    ]);
  });

  it("timestamp: the row that was changed last wins", async () => {
    const counts = await imported(await exported(), ["--merge-strategy", "timestamp"]);
    expect(counts).toMatchObject({ inserted: 4, updated: 1, deleted: 0, undecided: 0, code: 0 });
    expect((await state()).users.slice(0, 2)).toEqual([
      "ann@example.com Ann A a1 en 2026-01-08",
      "bob@example.com Bob B b2 en ",
    ]);
  });

  it("three-way: edits of both sides; policies decide what both changed", async () => {
    const args = ["--merge-strategy", "three-way", "--base", `${base.url}#public:*`];
    const counts = await imported(await exported(), args);
    expect(counts).toMatchObject({ code: 0, undecided: 0, inserted: 4, updated: 2, deleted: 1 });
    const after = await state();
    expect(after.users[0]).toBe("ann@example.com Ann A a1 en 2026-01-08");
    expect(after.users[1]).toBe("bob@example.com Bob B b2 fr ");
    expect(after.identities).toEqual(["github:ann", "github:bob", "oidc:ann", "oidc:bob", "oidc:eve"]);
  });

  it("is refused for accounts that are not allowed, before anything is written", async () => {
    const file = await exported();
    await writeFile(join(folder.path, "allow.txt"), `${ID(1)}\n${ID(2)}\n`);
    const before = await state();
    const refused = await run(["import", file, "node-b:public:*", "--allow", "allow.txt"]);
    expect(refused).toMatchObject({ code: 7 });
    expect(refused.stderr).toContain(ID(4));
    expect(await state()).toEqual(before);
  });

  it("is taken back by its receipt", async () => {
    const before = await state();
    const done = await run(["import", await exported(), "node-b:public:*", "--json"]);
    const { ledger_id } = JSON.parse(done.stdout) as { ledger_id: string };
    expect(await run(["undo", ledger_id, "node-b:public:*"])).toMatchObject({ code: 0 });
    expect(await state()).toEqual(before);
  });
});
