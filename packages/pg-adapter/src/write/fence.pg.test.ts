import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { endOlder, holdFence, joinFence, takeFence } from "./fence.ts";
import { apply, insert, patchOf, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
const open: pg.Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase("fence");
  await database.query(
    "DO $$ BEGIN CREATE ROLE fence_guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  );
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO fence_guest;
    CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0); GRANT ALL ON t TO fence_guest`),
);
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.end().catch(() => {})));
});

const T = table("t", "id integer, n integer", "id");
const fence = (token: bigint, domain = "plane/t") => ({ domain, token });
const step = (from: number, to: number) =>
  patchOf([T], [update("t", { id: "1" }, { n: String(from) }, { n: String(to) })]);
const value = async () => (await database.query<{ n: number }>("SELECT n FROM t WHERE id = 1"))[0]?.n;
const entries = () => database.query<{ id: string }>("SELECT id FROM syncline.ledger ORDER BY position");
const ID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff";

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  open.push(client);
  return client;
}

/** A ledger as the version before made it. */
async function oldLedger(): Promise<void> {
  await apply(database.url, patchOf([T], [insert("t", { id: "9" }, { id: "9", n: "0" })]));
  await database.query("DROP TABLE syncline.fence; UPDATE syncline.target SET ledger_version = 1");
}

it("a repeated application id is told with the first one's counts and writes nothing", async () => {
  const two = patchOf(
    [T],
    [update("t", { id: "1" }, { n: "0" }, { n: "1" }), insert("t", { id: "2" }, { id: "2", n: "2" })],
  );
  const first = await apply(database.url, two, { applicationId: ID });
  expect(first).toMatchObject({ outcome: "applied", ledgerId: ID });
  await database.query("UPDATE t SET n = 50 WHERE id = 1");
  const again = await apply(database.url, two, { applicationId: ID });
  expect(again).toMatchObject({
    outcome: "already-applied",
    ledgerId: ID,
    counts: first.counts,
    tables: first.tables,
  });
  expect(await value()).toBe(50);
  const undoId = "7f9619ff-8b86-4d01-b42d-00c04fc964ff";
  await database.query("UPDATE t SET n = 1 WHERE id = 1");
  const undone = await undo(database.url, ID, { applicationId: undoId });
  expect(undone.outcome).toBe("applied");
  expect(await undo(database.url, ID, { applicationId: undoId })).toMatchObject({
    outcome: "already-applied",
    counts: undone.counts,
  });
  expect(await entries()).toHaveLength(2);
});

it("says when rows are written and when they are there", async () => {
  const points: string[] = [];
  await apply(database.url, step(0, 1), { reached: (point) => void points.push(point) });
  expect(points).toEqual(["rows-written", "rows-committed"]);
});

it("ends a writer that stands still under an older token, also when it has the same application id", async () => {
  await apply(database.url, step(0, 1), { options: { fence: fence(4n) } });
  const still = await session();
  await still.query("BEGIN; SET LOCAL search_path = ''");
  await takeFence(still, "still", fence(5n));
  await still.query("UPDATE public.t SET n = 99");
  const startedAt = Date.now();
  const result = await apply(database.url, step(1, 2), { applicationId: ID, options: { fence: fence(6n) } });
  expect(result.outcome).toBe("applied");
  expect(Date.now() - startedAt).toBeLessThan(4_000);
  await expect(still.query("COMMIT")).rejects.toThrow();
  expect(await value()).toBe(2);
});

it("lets tokens of other domains be", async () => {
  await apply(database.url, step(0, 1), { options: { fence: fence(9n, "plane/a") } });
  const other = await session();
  await joinFence(other, fence(1n, "plane/b"));
  await endOlder(await session(), fence(10n, "plane/a"));
  expect((await other.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  expect(await apply(database.url, step(1, 2), { options: { fence: fence(1n, "plane/b") } })).toMatchObject({
    outcome: "applied",
  });
});

it("several transactions share a token until a greater one comes", async () => {
  await apply(database.url, step(0, 1), { options: { fence: fence(7n) } });
  const [one, two] = [await session(), await session()];
  for (const each of [one, two]) {
    await each.query("BEGIN; SET LOCAL search_path = ''");
    await holdFence(each, "shared", fence(7n));
  }
  await one.query("COMMIT");
  await endOlder(await session(), fence(8n));
  await expect(two.query("COMMIT")).rejects.toThrow();
  await apply(database.url, step(1, 2), { options: { fence: fence(8n) } });
  await one.query("BEGIN; SET LOCAL search_path = ''");
  await expect(holdFence(one, "shared", fence(7n))).rejects.toMatchObject({ code: "target.locked" });
  await one.query("ROLLBACK");
});

it("brings a ledger of the layout before up to date with the next application, and only with its commit", async () => {
  await oldLedger();
  const layout = () =>
    database.query(
      "SELECT ledger_version AS v, to_regclass('syncline.fence') IS NOT NULL AS fence FROM syncline.target",
    );
  await apply(database.url, step(7, 8), { options: { fence: fence(1n) } }); // conflicts, rolled back
  expect(await layout()).toEqual([{ v: 1, fence: false }]);
  await apply(database.url, step(0, 1), { options: { dryRun: true } });
  expect(await layout()).toEqual([{ v: 1, fence: false }]);
  await apply(database.url, step(0, 1), { options: { fence: fence(3n) } });
  expect(await layout()).toEqual([{ v: 2, fence: true }]);
  await expect(apply(database.url, step(1, 2), { options: { fence: fence(2n) } })).rejects.toMatchObject({
    code: "target.locked",
  });
});

it("a role that may not make tables goes on with the old layout, and hears what it lacks when it needs the fence", async () => {
  await oldLedger();
  await database.query(
    "GRANT USAGE ON SCHEMA syncline TO fence_guest; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA syncline TO fence_guest",
  );
  const guest = database.url.replace(/\/\/[^@/]*@/, "//fence_guest@");
  expect(await apply(guest, step(0, 1))).toMatchObject({ outcome: "applied" });
  await expect(apply(guest, step(1, 2), { options: { fence: fence(1n) } })).rejects.toMatchObject({
    code: "permission.denied",
  });
  await apply(database.url, step(1, 2));
  await expect(apply(guest, step(2, 3), { options: { fence: fence(1n) } })).rejects.toMatchObject({
    code: "permission.denied",
    hint: expect.stringContaining("syncline.fence TO fence_guest"),
  });
});
