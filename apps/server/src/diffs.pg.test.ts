import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@syncline/api/client";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

const SECRET = "c4n4ry";

let server: TestService;
let rows: TestDatabase;
let patchId = "";
let hash = "";
const client = () => createClient({ url: server.url, apiKey: server.key });

beforeAll(async () => {
  rows = await createTestDatabase("diff_rows");
  await rows.query(`
    CREATE SCHEMA src; CREATE SCHEMA dst;
    CREATE TABLE src.users (id int PRIMARY KEY, name text, points numeric(12,2), seen text);
    CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
    CREATE TABLE src.alike (id int PRIMARY KEY); CREATE TABLE dst.alike (id int PRIMARY KEY);
    INSERT INTO src.alike SELECT generate_series(1, 7); INSERT INTO dst.alike SELECT generate_series(1, 7);
    INSERT INTO src.users SELECT n, 'name ' || n, n, 'now' FROM generate_series(1, 300) n;
    INSERT INTO dst.users SELECT id, name, points, 'then' FROM src.users WHERE id <= 250;
    UPDATE dst.users SET points = points + 0.01 WHERE id <= 100;
    UPDATE dst.users SET name = '${SECRET}' WHERE id = 5;
    INSERT INTO dst.users SELECT n, 'gone', 0, '' FROM generate_series(901, 910) n;`);
  server = await startTestService({ label: "diffs", config: () => placesConfig(rows.url) });
  const run = await client().diffs.startDiff({
    body: { source: "a:src:*", target: "a:dst:*" },
    query: { wait: 30 },
  });
  patchId = run.summary?.patchId ?? "";
  hash = (await client().diffs.getPatch({ params: { id: patchId } })).hash;
});
afterAll(async () => {
  await server.stop();
  await rows.drop();
});

const params = () => ({ id: patchId });
const text = async (answer: Promise<Response>) => (await answer).text();

it("tells of each table whether it is the same, with the rows of both sides", async () => {
  const verdict = await client().diffs.listPatchTables({ params: params() });
  expect(verdict).toMatchObject({ patchId, hash, complete: true, total: 310 });
  expect(verdict.tables.map(({ name, state }) => [name, state])).toEqual([
    ["alike", "same"],
    ["users", "different"],
  ]);
  expect(verdict.tables[0]).toMatchObject({ inserts: 0, unchanged: 7, sourceRows: 7, targetRows: 7 });
  expect(verdict.tables[1]).toMatchObject({
    changes: { insert: 50, update: 250, delete: 10 },
    inserts: 50,
    updates: 250,
    deletes: 10,
    unchanged: 0,
    sourceRows: 300,
    targetRows: 260,
    key: ["id"],
    columns: [
      { name: "id", type: "integer" },
      { name: "name", type: "text" },
      { name: "points", type: "numeric(12,2)" },
      { name: "seen", type: "text" },
    ],
    changedColumns: [
      { name: "seen", updates: 250, only: 150 },
      { name: "points", updates: 100, only: 0 },
      { name: "name", updates: 1, only: 0 },
    ],
  });
});

it("of a comparison that stopped at its limit nobody knows how many rows there are", async () => {
  const run = await client().diffs.startDiff({
    body: { source: "a:src:*", target: "a:dst:*", maxDifferences: 3 },
    query: { wait: 30 },
  });
  const stopped = await client().diffs.listPatchTables({ params: { id: run.summary?.patchId ?? "" } });
  expect(stopped).toMatchObject({ complete: false, total: 3 });
  for (const table of stopped.tables) expect(table).toMatchObject({ sourceRows: null, targetRows: null });
});

