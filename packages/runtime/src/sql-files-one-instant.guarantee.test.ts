import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "./testing/hostile-database.ts";
import {
  copiedRows,
  judgeInstant,
  type MoneyLoad,
  moneySchema,
  startMoneyLoad,
} from "./testing/money-load.ts";
import { dumpOf, dumpText } from "./testing/sql-files.ts";

const EXPORTS = scaled(25);
const WRITERS = 16;
const random = seededRandom(seed);

let database: TestDatabase;
let load: MoneyLoad;
beforeAll(async () => {
  database = await createTestDatabase("money");
  await database.query(moneySchema());
  load = await startMoneyLoad(database, { writers: WRITERS, random });
});
afterAll(async () => {
  await load.stop();
  await database.drop();
});

describe("an SQL export while money is transferred", () => {
  it("is one instant of the database", { timeout: 1_800_000 }, async () => {
    const failures: string[] = [];
    let children = 0;
    for (let at = 0; at < EXPORTS; at += 1) {
      const before = load.count();
      const { sql } = await dumpText(database.url, { parallel: 8 });
      const tables = copiedRows(sql.toString());
      const problem = judgeInstant(tables);
      if (problem !== null) failures.push(`export ${at}: ${problem}`);
      if (load.count() === before) failures.push(`export ${at}: nothing was written meanwhile`);
      children += [...tables].reduce(
        (sum, [name, rows]) => sum + (name.startsWith("child_") ? rows.length : 0),
        0,
      );
    }
    recordGuarantee({
      id: "G1",
      claim: "an export is one instant of the database",
      figure: `${EXPORTS} SQL exports of 120 tables under ${WRITERS} writers`,
      failures: failures.length,
      details: `${children} children with their parents`,
    });
    expect(failures).toEqual([]);
    expect(children).toBeGreaterThan(0);
  });

  it("is not complete when the session that holds the snapshot is ended", { timeout: 120_000 }, async () => {
    const published: string[] = [];
    const cases = scaled(20);
    for (let at = 0; at < cases; at += 1) {
      const ended = await exportAndEndHolder();
      if (/COMMIT;\n$/.test(ended)) published.push(`case ${at}`);
    }
    recordGuarantee({
      id: "G1",
      claim: "an export whose snapshot is lost is not published",
      figure: `${cases} ended holders`,
      failures: published.length,
    });
    expect(published).toEqual([]);
  });
});

/** What an export wrote whose holder was ended after some bytes. */
async function exportAndEndHolder(): Promise<string> {
  const dump = dumpOf(database.url, { parallel: 2 });
  let text = "";
  const after = Math.floor(random() * 20_000);
  let ended = false;
  await expect(
    (async () => {
      for await (const chunk of dump.chunks) {
        text += Buffer.from(chunk).toString();
        if (ended || text.length < after) continue;
        ended = true;
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
           AND application_name = 'syncline test' AND pid = (SELECT min(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'syncline test' AND backend_xmin IS NOT NULL)`,
        );
      }
    })(),
  ).rejects.toThrow();
  await expect(dump.result).rejects.toThrow();
  return text;
}
