import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAgeKeys } from "../../testing/age-keys.ts";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE account (id int PRIMARY KEY, name text, manager int REFERENCES account, note text);
  CREATE TABLE comment (id int PRIMARY KEY, account int REFERENCES account, parent int REFERENCES comment, t text);`;
const ROWS = `INSERT INTO account VALUES (1, 'a', NULL, 'n1'), (2, 'b', 1, 'n2'), (3, 'c', NULL, 'n3');
  INSERT INTO comment VALUES (1, 1, NULL, 'x'), (2, NULL, 1, 'reply'), (3, NULL, 2, 'reply'), (4, 2, NULL, 'y'), (5, 3, NULL, 'z');`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("import_source");
  target = await createTestDatabase("import_target");
});
afterAll(() => Promise.all([source.drop(), target.drop()]));
beforeEach(async () => {
  folder = await makeCommandFolder(
    JSON.stringify({
      version: 1,
      servers: {
        from: { url: source.url },
        to: { url: target.url },
      },
      datasets: { d: { root: "account", tables: ["comment"] } },
    }),
  );
  for (const database of [source, target])
    await database.query(
      `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${TABLES}${ROWS}`,
    );
  return () => folder.remove();
});

const exportOf = async (where: object, ...args: string[]) => {
  const filter = ["--filter", JSON.stringify({ where })];
  const made = await folder.run([
    "export",
    "from:public:*",
    "--dataset",
    "d",
    ...filter,
    "--output",
    "x.ndjson",
    ...args,
  ]);
  expect(made, made.stderr).toMatchObject({ code: 0 });
};
const importOf = (...args: string[]) => folder.run(["import", "x.ndjson", "to:public:*", ...args]);
const state = async () => {
  const accounts = await target.query("SELECT id, name, note FROM account ORDER BY id");
  const comments = await target.query<{ id: number }>("SELECT id FROM comment ORDER BY id");
  return {
    accounts: accounts.map((row) => Object.values(row as object).join(" ")),
    comments: comments.map(({ id }) => id),
  };
};
async function edit(change: (text: string) => string): Promise<void> {
  const path = join(folder.path, "x.ndjson");
  await writeFile(path, change(await readFile(path, "utf8")));
}

describe("import", () => {
  it("replaces a root with its whole tree, and touches no other root", async () => {
    await source.query("DELETE FROM comment WHERE id IN (2, 3); UPDATE account SET name = 'A' WHERE id = 1");
    await exportOf({ id: 1 });
    expect(await importOf()).toMatchObject({ code: 0 });
    expect(await state()).toEqual({ accounts: ["1 A n1", "2 b n2", "3 c n3"], comments: [1, 4, 5] });
  });

  it("makes a row that is referred to when it is missing, and never changes it", async () => {
    await source.query("UPDATE account SET name = 'A' WHERE id = 1");
    await exportOf({ id: 2 });
    expect(await importOf()).toMatchObject({ code: 0 });
    expect((await state()).accounts[0]).toBe("1 a n1");
    await target.query("TRUNCATE account, comment");
    expect(await importOf()).toMatchObject({ code: 0 });
    expect(await state()).toEqual({ accounts: ["1 A n1", "2 b n2"], comments: [4] });
  });

  it("deletes other roots only with --replace-all, confirmed", async () => {
    await exportOf({ id: { $in: [1, 2] } });
    expect(await importOf("--replace-all")).toMatchObject({ code: 2 });
    expect((await state()).accounts).toHaveLength(3);
    expect(await importOf("--replace-all", "--yes")).toMatchObject({ code: 0 });
    expect(await state()).toEqual({ accounts: ["1 a n1", "2 b n2"], comments: [1, 2, 3, 4] });
  });

  it("takes an allow-list at its word, also for roots that are only referred to", async () => {
    await exportOf({ id: 2 });
    await folder.write("allow.txt", "2\n");
    const refused = await importOf("--allow", "allow.txt");
    expect(refused).toMatchObject({ code: 7 });
    await folder.write("allow.txt", "[1, 2]");
    expect(await importOf("--allow", "allow.txt")).toMatchObject({ code: 0 });
  });

  it("keeps columns that the file omits", async () => {
    await source.query("UPDATE account SET name = 'A', note = 'gone' WHERE id = 1");
    await exportOf({ id: 1 }, "--fields", "name,manager,account,parent,t");
    expect(await importOf()).toMatchObject({ code: 0 });
    expect((await state()).accounts[0]).toBe("1 A n1");
  });

  it("refuses a row that belongs to none of the file's roots", async () => {
    await exportOf({ id: 1 });
    await edit((text) => text.replace('"id":1,"account":1', '"id":1,"account":3'));
    const before = await state();
    expect(await importOf()).toMatchObject({ code: 9 });
    const refused = await importOf("--edited");
    expect(refused.stderr).toContain('"comment"');
    expect(refused.code).toBe(7);
    expect(await state()).toEqual(before);
  });

  it("reports a child that another root has in the target", async () => {
    await target.query("UPDATE comment SET account = 3 WHERE id = 4");
    await exportOf({ id: 2 });
    const done = await importOf("--json");
    expect(done.code).toBe(6);
    expect(JSON.parse(done.stdout)).toMatchObject({
      undecided: 1,
      first_conflicts: [{ kind: "outside-scope" }],
    });
  });

  it("leaves a row that is only referred to, also where a root of the file has it in the target", async () => {
    await source.query(
      "UPDATE comment SET account = 3, t = 'theirs' WHERE id = 1; INSERT INTO comment VALUES (10, 1, 1, 'new')",
    );
    await exportOf({ id: 1 });
    const done = await importOf();
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await target.query("SELECT account, t FROM comment WHERE id IN (1, 10) ORDER BY id")).toEqual([
      { account: 1, t: "x" },
      { account: 1, t: "new" },
    ]);
  });

  it("finds the root also where the config names its schema", async () => {
    const config = await readFile(join(folder.path, "syncline.yaml"), "utf8");
    await folder.write("syncline.yaml", config.replace('"root":"account"', '"root":"public.account"'));
    await source.query("UPDATE account SET name = 'A' WHERE id = 1");
    await exportOf({ id: 1 });
    expect(await importOf()).toMatchObject({ code: 0 });
    expect((await state()).accounts[0]).toBe("1 A n1");
  });

  it("deletes nothing by rows that were chosen with a filter", async () => {
    const filter = ["--filter", JSON.stringify({ tables: { comment: { where: { id: 4 } } } })];
    await folder.run(["pull", "from:public:*", "./x", ...filter]);
    await folder.run(["export", "from:public:*", "--output", "x.ndjson", ...filter]);
    for (const file of ["./x", "x.ndjson"]) {
      const done = await folder.run(["import", file, "to:public:*", "--dataset", "d"]);
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(done.stderr).toContain("no row is deleted");
      expect((await state()).comments).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it("replaces a root of one tenant of shared tables, whose keys hold the tenant", async () => {
    await target.query(
      `DROP TABLE comment, account;
       CREATE TABLE account (tenant text, id int, name text, manager int, note text, PRIMARY KEY (tenant, id));
       CREATE TABLE comment (tenant text, id int, account int, parent int, t text, PRIMARY KEY (tenant, id),
         FOREIGN KEY (tenant, account) REFERENCES account, FOREIGN KEY (tenant, parent) REFERENCES comment);
       INSERT INTO account SELECT t, i, 'old' FROM unnest('{t1,t2}'::text[]) t, generate_series(1, 2) i;
       INSERT INTO comment SELECT t, i, i % 2 + 1 FROM unnest('{t1,t2}'::text[]) t, generate_series(20, 23) i`,
    );
    const shared = { url: target.url, tenancy: { kind: "column", column: "tenant" } };
    const config = await readFile(join(folder.path, "syncline.yaml"), "utf8");
    await folder.write(
      "syncline.yaml",
      config.replace('"to":{', `"shared":${JSON.stringify(shared)},"to":{`),
    );
    await exportOf({ id: 1 });
    const done = await folder.run(["import", "x.ndjson", "shared:t1:*"]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    const rows = async (table: string) =>
      (await target.query(`SELECT tenant || id AS r FROM ${table} ORDER BY 1`)).map(
        (row) => Object.values(row as object)[0],
      );
    expect(await rows("account WHERE name = 'old'")).toEqual(["t12", "t21", "t22"]);
    expect(await rows("comment")).toEqual([
      "t11",
      "t12",
      "t121",
      "t123",
      "t13",
      "t220",
      "t221",
      "t222",
      "t223",
    ]);
  });

  it("refuses columns that the target lacks, and rows whose references are missing", async () => {
    await source.query("ALTER TABLE account ADD extra int");
    await exportOf({ id: 1 });
    expect(await importOf()).toMatchObject({ code: 8 });
    await source.query("ALTER TABLE account DROP extra");
    await exportOf({ id: 2 }, "--overwrite");
    await edit((text) => text.replace('"manager":1', '"manager":77'));
    const refused = await importOf("--edited");
    expect(refused).toMatchObject({ code: 6 });
    expect(refused.stderr).toContain("account_manager_fkey");
  });

  it("waits for a lock no longer than it was told, also with an SQL file", async () => {
    await folder.run(["export", "from:public:comment", "--output", "x.sql"]);
    const dump = (await readFile(join(folder.path, "x.sql"), "utf8")).split("\n");
    const rows = dump.filter((line) => /^SET LOCAL lock_timeout/.test(line));
    expect(rows).toHaveLength(1);
    await folder.write("rows.sql", `${rows[0]}\nINSERT INTO public.comment VALUES (90, NULL, NULL, 'z');\n`);
    const holder = new pg.Client(target.url);
    await holder.connect();
    await holder.query("BEGIN; LOCK TABLE comment");
    const waited = await folder.run([
      "import",
      "rows.sql",
      "to:public:*",
      "--lock-timeout",
      "300ms",
      "--yes",
    ]);
    await holder.end();
    expect(waited, waited.stderr).toMatchObject({ code: 11 });
    const kept = await folder.run(["import", "rows.sql", "to:public:*", "--reason", "x", "--yes"]);
    expect(kept).toMatchObject({ code: 2 });
    await exportOf({ id: 1 });
    expect(await importOf("--any-sql")).toMatchObject({ code: 2 });
  });

  it("demands encryption where the config does, however the place is named", async () => {
    const guarded = { url: source.url, export: { requireEncryption: true } };
    await folder.write(
      "syncline.yaml",
      JSON.stringify({
        version: 1,
        servers: { guarded, alias: { url: source.url }, to: { url: target.url } },
      }),
    );
    for (const place of ["guarded:public:*", "alias:public:*", `${source.url}#public:*`])
      for (const format of ["ndjson", "sql", "csv"]) {
        const refused = await folder.run(["export", place, "--output", "x.out", "--format", format]);
        expect(refused.stderr).toContain("must be encrypted");
      }
    const pulled = await folder.run(["pull", "alias:public:*", "rows"]);
    expect(pulled).toMatchObject({ code: 7 });
    expect(pulled.stderr).toContain("must be encrypted");
    const { identity, recipient } = await makeAgeKeys();
    await folder.write("key.txt", `${identity}\n`);
    const to = ["--recipient", recipient, "--output", "x.ndjson.zst.age"];
    const made = await folder.run(["export", "guarded:public:*", ...to]);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const read = ["import", "x.ndjson.zst.age", "to:public:*"];
    expect(await folder.run(read)).toMatchObject({ code: 12 });
    expect(await folder.run([...read, "--identity", "key.txt"])).toMatchObject({ code: 0 });
  });

  it("verifies who signed a file", async () => {
    const pems = () => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      return [
        privateKey.export({ type: "pkcs8", format: "pem" }) as string,
        publicKey.export({ type: "spki", format: "pem" }) as string,
      ] as const;
    };
    const [secret, trusted] = pems();
    await folder.write("signer.pem", secret);
    await folder.write("trusted.pem", trusted);
    await folder.write("other.pem", pems()[1]);
    await exportOf({ id: 1 }, "--sign", "signer.pem");
    expect(await importOf("--verify-signer", "trusted.pem")).toMatchObject({ code: 0 });
    expect(await importOf("--verify-signer", "other.pem")).toMatchObject({ code: 12 });
  });
});