it("pages by offset, counts, and finds a row with its place", async () => {
  const list = (query: object) => client().diffs.listChanges({ params: params(), query });
  const page = await list({ kind: ["delete", "insert"], offset: 45, limit: 10 });
  expect(page).toMatchObject({ hash, searching: false });
  expect(page.items.map(({ kind }) => kind)).toEqual([
    ...Array(5).fill("insert"),
    ...Array(5).fill("delete"),
  ]);
  const count = (query: object) => client().diffs.countChanges({ params: params(), query });
  expect(await count({ kind: ["delete", "insert"] })).toEqual({
    count: 60,
    exact: true,
    kinds: { insert: 50, update: 0, delete: 10 },
    hash,
  });
  const value = JSON.stringify({ column: "name", side: "old", test: "contains", value: "C4N" });
  expect(await count({ value: [value] })).toMatchObject({ count: 1, exact: true });
  expect((await list({ value: [value], offset: 0 })).items).toMatchObject([{ key: { id: "5" } }]);
  const find = (query: object) =>
    client().diffs.findChange({ params: params(), query: { table: "users", ...query } });
  expect(await find({ row: ["905"] })).toEqual({ n: 304, offset: 304, hash });
  expect(await find({ row: ["905"], kind: ["delete"] })).toEqual({ n: 304, offset: 4, hash });
  expect(await find({ row: ["905"], kind: ["insert"] })).toEqual({ n: 304, offset: null, hash });
  expect(await find({ row: ["4711"] })).toEqual({ n: null, offset: null, hash });
});

it.each([
  ["changes?offset=1&after=3", 400, "usage.invalid"],
  ["changes?value=nonsense", 400, "request.invalid"],
  ["changes?kind=merge", 400, "request.invalid"],
  ["changes?column=nowhere", 404, "column.not_found"],
  ["changes/count?table=nowhere", 404, "table.not_found"],
  ["changes/find?table=users&row=1&row=2", 400, "usage.invalid"],
  ["changes/export?text=%00", 400, "request.invalid"],
  ["changes/export?column=nowhere", 404, "column.not_found"],
  ["histogram?table=users&of=nowhere", 404, "column.not_found"],
  ["sql?after=x", 400, "request.invalid"],
])("refuses %s", async (path, status, code) => {
  const answer = await server.ask("GET", `/api/v1/patches/${patchId}/${path}`);
  expect([answer.status, answer.json?.code]).toEqual([status, code]);
});

it("shows where changes lie and what they do to a column", async () => {
  const found = await client().diffs.histogramOfPatch({
    params: params(),
    query: { table: "users", of: "points", buckets: 10 },
  });
  expect(found).toMatchObject({ along: "key", exact: true, hash });
  const sum = (kind: "insert" | "update" | "delete") =>
    found.buckets.reduce((total, bucket) => total + bucket[kind], 0);
  expect([sum("insert"), sum("update"), sum("delete")]).toEqual([50, 250, 10]);
  expect(found.column).toMatchObject({ updates: 100, sampled: 100, numeric: { count: 100 } });
  expect(found.column?.numeric?.median).toBeCloseTo(-0.01);
});

it("says what an ignore rule would leave", async () => {
  const preview = (body: object) => client().diffs.previewIgnore({ params: params(), body });
  expect(await preview({ ignoreFields: ["seen"] })).toMatchObject({ exact: true, vanish: 150, remain: 100 });
  expect(await preview({ ignoreFields: ["seen"], tolerance: { points: "0.01" } })).toMatchObject({
    exact: true,
    vanish: 249,
    remain: 1,
    tables: [{ name: "users", vanish: 249, remain: 1 }],
  });
});

