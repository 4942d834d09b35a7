import { randomUUID } from "node:crypto";
import type { SlicedCopy, SliceRows, UnitClaim } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { testContext } from "../../read/testing/compare-databases.ts";
import { openBulkTarget } from "../open-bulk-target.ts";
import { definitions, digest, recover, scopeOf } from "../testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "../testing/large-tables.ts";
import { beginSliced, joinSliced } from "../testing/sliced-copies.ts";
import { openSlicedLoadTarget } from "./open-sliced-load.ts";

let source: TestDatabase;
let target: TestDatabase;
let before: string[];
let token = 0n;
const ctx = testContext(new AbortController().signal);
const record = { source: "source", target: "target", actor: "somebody" };

beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("sliced_copy_source"),
    createTestDatabase("sliced_copy_target"),
  ]);
  await Promise.all([source.query(LARGE_SHAPE), target.query(LARGE_SHAPE)]);
  await source.query(LARGE_ROWS);
  before = await definitions(target.url);
}, 60_000);
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  await target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`);
  token += 1n;
});

async function begin(slices: number | "auto" = 4) {
  const begun = await beginSliced({ source, target }, { token, slices });
  if (begun.kind === "unsuitable") throw new Error(begun.reasons.join(" "));
  return begun;
}

const claim = () => ({ unitId: randomUUID(), token: 1n });
const joined = (first: Awaited<ReturnType<typeof begin>>, instant: string | null) =>
  joinSliced({ source, target }, first.plan, instant);

async function differing(): Promise<string[]> {
  const wrong: string[] = [];
  for (const table of LARGE_TABLES) {
    const query = `SELECT * FROM ${table}`;
    if ((await digest(source.url, query)) !== (await digest(target.url, query))) wrong.push(table);
  }
  return wrong;
}

async function rowsInTarget(): Promise<number> {
  const counts = LARGE_TABLES.map((table) => `(SELECT count(*) FROM ${table})`).join(" + ");
  return Number((await target.query<{ n: string }>(`SELECT ${counts} AS n`))[0]?.n);
}

it("copies one instant in slices by several that come and go", async () => {
  const first = await begin();
  expect(first.slices.length).toBeGreaterThan(LARGE_TABLES.length);
  const open: SlicedCopy[] = [first.copy];
  try {
    await source.query(
      "UPDATE region SET name = name || '!'; DELETE FROM favourite; INSERT INTO region VALUES (21, 'new')",
    );
    const second = await joined(first, first.copy.instant);
    open.push(second);
    expect(await open.shift()?.close()).toEqual([]);
    const third = await joined(first, second.instant);
    open.push(third);
    for (const [at, slice] of first.slices.entries())
      await (at % 2 === 0 ? second : third).copySlice(slice, claim(), ctx);
    const finished = await third.finish(first.plan, { claim: claim(), record, ctx });
    expect(finished.tables.map(({ rows }) => rows).reduce((sum, rows) => sum + rows)).toBe(
      20 + 20_000 + 40_000 + 2_000,
    );
  } finally {
    for (const copy of open) expect(await copy.close()).toEqual([]);
    await source.query(
      "DELETE FROM region WHERE id = 21; UPDATE region SET name = replace(name, '!', ''); INSERT INTO favourite SELECT n, n FROM generate_series(1, 2000) n",
    );
  }
  expect(await differing()).toEqual([]);
  expect(await definitions(target.url)).toEqual(before);
  const left = await target.query(
    "SELECT 1 FROM syncline.copy_part UNION ALL SELECT 1 FROM syncline.copy_definition",
  );
  expect(left).toEqual([]);
  const [sequence] = await target.query<{ n: string }>("SELECT nextval('purchase_id_seq') AS n");
  expect(sequence?.n).toBe("40001");
});

it("loads a slice once, and finishes once, however often it is asked", async () => {
  const { copy, slices, plan } = await begin();
  const [slice] = slices;
  if (slice === undefined) throw new Error("no slice");
  const [one, other] = await Promise.all([
    copy.copySlice(slice, claim(), ctx),
    copy.copySlice(slice, claim(), ctx),
  ]);
  expect([one.fresh, other.fresh].sort()).toEqual([false, true]);
  expect(one.rows).toBe(other.rows);
  for (const each of slices) expect((await copy.copySlice(each, claim(), ctx)).rows).toBeGreaterThan(0);
  const last = claim();
  const finished = await copy.finish(plan, { claim: last, record, ctx });
  expect(await copy.finish(plan, { claim: { ...last, token: 2n }, record, ctx })).toEqual({
    ...finished,
    notes: [],
  });
  await copy.close();
  expect(await differing()).toEqual([]);
});

it.each(["whoever began", "another"])(
  "drops indexes of large tables and makes them again, when %s finishes",
  async (who) => {
    const wide =
      "CREATE TABLE wide (id int PRIMARY KEY, n int UNIQUE, note text); CREATE INDEX wide_note ON wide (left(note, 5)); ALTER TABLE wide ADD FOREIGN KEY (n) REFERENCES wide (id)";
    await Promise.all([source, target].map((side) => side.query(`DROP TABLE IF EXISTS wide; ${wide}`)));
    await source.query(
      "INSERT INTO wide SELECT g, g, repeat('w', 1000) FROM generate_series(1, 13000) g; ANALYZE wide",
    );
    const shape = await definitions(target.url);
    const first = await begin();
    const open = [first.copy, await joined(first, first.copy.instant)];
    expect((await definitions(target.url)).length).toBeLessThan(shape.length - 3);
    for (const slice of first.slices) await open[1]?.copySlice(slice, claim(), ctx);
    await open[who === "another" ? 1 : 0]?.finish(first.plan, { claim: claim(), record, ctx });
    for (const copy of open) expect(await copy.close()).toEqual([]);
    expect(await definitions(target.url)).toEqual(shape);
    expect(await digest(target.url, "SELECT * FROM wide")).toBe(
      await digest(source.url, "SELECT * FROM wide"),
    );
    await Promise.all([source, target].map((side) => side.query("DROP TABLE wide")));
  },
);

it("leaves the target as it was when the last one goes without finishing", async () => {
  const first = await begin();
  const second = await joined(first, first.copy.instant);
  for (const slice of first.slices.slice(0, 5)) await second.copySlice(slice, claim(), ctx);
  expect(await rowsInTarget()).toBeGreaterThan(0);
  expect(await first.copy.close()).toEqual([]);
  expect(await recover(target)).toEqual([]); // somebody else's work on this database does not disturb it
  expect(await rowsInTarget()).toBeGreaterThan(0);
  expect((await second.close()).join()).toContain("made again");
  expect(await rowsInTarget()).toBe(0);
  expect(await definitions(target.url)).toEqual(before);
  const [slice] = first.slices;
  if (slice !== undefined)
    await expect(second.copySlice(slice, claim(), ctx)).rejects.toMatchObject({ code: "run.instant_lost" });
  await expect(joined(first, first.copy.instant)).rejects.toMatchObject({ code: "run.instant_lost" });
});

it("gives way to a later owner of the target, whose plan removes what was there", async () => {
  const first = await begin();
  const [slice, next] = first.slices;
  if (slice === undefined || next === undefined) throw new Error("no slice");
  await first.copy.copySlice(slice, claim(), ctx);
  token += 1n;
  const later = await begin();
  expect(later.notes.join()).toContain("cleaned up");
  expect(await rowsInTarget()).toBe(0);
  await expect(first.copy.copySlice(next, claim(), ctx)).rejects.toMatchObject({ code: "target.locked" });
  expect(await rowsInTarget()).toBe(0);
  await first.copy.close();
  for (const each of later.slices) await later.copy.copySlice(each, claim(), ctx);
  await later.copy.finish(later.plan, { claim: claim(), record, ctx });
  await later.copy.close();
  expect(await differing()).toEqual([]);
});

it("ends an earlier claim that was stopped in the middle of its slice, and loads the slice once", async () => {
  const first = await begin();
  const scope = scopeOf(target);
  const bulk = openBulkTarget({ scope, tables: { kind: "all" }, label: "target" });
  const { signal } = ctx;
  const [table] = await bulk.describe(({ name }) => name === "region", signal);
  if (table === undefined) throw new Error("no table");
  const { loadId, fence } = first.plan;
  const name = { id: loadId, fence: { domain: fence.domain, token: BigInt(fence.token) } };
  const load = await openSlicedLoadTarget({ scope, label: "target" }).join(name, signal);
  const unitId = randomUUID();
  const asleep = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  const slice = (claim: UnitClaim, read: SliceRows["read"]): SliceRows => ({
    ...{ claim, table, part: 0, columns: ["id", "name"], format: "text", read, signal, progress: () => {} },
    ...{ lockTimeoutMs: 5_000, stallTimeoutMs: 60_000 },
  });
  const stopped = load.loadSlice(
    slice({ unitId, token: 7n }, async function* () {
      yield Buffer.from("1\tone\n");
      began.resolve();
      await asleep.promise;
      yield Buffer.from("2\ttwo\n");
    }),
  );
  stopped.catch(() => {});
  await began.promise;
  const rows = async function* () {
    yield Buffer.from("1\tone\n2\ttwo\n");
  };
  expect(await load.loadSlice(slice({ unitId, token: 8n }, rows))).toMatchObject({ rows: 2, fresh: true });
  asleep.resolve();
  await expect(stopped).rejects.toMatchObject({ code: "connection.lost" });
  expect(await load.loadSlice(slice({ unitId, token: 7n }, rows))).toMatchObject({ rows: 2, fresh: false });
  expect(await rowsInTarget()).toBe(2);
  await Promise.all([load.leave(), first.copy.close()]);
  expect(await rowsInTarget()).toBe(0);
});

it("refuses rows of others and takes back what it loaded", async () => {
  const first = await begin();
  for (const slice of first.slices) await first.copy.copySlice(slice, claim(), ctx);
  await target.query("INSERT INTO region VALUES (999, 'mine')");
  await expect(first.copy.finish(first.plan, { claim: claim(), record, ctx })).rejects.toMatchObject({
    code: "patch.precondition_failed",
  });
  await first.copy.close();
  expect(await target.query("SELECT id FROM region")).toEqual([{ id: 999 }]);
  expect(await rowsInTarget()).toBe(1);
  expect(await definitions(target.url)).toEqual(before);
});

it("says why tables cannot be cut", async () => {
  const small = await beginSliced({ source, target }, { token, slices: "auto" });
  expect(small).toEqual({ kind: "unsuitable", reasons: ["No table is large enough to be cut."] });
  await target.query("INSERT INTO region VALUES (1, 'r')");
  const occupied = await beginSliced({ source, target }, { token, slices: 3 });
  expect(occupied).toMatchObject({ kind: "unsuitable", reasons: ['"region" is not empty.'] });
});
