import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ALL_ROOTS, exportRows, type RowFiles } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createExportFile, openEndpoint, openExportFile, openRowDirectory } from "./endpoint-registry.ts";
import { seededRandom } from "./testing/hostile-database.ts";
import { judgeInstant, type MoneyLoad, moneySchema, startMoneyLoad } from "./testing/money-load.ts";
import { context, pull, type RoundTripFolder, roundTripFolder } from "./testing/row-round-trip.ts";
import { placeOf } from "./testing/sql-files.ts";

const EXPORTS = scaled(25);
const WRITERS = 16;
const random = seededRandom(seed);
const { signal } = context;

let database: TestDatabase;
let folder: RoundTripFolder;
let load: MoneyLoad;
beforeAll(async () => {
  database = await createTestDatabase("money_rows");
  folder = await roundTripFolder();
  await database.query(moneySchema());
  load = await startMoneyLoad(database, { writers: WRITERS, random });
});
afterAll(async () => {
  await load.stop();
  await folder.remove();
  await database.drop();
});

async function exportTables(path: string, format: "ndjson" | "yaml"): Promise<RowFiles> {
  const source = await openEndpoint(placeOf(database.url));
  try {
    await exportRows({
      ctx: context,
      source,
      tenant: null,
      dataset: null,
      selection: ALL_ROOTS,
      tablePatterns: [],
      filter: null,
      fields: null,
      masks: null,
      openWriter: ({ tables, version, scope }) =>
        createExportFile({
          path,
          overwrite: false,
          recipients: [],
          tables,
          header: {
            format,
            createdAt: context.now().toISOString(),
            source: { locator: "money", version },
            scope,
            definitions: null,
          },
        }),
    });
  } finally {
    await source.close();
  }
  return openExportFile({ path, label: path, identities: [], edited: false, signal });
}

async function pullTables(path: string): Promise<RowFiles> {
  await pull(placeOf(database.url), path, "ndjson");
  return openRowDirectory({ path, label: path });
}

const WAYS: readonly (readonly [string, (path: string) => Promise<RowFiles>])[] = [
  ["exports to NDJSON", (path) => exportTables(path, "ndjson")],
  ["exports to YAML", (path) => exportTables(path, "yaml")],
  ["pulled directories", pullTables],
];

/** Rows of every table by its name: those of accounts as id and balance, those of children as id and parent. */
async function readRows(files: RowFiles): Promise<Map<string, string[][]>> {
  const tables = new Map<string, string[][]>();
  for (const { name, columns } of files.tables) {
    expect(columns[0]?.name).toBe("id");
    const rows: string[][] = [];
    for await (const batch of files.rows(name, signal))
      rows.push(...batch.map(({ values }) => values.map((value) => value ?? "")));
    tables.set(name, rows);
  }
  await files.close();
  return tables;
}

it.each(WAYS)(
  "%s are one instant of the database while money is transferred",
  {
    timeout: 1_800_000,
  },
  async (name, write) => {
    const failures: string[] = [];
    let children = 0;
    for (let at = 0; at < EXPORTS; at += 1) {
      const path = join(folder.path, `${name.replaceAll(" ", "-")}-${at}`);
      const before = load.count();
      const files = await write(path);
      if (load.count() === before) failures.push(`${at}: nothing was written meanwhile`);
      const tables = await readRows(files);
      await rm(path, { recursive: true });
      if (tables.size !== 120) failures.push(`${at}: ${tables.size} tables`);
      const problem = judgeInstant(tables);
      if (problem !== null) failures.push(`${at}: ${problem}`);
      for (const [table, rows] of tables) children += table.startsWith("child_") ? rows.length : 0;
    }
    recordGuarantee({
      id: "G1",
      claim: "an export is one instant of the database",
      figure: `${EXPORTS} ${name} of 120 tables under ${WRITERS} writers`,
      failures: failures.length,
      details: `${children} children with their parents`,
    });
    expect(failures).toEqual([]);
    expect(children).toBeGreaterThan(0);
  },
);
