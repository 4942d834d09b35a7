import {
  createTestDatabase,
  type TestDatabase,
  TYPE_ZOO,
  ZOO_TYPES,
  zooStatements,
} from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copy, definitions, digest } from "./testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "./testing/large-tables.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("copy_source"),
    createTestDatabase("copy_target"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS syncline CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

async function expectSame(query: string): Promise<void> {
  expect(await digest(target.url, query)).toBe(await digest(source.url, query));
}

describe("every row and byte arrives", () => {
  it("of every type there is", async () => {
    for (const statement of ZOO_TYPES) await both(statement);
    await both(zooStatements("zoo"));
    await target.query("DELETE FROM zoo");
    const result = await copy(source, target);
    expect(result).toMatchObject({ outcome: "copied", tables: [{ outcome: "done" }] });
    await expectSame("SELECT * FROM zoo");
  });

  it("of each type in a table of its own, so that what can travels in binary form", async () => {
    for (const statement of ZOO_TYPES) await both(statement);
    const tables = TYPE_ZOO.map(({ name, type }) => `CREATE TABLE t_${name} (n int PRIMARY KEY, v ${type})`);
    await both(tables.join(";"));
    const plain = (type: string) => type.replace(/ COLLATE .*/, "");
    const rows = TYPE_ZOO.flatMap(({ name, type, samples }) =>
      [...samples, "NULL"].map(
        (sample, n) => `INSERT INTO t_${name} VALUES (${n}, (${sample})::${plain(type)})`,
      ),
    );
    await source.query(rows.join(";"));
    expect(await copy(source, target)).toMatchObject({ outcome: "copied", rows: rows.length });
    const wrong: string[] = [];
    for (const { name } of TYPE_ZOO) {
      const query = `SELECT t::text FROM t_${name} t`; // output functions: a cast of xml tells more than they do
      if ((await digest(target.url, query)) !== (await digest(source.url, query))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });

  it("of tables that reference each other, also in a circle, and of a partitioned one", async () => {
    await both(`CREATE TABLE z_parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
      CREATE TABLE a_child (id serial PRIMARY KEY, parent bigint NOT NULL REFERENCES z_parent, twice int GENERATED ALWAYS AS (id * 2) STORED);
      CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL);
      CREATE TABLE egg (id int PRIMARY KEY, hen int NOT NULL REFERENCES hen);
      ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg;
      CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);
      CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
      CREATE TABLE parts_rest PARTITION OF parts DEFAULT`);
    await source.query(`INSERT INTO z_parent (name) SELECT 'n' || n FROM generate_series(1, 100) n;
      INSERT INTO a_child (parent) SELECT n FROM generate_series(1, 100) n;
      BEGIN; ALTER TABLE hen ALTER CONSTRAINT hen_egg DEFERRABLE INITIALLY DEFERRED;
      INSERT INTO hen VALUES (1, 1), (2, 2); INSERT INTO egg VALUES (1, 2), (2, 1); COMMIT;
      INSERT INTO tree SELECT n, nullif(n - 1, 0) FROM generate_series(1, 50) n;
      INSERT INTO parts SELECT n, date '2024-12-01' + n FROM generate_series(1, 60) n`);
    const before = await definitions(target.url);
    const result = await copy(source, target);
    expect(result).toMatchObject({ outcome: "copied", rows: 100 + 100 + 2 + 2 + 50 + 60 });
    for (const table of ["z_parent", "a_child", "hen", "egg", "tree", "parts"])
      await expectSame(`SELECT * FROM ${table}`);
    expect(await definitions(target.url)).toEqual(before);
    await target.query(
      "INSERT INTO z_parent (name) VALUES ('next'); INSERT INTO a_child (parent) VALUES (101)",
    );
  });
});

describe("large tables in parts over several connections", () => {
  it("arrive whole, with everything that was dropped", async () => {
    await both(LARGE_SHAPE);
    await source.query(LARGE_ROWS);
    const before = await definitions(target.url);
    const result = await copy(source, target, { parallel: 4, partBytes: 500_000 });
    expect(result).toMatchObject({ outcome: "copied", rows: 62_020 });
    for (const table of LARGE_TABLES) await expectSame(`SELECT * FROM ${table}`);
    expect(await definitions(target.url)).toEqual(before);
    expect(await target.query("SELECT count(*)::int AS n FROM syncline.copy_definition")).toEqual([{ n: 0 }]);
    expect(await target.query("SELECT count(*)::int AS n FROM syncline.copy_part")).toEqual([{ n: 0 }]);
    expect(await target.query("SELECT count(DISTINCT xmin::text)::int AS n FROM purchase")).toEqual([
      { n: 2 },
    ]);
    await target.query(
      "INSERT INTO customer (region, email) VALUES (1, 'next'); INSERT INTO purchase (customer, amount) VALUES (1, 1)",
    );
  });
});
