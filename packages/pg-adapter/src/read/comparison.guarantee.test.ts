import type { ComparePath, DiffTable } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";
import { expectedChanges, foundChanges, multisetChanges, readRows } from "./testing/expected-changes.ts";
import {
  below,
  insertSql,
  PREPARE,
  type Random,
  type RandomTable,
  randomFrom,
  randomRow,
  randomTable,
} from "./testing/random-tables.ts";

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

/** Rows of both sides: the target's are the source's with random edits. */
function edit(
  random: Random,
  table: RandomTable,
): { readonly theirs: string[][]; readonly ours: string[][] } {
  const size = [0, 1, 5, 60, 300][below(random, 5)] ?? 0;
  const rate = [0, 0.01, 0.2, 1][below(random, 4)] ?? 0;
  const theirs = Array.from({ length: Math.min(size, 390) }, (_, n) => randomRow(random, table, n));
  if (table.keyKind === "none") theirs.push(...theirs.slice(0, below(random, 5)));
  const ours: string[][] = [];
  for (const [n, row] of theirs.entries()) {
    if (random() >= rate) ours.push(row);
    else if (random() < 0.6)
      ours.push(
        row.map((value, at) => (table.key.includes(at) ? value : (randomRow(random, table, n)[at] ?? value))),
      );
  }
  const added = Array.from({ length: below(random, rate * 10 + 1) }, (_, n) =>
    randomRow(random, table, 390 + n),
  );
  return { theirs, ours: [...ours, ...added].sort(() => random() - 0.5) };
}

async function load(tables: readonly RandomTable[], random: Random): Promise<void> {
  const statements = { source: [] as string[], target: [] as string[] };
  for (const table of tables) {
    const { theirs, ours } = edit(random, table);
    statements.source.push(table.ddl, insertSql(table, theirs));
    statements.target.push(table.ddl, insertSql(table, ours));
  }
  const drop = tables.map((table) => `DROP TABLE IF EXISTS "${table.name}"`);
  await source.query([...drop, ...statements.source].join(";"));
  await target.query([...drop, ...statements.target].join(";"));
}

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
    await load(tables, random);
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
