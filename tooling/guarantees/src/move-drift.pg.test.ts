import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { runMove, takeBack } from "./move-runner.fixture.ts";
import { sideOf } from "./move-world.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  source = await createTestDatabase("drift_source");
  target = await createTestDatabase("drift_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  for (const [database, name] of [
    [source, "wanted"],
    [target, "old"],
  ] as const)
    await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;
      CREATE TABLE item (id int PRIMARY KEY, name text, seen int); INSERT INTO item SELECT n, '${name}', 0 FROM generate_series(1, 3) n`);
});

/** Changes the target after the comparison has taken its snapshot, as often as `times` says. */
function move(times: number, sql: string) {
  let left = times;
  const side = sideOf("database");
  return runMove({
    source: { url: source.url, side },
    target: { url: target.url, side },
    tables: ["item"],
    diff: {
      prepare: async (at) => {
        if (at === "target" && left > 0) await target.query(sql);
        if (at === "target") left -= 1;
        return { scopes: new Map(), masks: new Map() };
      },
    },
  });
}

const rows = () => target.query<{ id: number; name: string; seen: number }>("SELECT * FROM item ORDER BY id");

it("compares again when rows changed meanwhile, and undo gives back what was there last", async () => {
  const result = await move(1, "UPDATE item SET name = 'edited', seen = seen + 1 WHERE id = 2");
  expect(result).toMatchObject({ outcome: "applied", counts: { updated: 3, inserted: 0, deleted: 0 } });
  expect(await rows()).toEqual(await source.query("SELECT * FROM item ORDER BY id"));
  await takeBack({ url: target.url, side: sideOf("database") }, result.ledgerId ?? "", ["item"]);
  expect(await rows()).toContainEqual({ id: 2, name: "edited", seen: 1 });
});

it("gives up with nothing written when rows change every time", async () => {
  await expect(move(99, "UPDATE item SET name = name || '!' WHERE id = 1")).rejects.toMatchObject({
    code: "patch.precondition_failed",
  });
  expect((await rows()).map(({ name }) => name)).toEqual([expect.stringMatching(/^old!+$/), "old", "old"]);
});

it("inserts and deletes that somebody made meanwhile are no conflict", async () => {
  const result = await move(1, "DELETE FROM item WHERE id = 1; INSERT INTO item VALUES (9, 'foreign', 0)");
  expect(result).toMatchObject({ outcome: "applied" });
  expect(await rows()).toEqual(await source.query("SELECT * FROM item ORDER BY id"));
});
