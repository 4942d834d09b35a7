import { readLog } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  apply,
  insert,
  patchOf,
  remove,
  table,
  testContext,
  undo,
  update,
  withTarget,
} from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("undo");
});
afterAll(() => database.drop());

const T = table("t", "id integer, name text", "id");
const rows = () => database.query("SELECT id, name FROM t ORDER BY id");
const patch = () =>
  patchOf(
    [T],
    [
      insert("t", { id: "3" }, { id: "3", name: "c" }),
      update("t", { id: "1" }, { name: "a" }, { name: "A" }),
      remove("t", { id: "2" }, { id: "2", name: "b" }),
    ],
  );
const log = () =>
  withTarget(database.url, {}, async (target) => {
    const entries = [];
    for await (const entry of readLog({ target, ctx: testContext() })) entries.push(entry);
    return entries;
  });

beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'), (2, 'b')`),
);

it("names each row that somebody edited since, and puts nothing back", async () => {
  const { ledgerId } = await apply(database.url, patch());
  await database.query(
    "UPDATE t SET name = 'X' WHERE id = 1; DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (2, 'new')",
  );
  const before = await rows();
  const result = await undo(database.url, ledgerId ?? "");
  expect(result).toMatchObject({ outcome: "conflicts", conflictCount: 2 });
  expect(result.conflicts.map(({ kind, operation }) => [kind, operation.key.get("id")])).toEqual([
    ["update-update", "1"],
    ["insert-insert", "2"],
  ]);
  expect(await rows()).toEqual(before);
  expect((await log())[0]).toMatchObject({ undoState: "applied" });
});

it("with a strategy puts back what it may, and the rest later", async () => {
  const { ledgerId } = await apply(database.url, patch());
  await database.query("UPDATE t SET name = 'X' WHERE id = 1");
  expect(await undo(database.url, ledgerId ?? "", { options: { strategy: "ours" } })).toMatchObject({
    outcome: "applied",
    counts: { inserted: 1, deleted: 1, skipped: 1 },
  });
  expect(await rows()).toEqual([
    { id: 1, name: "X" },
    { id: 2, name: "b" },
  ]);
  expect((await log())[1]).toMatchObject({ undoState: "partial" });
  expect(await undo(database.url, ledgerId ?? "", { options: { strategy: "theirs" } })).toMatchObject({
    outcome: "applied",
  });
  expect(await rows()).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
  expect((await log())[2]).toMatchObject({ undoState: "undone" });
});

it("takes back selected operations only", async () => {
  const { ledgerId } = await apply(database.url, patch());
  await undo(database.url, ledgerId ?? "", { select: (operation) => operation.key.get("id") === "3" });
  expect(await rows()).toEqual([{ id: 1, name: "A" }]);
  await undo(database.url, ledgerId ?? "");
  expect(await rows()).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
});

it("does not put back what was already true before the patch", async () => {
  await database.query("UPDATE t SET name = 'A' WHERE id = 1");
  const result = await apply(database.url, patch());
  expect(result).toMatchObject({ counts: { inserted: 1, updated: 0, deleted: 1, alreadyApplied: 1 } });
  await undo(database.url, result.patchId);
  expect(await rows()).toEqual([
    { id: 1, name: "A" },
    { id: 2, name: "b" },
  ]);
});

it("keeps a chain of undo and redo straight", async () => {
  const first = await apply(database.url, patch());
  const undone = await undo(database.url, first.patchId);
  const redone = await undo(database.url, undone.ledgerId ?? "");
  expect(await rows()).toEqual([
    { id: 1, name: "A" },
    { id: 3, name: "c" },
  ]);
  expect((await log()).map(({ kind, undoState }) => [kind, undoState])).toEqual([
    ["undo", "applied"],
    ["undo", "undone"],
    ["apply", "applied"],
  ]);
  await undo(database.url, redone.ledgerId ?? "");
  expect((await log()).map(({ undoState }) => undoState)).toEqual(["applied", "undone", "applied", "undone"]);
  await expect(undo(database.url, first.patchId)).rejects.toMatchObject({ code: "patch.already_undone" });
  expect(await rows()).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
});

it("the log says who, when, why and what", async () => {
  await database.query("UPDATE t SET name = 'X' WHERE id = 1");
  const made = patch();
  await apply(database.url, made, { options: { force: { reason: "incident 12" } } });
  const [entry] = await log();
  expect(entry).toMatchObject({
    patchId: made.header.id,
    hash: made.hash,
    kind: "apply",
    actor: "tester",
    reason: "incident 12",
    strategy: "theirs",
    undoState: "applied",
    counts: { inserted: 1, updated: 1, deleted: 1 },
    tables: [{ name: "t", inserted: 1, updated: 1, deleted: 1 }],
  });
  expect(Math.abs(Date.parse(entry?.appliedAt ?? "") - Date.now())).toBeLessThan(60_000);
});

it("a force without a reason is refused", async () => {
  await expect(apply(database.url, patch(), { options: { force: { reason: " " } } })).rejects.toMatchObject({
    code: "usage.invalid",
  });
});

it("an unknown patch, and a target that never saw one", async () => {
  await expect(undo(database.url, "nope")).rejects.toMatchObject({ code: "patch.not_found" });
  expect(await log()).toEqual([]);
  await apply(database.url, patch());
  await expect(undo(database.url, "nope")).rejects.toMatchObject({ code: "patch.not_found" });
});

it("a patch for one table goes to the one table that the target names, and is undone from anywhere", async () => {
  await database.query(
    `CREATE TABLE "Odd.Name" (id int PRIMARY KEY, name text); INSERT INTO "Odd.Name" SELECT * FROM t`,
  );
  const tables = { kind: "named", names: [{ schema: null, name: "Odd.Name" }] } as const;
  const result = await apply(database.url, patch(), { tables });
  expect((await log())[0]?.tables[0]?.name).toBe('"Odd.Name"');
  expect(await rows()).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
  await undo(database.url, result.patchId);
  expect(await database.query(`SELECT id, name FROM "Odd.Name" ORDER BY id`)).toEqual([
    { id: 1, name: "a" },
    { id: 2, name: "b" },
  ]);
});

it("goes back to the very table that the patch went to, not to one that only looks like it", async () => {
  await database.query("CREATE TABLE archive (LIKE t INCLUDING ALL); INSERT INTO archive VALUES (1, 'A')");
  const made = patchOf([T], [update("t", { id: "1" }, { name: "a" }, { name: "A" })]);
  const only = (name: string) => ({ tables: { kind: "named", names: [{ schema: null, name }] } as const });
  await apply(database.url, made, only("t"));
  await expect(undo(database.url, made.header.id, only("archive"))).rejects.toMatchObject({
    code: "table.not_found",
  });
  expect(await database.query("SELECT name FROM archive")).toEqual([{ name: "A" }]);
  expect(await undo(database.url, made.header.id, only("t"))).toMatchObject({ outcome: "applied" });
});

it("refuses a patch that lists one table under two names", async () => {
  const doubled = patchOf(
    [T, { ...T, name: "public.t" }],
    [
      update("t", { id: "1" }, { name: "a" }, { name: "A" }),
      update("public.t", { id: "2" }, { name: "b" }, { name: "B" }),
    ],
  );
  await expect(apply(database.url, doubled)).rejects.toMatchObject({ code: "file.damaged" });
});
