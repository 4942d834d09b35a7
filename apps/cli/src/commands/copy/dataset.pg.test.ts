import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE plan (id int PRIMARY KEY, name text);
  CREATE TABLE account (id int PRIMARY KEY, plan int REFERENCES plan, name text);
  CREATE TABLE identity (id int PRIMARY KEY, account int REFERENCES account, provider text);
  CREATE TABLE session (id int PRIMARY KEY, account int REFERENCES account, token text);
  CREATE TABLE unrelated (id int PRIMARY KEY)`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("dataset_source");
  target = await createTestDatabase("dataset_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(
    JSON.stringify({
      version: 1,
      servers: { from: { url: source.url }, to: { url: target.url } },
      datasets: {
        accounts: {
          root: "account",
          tables: ["identity", "session", "plan"],
          policies: { session: "regenerate", account: { name: "target" } },
        },
      },
    }),
  );
  for (const database of [source, target])
    await database.query(
      `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${TABLES}`,
    );
  await source.query(`INSERT INTO plan VALUES (1, 'free'), (2, 'paid'), (3, 'unused');
    INSERT INTO account VALUES (1, 1, 'one'), (2, 2, 'two'); INSERT INTO identity VALUES (1, 1, 'x'), (2, 2, 'y');
    INSERT INTO session VALUES (1, 1, 's'); INSERT INTO unrelated VALUES (1)`);
  await target.query(`INSERT INTO plan VALUES (1, 'renamed'); INSERT INTO account VALUES (1, 1, 'mine'), (9, 1, 'nine');
    INSERT INTO identity VALUES (1, 1, 'old'), (7, 1, 'gone'), (9, 9, 'kept'); INSERT INTO session VALUES (7, 1, 't')`);
  return () => folder.remove();
});

it.each(["", "public."])("replaces per root, and nothing of others; tables as %saccount", async (prefix) => {
  await folder.write(
    "syncline.yaml",
    JSON.stringify({
      version: 1,
      servers: { from: { url: source.url }, to: { url: target.url } },
      datasets: {
        accounts: {
          root: `${prefix}account`,
          tables: ["identity", "session", "plan"].map((table) => prefix + table),
          policies: { [`${prefix}session`]: "regenerate", [`${prefix}account`]: { name: "target" } },
        },
      },
    }),
  );
  const run = await folder.run(["copy", "from:public:*", "to:public:*", "--dataset", "accounts", "--json"]);
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(run.stdout)).toMatchObject({
    method: "difference",
    inserted: 3,
    updated: 1,
    deleted: 1,
    undecided: 0,
  });
  const lines = await target.query<{ line: string }>(`SELECT 'plan ' || p::text AS line FROM plan p
    UNION ALL SELECT 'account ' || a::text FROM account a UNION ALL SELECT 'identity ' || i::text FROM identity i
    UNION ALL SELECT 'session ' || s::text FROM session s UNION ALL SELECT 'unrelated ' || u::text FROM unrelated u ORDER BY 1`);
  expect(lines.map(({ line }) => line)).toEqual([
    "account (1,1,mine)",
    "account (2,2,two)",
    "account (9,1,nine)",
    "identity (1,1,x)",
    "identity (2,2,y)",
    "identity (9,9,kept)",
    "plan (1,renamed)",
    "plan (2,paid)",
    "session (7,1,t)",
  ]);
});

it("takes only the roots that a filter chooses", async () => {
  const filter = '{"where":{"name":"two"}}';
  const run = await folder.run([
    "copy",
    "from:public:*",
    "to:public:*",
    "--dataset",
    "accounts",
    "--filter",
    filter,
    "--json",
  ]);
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(run.stdout)).toMatchObject({ inserted: 3, updated: 0, deleted: 0 });
});

it.each([
  ["copy", ["copy", "from:public:*", "to:public:*", "--dataset", "accounts", "--strategy", "three-way"]],
  ["import", ["import", "rows", "to:public:*", "--merge-strategy", "three-way"]],
])("%s: policies decide cells that both sides changed since the base", async (command, args) => {
  const base = await createTestDatabase(`dataset_base_${command}`);
  try {
    await base.query(`${TABLES}; INSERT INTO plan VALUES (1, 'free'); INSERT INTO account VALUES (1, 1, 'base');
      INSERT INTO identity VALUES (1, 1, 'base')`);
    await target.query("DELETE FROM identity WHERE id = 7; DELETE FROM session");
    await folder.run(["pull", "from:public:*", "rows", "--dataset", "accounts"]);
    const run = await folder.run([...args, "--base", `${base.url}#public:*`, "--json"]);
    expect(run, run.stderr).toMatchObject({ code: 6 });
    expect(JSON.parse(run.stdout)).toMatchObject({ undecided: 1 });
    const lines = await target.query<{ line: string }>(`SELECT 'plan ' || p::text AS line FROM plan p
      UNION ALL SELECT 'account ' || a::text FROM account a UNION ALL SELECT 'identity ' || i::text FROM identity i ORDER BY 1`);
    expect(lines.map(({ line }) => line)).toEqual([
      "account (1,1,mine)",
      "account (2,2,two)",
      "account (9,1,nine)",
      "identity (1,1,old)",
      "identity (2,2,y)",
      "identity (9,9,kept)",
      "plan (1,renamed)",
      "plan (2,paid)",
    ]);
  } finally {
    await base.drop();
  }
});
