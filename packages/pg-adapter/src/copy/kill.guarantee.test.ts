import { fileURLToPath } from "node:url";
import { runAndKill } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copy, definitions, digest, recover } from "./testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "./testing/large-tables.ts";
import { randomNumbers } from "./testing/random-numbers.ts";

const CHILD = fileURLToPath(new URL("./testing/copy-child.fixture.ts", import.meta.url));
const RUNS = [
  { parallel: 4, partBytes: 500_000 },
  { parallel: 2, partBytes: 500_000 },
  { singleTransaction: true },
];

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("kill_source"),
    createTestDatabase("kill_target"),
  ]);
  await Promise.all([source.query(LARGE_SHAPE), target.query(LARGE_SHAPE)]);
  await source.query(LARGE_ROWS);
}, 60_000);
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

it("leaves after a kill and a recovery nothing or complete tables, and every index and constraint", {
  timeout: 1_800_000,
}, async () => {
  const kills = scaled(200);
  const random = randomNumbers(seed);
  const before = await definitions(target.url);
  const whole = new Map<string, string>();
  for (const table of LARGE_TABLES) whole.set(table, await digest(source.url, `SELECT * FROM ${table}`));
  let longest = 0;
  const seen = { empty: 0, complete: 0, killed: 0, recovered: 0 };
  const wrong: string[] = [];
  for (let number = 0; number < kills; number += 1) {
    await target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`);
    const options = RUNS[number % RUNS.length];
    const args = [CHILD, source.url, target.url, JSON.stringify(options)];
    const began = performance.now();
    const after = longest === 0 ? {} : { ms: 250 + random() * longest };
    const run = await runAndKill({ command: process.execPath, args, after });
    if (!run.killed) longest = Math.max(longest, performance.now() - began - 250);
    seen.killed += run.killed ? 1 : 0;
    seen.recovered += (await recover({ url: target.url })).length > 0 ? 1 : 0;
    const states: string[] = [];
    for (const table of LARGE_TABLES) {
      const found = await digest(target.url, `SELECT * FROM ${table}`);
      states.push(
        found === whole.get(table) ? "complete" : found.startsWith("0 ") ? "empty" : `partial: ${found}`,
      );
    }
    seen.empty += states.filter((state) => state === "empty").length;
    seen.complete += states.filter((state) => state === "complete").length;
    const bad = states.some((state) => state.startsWith("partial"));
    const after_ = await definitions(target.url);
    if (bad || JSON.stringify(after_) !== JSON.stringify(before))
      wrong.push(`kill ${number}: ${states.join(", ")}`);
    const again = await copy({ url: source.url }, { url: target.url }, { partBytes: 500_000 });
    const wanted = states.every((state) => state === "empty") ? "copied" : "unsuitable";
    if (again.outcome !== wanted) wrong.push(`kill ${number}: then ${again.outcome}`);
  }
  recordGuarantee({
    id: "G14",
    claim:
      "a copy into empty tables that is killed leaves nothing or complete tables, with every index and constraint",
    figure: `${kills} SIGKILLs`,
    failures: wrong.length,
    details: `${seen.killed} hit, ${seen.recovered} left something to clean up; tables ${seen.empty} empty, ${seen.complete} complete`,
  });
  expect(wrong).toEqual([]);
});
