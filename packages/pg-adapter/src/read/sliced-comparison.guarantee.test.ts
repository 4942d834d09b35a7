import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";
import { compareSliced } from "./testing/compare-sliced.ts";
import { loadEdited } from "./testing/edited-tables.ts";
import { expectedChanges, foundChanges, readRows } from "./testing/expected-changes.ts";
import { PREPARE, randomFrom, randomTable } from "./testing/random-tables.ts";

const TABLES_A_CASE = 3;

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("sliced_source"),
    createTestDatabase("sliced_target"),
  ]);
  await Promise.all([source, target].map((database) => database.query(PREPARE)));
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

it("says the same in slices, read by several at one instant, as in one piece", async () => {
  const cases = scaled(500);
  const wrong: string[] = [];
  let slices = 0;
  for (let n = 0; n < cases; n += 1) {
    const random = randomFrom(seed + n);
    const tables = Array.from({ length: TABLES_A_CASE }, (_, at) => randomTable(random, `t${at}`));
    await loadEdited({ source, target, tables, random });
    await Promise.all([source, target].map((database) => database.query("ANALYZE")));
    const whole = await compare(source, target);
    const cut = await compareSliced({
      source,
      target,
      slices: 2 + (n % 6),
      path: n % 2 === 0 ? "auto" : "buckets-by-range",
    });
    slices += cut.segments;
    if (JSON.stringify(cut.changes) !== JSON.stringify(whole.changes))
      wrong.push(`case ${n}: other changes or another order\n${tables.map(({ ddl }) => ddl).join("\n")}`);
    for (const [at, table] of whole.tables.entries()) {
      const columns = table.patchTable.columns.map(([name]) => name);
      const [theirs, ours] = await Promise.all([
        readRows(source.url, table.source, columns),
        readRows(target.url, table.target, columns),
      ]);
      const found = JSON.stringify(foundChanges(cut.changes, at));
      if (found !== JSON.stringify(expectedChanges(theirs, ours, table)))
        wrong.push(`case ${n}: ${tables[at]?.ddl}`);
      const { checksum, counts } = whole.result.tables[at] ?? {};
      if (JSON.stringify(cut.tables[at]?.checksum) !== JSON.stringify(checksum))
        wrong.push(`case ${n}: checksum of t${at}`);
      if (JSON.stringify(cut.tables[at]?.counts) !== JSON.stringify(counts))
        wrong.push(`case ${n}: counts of t${at}`);
    }
  }
  expect(slices).toBeGreaterThan(cases / 2);
  recordGuarantee({
    id: "G29",
    claim: "a comparison in slices by several sessions says the same as in one piece",
    figure: `${cases} random schemas × edits in ${slices} segments`,
    failures: wrong.length,
  });
  expect(wrong.slice(0, 5).join("\n")).toBe("");
});
