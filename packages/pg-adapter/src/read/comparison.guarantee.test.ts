import type { ComparePath, DiffTable } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";
import { loadEdited } from "./testing/edited-tables.ts";
import { expectedChanges, foundChanges, multisetChanges, readRows } from "./testing/expected-changes.ts";
import { PREPARE, randomFrom, randomTable } from "./testing/random-tables.ts";

const PATHS: readonly (ComparePath | "auto")[] = [
  "auto",
  "stream",
  "buckets-by-range",
  "buckets-by-hash",
  "multiset",
];
const TABLES_A_CASE = 3;

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([createTestDatabase("g29_source"), createTestDatabase("g29_target")]);
  await Promise.all([source, target].map((database) => database.query(PREPARE)));
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

/** What each table's comparison must say: by key, and as multisets. */
async function expected(
  table: DiffTable,
): Promise<{ readonly keyed: string[]; readonly multiset: string[] }> {
  const columns = table.patchTable.columns.map(([name]) => name);
  const [theirs, ours] = await Promise.all([
    readRows(source.url, table.source, columns),
    readRows(target.url, table.target, columns),
  ]);
  const multiset = multisetChanges(theirs, ours)
    .map((change) => JSON.stringify(change))
    .sort();
  return { keyed: expectedChanges(theirs, ours, table), multiset };
}

/** Under a forced multiset keys are told for convenience; what counts are images and counts. */
function withoutKeys(changes: readonly string[]): string[] {
  return changes.map((change) => JSON.stringify({ ...(JSON.parse(change) as object), key: [] })).sort();
}

it("is never wrong, on no path", async () => {
  const cases = scaled(500);
  let failures = 0;
  const wrong: string[] = [];
  for (let n = 0; n < cases; n += 1) {
    const random = randomFrom(seed + n);
    const tables = Array.from({ length: TABLES_A_CASE }, (_, at) => randomTable(random, `t${at}`));
    await loadEdited({ source, target, tables, random });
    const known: Awaited<ReturnType<typeof expected>>[] = [];
    for (const path of PATHS) {
      const compared = await compare(source, target, { path }).catch((error: unknown) => error as Error);
      if (compared instanceof Error) {
        failures += 1;
        wrong.push(`case ${n}, ${path}: ${compared.message}\n${tables.map((table) => table.ddl).join("\n")}`);
        continue;
      }
      for (const [at, table] of compared.tables.entries()) {
        const found = foundChanges(compared.changes, at);
        known[at] ??= await expected(table);
        const want = path === "multiset" ? known[at].multiset : known[at].keyed;
        if (JSON.stringify(path === "multiset" ? withoutKeys(found) : found) === JSON.stringify(want))
          continue;
        failures += 1;
        wrong.push(
          `case ${n}, ${path}: ${tables[at]?.ddl}\n  missing ${want.filter((each) => !found.includes(each)).slice(0, 3)}\n  extra ${found.filter((each) => !want.includes(each)).slice(0, 3)}`,
        );
      }
    }
  }
  const [server] = await source.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  recordGuarantee({
    id: "G29",
    claim: "a comparison is never wrong",
    figure: `${cases} random schemas × edits on ${PATHS.length} paths`,
    failures,
    postgres: server?.version ?? "",
  });
  expect(wrong.slice(0, 5).join("\n")).toBe("");
});
