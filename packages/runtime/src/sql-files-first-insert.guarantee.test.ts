import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, startSecondServer, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GeneratedSchema, generatedSchema } from "./testing/first-insert-schemas.ts";
import { type Random, seededRandom } from "./testing/hostile-database.ts";
import { dumpText, importInto, runPsql } from "./testing/sql-files.ts";

const FIGURE = scaled(200);
const A_DATABASE = 10;

let older: Awaited<ReturnType<typeof startSecondServer>> = null;
let folder = "";
beforeAll(async () => {
  older = await startSecondServer({ major: 15 });
  folder = await mkdtemp(join(tmpdir(), "syncline-insert-"));
});
afterAll(async () => {
  await older?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("after a restore of an SQL dump", () => {
  it("the first insert into every table succeeds", { timeout: 1_800_000 }, async () => {
    const random = seededRandom(seed);
    const failures: string[] = [];
    for (let done = 0; done < FIGURE; done += A_DATABASE) {
      const count = Math.min(A_DATABASE, FIGURE - done);
      const schemas = Array.from({ length: count }, (_, at) => generatedSchema(`s${done + at}`, random));
      failures.push(...(await firstInserts(schemas, { random, round: done / A_DATABASE })));
    }
    recordGuarantee({
      id: "G9",
      claim: "after a restore the database works",
      figure: `${FIGURE} schemas restored from SQL by psql and import, within a version, from 15 to this one and back`,
      failures: failures.length,
    });
    expect(failures).toEqual([]);
  });
});

/** One database of several schemas: half of them by psql, half by import; every third goes to or from version 15. */
async function firstInserts(
  schemas: readonly GeneratedSchema[],
  { round }: { random: Random; round: number },
): Promise<string[]> {
  const second = older === null ? {} : { serverUrl: older.url() };
  const old = round % 2 === 0 ? second : {};
  const original = await createTestDatabase("insert", old);
  const restored = await createTestDatabase("insert", round % 4 === 1 || round % 4 === 2 ? second : {});
  try {
    for (const { sql } of schemas) await original.query(sql);
    const { sql } = await dumpText(original.url, {
      style: round % 3 === 0 ? "copy" : "inserts",
      parallel: 2,
    });
    await restore(restored, sql, round);
    const failures: string[] = [];
    for (const insert of schemas.flatMap(({ inserts }) => inserts)) {
      await restored
        .query(insert.sql)
        .catch((error: Error) => failures.push(`${insert.sql}: ${error.message}`));
    }
    return failures;
  } finally {
    await original.drop();
    await restored.drop();
  }
}

async function restore(database: TestDatabase, sql: Buffer, round: number): Promise<void> {
  if (round % 2 === 1 || !hasPsql()) {
    await importInto(database.url, sql);
    return;
  }
  const outcome = await runPsql(database.url, sql, { file: join(folder, "dump.sql"), folder });
  if (outcome.status !== 0) throw new Error(outcome.stderr);
}

function hasPsql(): boolean {
  try {
    execFileSync("psql", ["--version"]);
    return true;
  } catch {
    return false;
  }
}
