import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";
import { type Random, seeded } from "./testing/random-patch.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("g31");
});
afterAll(() => database.drop());

const ITEM = table("item", "id integer, owner integer, name text", "id");
const scope = { tenantColumn: { name: "tenant", value: "mine" } };

/** Rows of other tenants under the same keys, tables beside, rows that no operation names, cascade children. */
const SETUP = `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS beside CASCADE; CREATE SCHEMA beside;
  CREATE TABLE item (tenant text, id int, owner int, name text, PRIMARY KEY (tenant, id));
  CREATE TABLE part (tenant text, id int, item int, PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, item) REFERENCES item ON DELETE CASCADE);
  CREATE TABLE beside.item (tenant text, id int, owner int, name text);
  INSERT INTO item SELECT t, n, n % 3, 'name ' || n FROM generate_series(1, 20) n, unnest('{mine,theirs,others}'::text[]) t;
  INSERT INTO part SELECT t, n, n FROM generate_series(1, 20) n, unnest('{mine,theirs,others}'::text[]) t WHERE n > 10 OR t <> 'mine';
  INSERT INTO beside.item SELECT * FROM item`;

async function foreignRows(named: readonly number[]): Promise<string> {
  const [row] = await database.query<{ rows: string }>(
    `SELECT md5(string_agg(r, '|' ORDER BY r)) AS rows FROM (
      SELECT 'item' || item::text AS r FROM item WHERE tenant <> 'mine' OR id <> ALL ($1::int[])
      UNION ALL SELECT 'part' || part::text FROM part UNION ALL SELECT 'beside' || i::text FROM beside.item i) f`,
    [named],
  );
  return row?.rows ?? "";
}

function randomOperations(random: Random) {
  const named = [...new Set(Array.from({ length: 1 + random(6) }, () => 1 + random(25)))];
  const operations = named.map((id) => {
    const key = { id: String(id) };
    const whole = { id: String(id), owner: String(id % 3), name: `name ${id}` };
    if (id > 20) return insert("item", key, whole);
    const expected = random(4) === 0 ? "drifted" : `name ${id}`;
    return random(2) === 0
      ? remove("item", key, { ...whole, name: expected })
      : update("item", key, { name: expected }, { name: "new" });
  });
  return { named, operations };
}

it("applying and taking back touch nothing but the rows that are named", async () => {
  const rounds = scaled(300);
  const failures: string[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const random = seeded(seed + at);
    await database.query(SETUP);
    const { named, operations } = randomOperations(random);
    const before = await foreignRows(named);
    const strategy = (["manual", "ours", "theirs"] as const)[random(3)] ?? "manual";
    const options = {
      strategy,
      dryRun: random(5) === 0,
      triggers: random(2) === 0 ? "auto" : "off",
    } as const;
    const patch = patchOf([ITEM], operations);
    const result = await apply(database.url, patch, { scope, options }).catch(
      (error: { code?: string }) => error.code,
    );
    if (result !== "reach.refused" && typeof result !== "object") failures.push(`${seed + at}: ${result}`);
    if ((await foreignRows(named)) !== before) failures.push(`${seed + at}: apply`);
    if (typeof result === "object" && result.ledgerId !== null)
      await undo(database.url, result.ledgerId, { scope });
    if ((await foreignRows(named)) !== before) failures.push(`${seed + at}: undo`);
  }
  recordGuarantee({
    id: "G31",
    claim: "apply and undo touch nothing outside the scope",
    figure: `${rounds} random patches`,
    failures: failures.length,
    details: failures.slice(0, 3).join("; "),
  });
  expect(failures).toEqual([]);
});