describe("exports", () => {
  const exported = (format: "ndjson" | "csv" | "json" | "sql" | "html", query: object = {}) =>
    text(client().diffs.exportChanges({ params: params(), query: { format, ...query } }));

  it("hold exactly what was chosen", async () => {
    const lines = (await exported("ndjson", { kind: ["delete"] })).trim().split("\n");
    expect(lines.filter((line) => JSON.parse(line).type === "operation")).toHaveLength(10);
    const document = JSON.parse(await exported("json", { table: "users" }));
    expect(document.operations).toHaveLength(310);
    const csv = (await exported("csv", { key: "5", column: "name" })).split("\n");
    expect(csv[0]).toBe("table,kind,key,column,old,new");
    expect(csv).toContain(`users,update,5,name,${SECRET},name 5`);
    expect(await exported("csv", { key: "901" })).toContain('users,delete,901,seen,"",\n');
    expect(await exported("html", { kind: ["delete"] })).toMatch(/^<!doctype html>/i);
    const sql = await exported("sql", { kind: ["delete"] });
    expect(sql.match(/^WITH changed AS \(DELETE/gm)).toHaveLength(10);
    expect(sql).not.toContain('INSERT INTO "users"');
  });

  it("come as files that no browser opens", async () => {
    const answer = await server.ask("GET", `/api/v1/patches/${patchId}/changes/export?format=html`);
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="${patchId}.html"`);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("SQL", () => {
  it("is listed as the file has it, and both do what the patch does", async () => {
    const file = await text(client().diffs.downloadSql({ params: params() }));
    const all: string[] = [];
    let head = "";
    for (let after: string | undefined; ; ) {
      const query = { limit: 77, ...(after === undefined ? {} : { after }) };
      const page = await client().diffs.listStatements({ params: params(), query });
      expect(page).toMatchObject({ hash, total: 310 });
      head = page.head;
      all.push(...page.items.map((item) => item.text));
      if (page.next === null) {
        expect(`${head}${all.map((each) => `${each}\n`).join("")}${page.tail}`).toBe(file);
        break;
      }
      after = page.next;
    }
    expect(file).toContain(hash);
    const before = await rows.query("SELECT * FROM dst.users ORDER BY id");
    await rows.query(`SET search_path = dst; ${file}`);
    expect(await rows.query("SELECT * FROM dst.users ORDER BY id")).toEqual(
      await rows.query("SELECT * FROM src.users ORDER BY id"),
    );
    const undo = await text(client().diffs.downloadSql({ params: params(), query: { direction: "undo" } }));
    await rows.query(`SET search_path = dst; ${undo}`);
    expect(await rows.query("SELECT * FROM dst.users ORDER BY id")).toEqual(before);
  });
});

describe("a patch of a selection", () => {
  const select = (body: object) =>
    server.ask("POST", `/api/v1/patches/${patchId}/selection`, {
      body: { filter: {}, count: 1, hash, ...body },
    });

  it("holds exactly what was chosen, and writes nothing else", async () => {
    const filter = { kinds: ["update"], values: [{ column: "name", value: SECRET }] };
    const made = await select({ filter, count: 1 });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      origin: "selection",
      complete: true,
      operations: 1,
      selectedFrom: { patchId, hash, filter: { kinds: ["update"] } },
    });
    expect(made.json.hash).not.toBe(hash);
    const file = await server.ask("GET", `/api/v1/patches/${made.json.id}/file`);
    expect(file.text).toContain(`"selectedFrom"`);
    expect(file.text.match(/"op":/g)).toHaveLength(1);
    const run = await client().transfers.applyPatch({
      body: { patch: made.json.id, target: "b:dst:*" },
      query: { wait: 30 },
    });
    expect(run).toMatchObject({
      state: "succeeded",
      summary: { counts: { updated: 1, inserted: 0, deleted: 0 } },
    });
    expect(await rows.query("SELECT id FROM dst.users WHERE name = 'name 5'")).toEqual([{ id: 5 }]);
    expect(await rows.query("SELECT count(*)::int AS n FROM dst.users")).toEqual([{ n: 260 }]);
  });

  it("is not made of anything but what was looked at", async () => {
    const stored = () => server.ask("GET", "/api/v1/patches").then(({ json }) => json.items.length);
    const before = await stored();
    const other = await select({ filter: { kinds: ["delete"] }, count: 9 });
    expect([other.status, other.json.code]).toEqual([409, "selection.changed"]);
    expect(other.json.detail).toContain("expected 9, found 10");
    const searched = await select({ filter: { text: "gone" }, count: 11 });
    expect([searched.status, searched.json.detail]).toEqual([409, expect.stringContaining("found 10")]);
    const another = createHash("sha256").update("x").digest("hex");
    const stale = await select({ hash: another });
    expect([stale.status, stale.json.code]).toEqual([409, "selection.changed"]);
    expect(await stored()).toBe(before);
    const folders = await readdir(join(server.folder, "state", "objects", "results"));
    expect(folders).toHaveLength(before);
    const files = await server.database.query("SELECT count(*)::int AS n FROM syncline_control.patches");
    expect(files[0]?.["n"]).toBe(before);
  });
});
