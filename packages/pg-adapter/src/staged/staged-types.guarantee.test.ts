import { formatIdentifier, type RowChange } from "@syncline/core";
import { type ComparePath, diffEndpoints } from "@syncline/engine";
import {
  createTestDatabase,
  type TestDatabase,
  ZOO_TYPES,
  zooStatements,
} from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  compare,
  connectionOf,
  DEFAULT_OPTIONS,
  openSide,
  type Side,
  testContext,
} from "../read/testing/compare-databases.ts";
import { foundChanges } from "../read/testing/expected-changes.ts";
import { selection, textsOf, withSnapshot } from "../read/testing/open-snapshot.ts";
import {
  below,
  insertSql,
  PREPARE,
  type Random,
  type RandomTable,
  randomFrom,
  randomRow,
  randomTable,
} from "../read/testing/random-tables.ts";
import { openStagedEndpoint } from "./open-staged-endpoint.ts";
import { type MemoryTable, memoryFiles } from "./testing/memory-files.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([createTestDatabase("staged_from"), createTestDatabase("staged_to")]);
  for (const database of [source, target]) {
    for (const statement of ZOO_TYPES.slice(0, 2))
      await database.query(statement.replace(/\bmood\b/, "zoo_mood"));
    await database.query(
      (ZOO_TYPES[2] ?? "").replace(/\bpositive\b/g, "zoo_positive").replace(/\bpair\b/g, "zoo_pair"),
    );
    await database.query(PREPARE);
  }
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

/** What a pulled directory of these tables would hold. */
function pulled(side: Side, typed: boolean): Promise<MemoryTable[]> {
  return withSnapshot(side, async (snapshot) => {
    const tables: MemoryTable[] = [];
    for (const spec of snapshot.tables) {
      tables.push({
        name: formatIdentifier(spec.name.name),
        columns: spec.columns.map(({ name, type }) => [name, typed ? type.name : null]),
        key: typed ? (spec.keys[0]?.columns ?? []) : [],
        rows: await textsOf(snapshot, selection(spec)),
      });
    }
    return tables;
  });
}

/** Compares what was pulled from `source` with `side`, by files staged in the database of `host`. */
async function compareFiles(
  tables: readonly MemoryTable[],
  side: Side,
  host: TestDatabase,
  path: ComparePath | "auto",
): Promise<string[][]> {
  const run = await diffEndpoints({
    source: await openStagedEndpoint({
      rows: memoryFiles(tables),
      host: { connection: connectionOf(host.url), schema: "public", tenantColumn: null },
      label: "files",
      partner: await openSide(side, "target"),
    }),
    target: await openSide(side, "target"),
    options: { ...DEFAULT_OPTIONS, path },
    ctx: testContext(new AbortController().signal),
  });
  try {
    const changes: RowChange[] = [];
    for await (const change of run.changes) changes.push(change);
    await run.result;
    return run.tables.map((_, index) => foundChanges(changes, index));
  } finally {
    await run.close();
  }
}

describe("the type zoo", () => {
  it.each([true, false])("comes back from files as it was, with types in the files: %s", async (typed) => {
    const names = (text: string) =>
      text
        .replace(/\bmood\b/g, "zoo_mood")
        .replace(/\bpositive\b/g, "zoo_positive")
        .replace(/\bpair\b/g, "zoo_pair");
    await source.query(`DROP TABLE IF EXISTS zoo; ${names(zooStatements("zoo"))}`);
    const side = { url: source.url, tables: ["zoo"] };
    const tables = await pulled(side, typed);
    expect(await compareFiles(tables, side, source, "stream")).toEqual([[]]);
  });
});

function edited(
  random: Random,
  table: RandomTable,
): { readonly theirs: string[][]; readonly ours: string[][] } {
  const theirs = Array.from({ length: below(random, 120) }, (_, n) => randomRow(random, table, n));
  const ours = theirs
    .filter(() => random() > 0.1)
    .map((row, n) =>
      random() > 0.2
        ? row
        : row.map((value, at) =>
            table.key.includes(at) ? value : (randomRow(random, table, n)[at] ?? value),
          ),
    );
  return { theirs, ours };
}

it("finds in files what it finds in the tables they came from", async () => {
  const cases = scaled(300);
  const random = randomFrom(seed + 4);
  let failures = 0;
  for (let n = 0; n < cases; n += 1) {
    const table = randomTable(random, "t");
    const { theirs, ours } = edited(random, table);
    await source.query(`DROP TABLE IF EXISTS t; ${table.ddl}; ${insertSql(table, theirs)}`);
    await target.query(`DROP TABLE IF EXISTS t; ${table.ddl}; ${insertSql(table, ours)}`);
    const [from, to] = [source, target].map(({ url }): Side => ({ url, tables: ["t"] })) as [Side, Side];
    const live = await compare(from, to);
    const tables = await pulled(from, true);
    for (const host of [target, source]) {
      const found = await compareFiles(tables, to, host, "auto").catch((error: unknown) => [[String(error)]]);
      if (JSON.stringify(found) === JSON.stringify([foundChanges(live.changes, 0)])) continue;
      failures += 1;
      process.stderr.write(`case ${n}: ${table.ddl}\n${JSON.stringify(found).slice(0, 500)}\n`);
    }
  }
  recordGuarantee({
    id: "G8",
    claim: "Rows that lie in files compare as the tables they came from.",
    figure: `${cases} generated tables, staged on either side's server`,
    failures,
  });
  expect(failures).toBe(0);
});
