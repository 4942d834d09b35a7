import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, withDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { describe, expect, it } from "vitest";
import { hostileDatabase, seededRandom } from "./testing/hostile-database.ts";
import { dumpText, importInto, runPsql } from "./testing/sql-files.ts";

const FIGURE = scaled(500);

describe.skipIf(!hasPsql())("an SQL dump of hostile names and values", () => {
  it("runs no command of psql, and every object and row comes back", { timeout: 1_800_000 }, async () => {
    const random = seededRandom(seed);
    const failures: string[] = [];
    let [count, cases] = [0, 0];
    while (count < FIGURE) {
      const { sql, count: more } = hostileDatabase(random);
      const problem = await survives(sql, cases % 2 === 0 ? "copy" : "inserts");
      if (problem !== null) failures.push(`case ${cases}: ${problem}`);
      count += more;
      cases += 1;
    }
    recordGuarantee({
      id: "G27",
      claim: "SQL exports are safe to feed to psql",
      figure: `${count} hostile names and values in ${cases} databases through psql and import`,
      failures: failures.length,
    });
    expect(failures).toEqual([]);
  });
});

/** Null, or what went wrong. */
async function survives(sql: string, style: "copy" | "inserts"): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "syncline-hostile-"));
  const work = await mkdtemp(join(tmpdir(), "syncline-hostile-"));
  const original = await createTestDatabase("hostile");
  try {
    await original.query(sql);
    const dump = (await dumpText(original.url, { style })).sql;
    return await withDatabase(async (restored) => {
      const file = join(work, "dump.sql");
      const first = await runPsql(restored.url, dump, { file, folder });
      if (first.status !== 0) return `psql: ${first.stderr}`;
      if (!(await dumpText(restored.url, { style })).sql.equals(dump)) return "psql restored something else";
      const second = await runPsql(restored.url, dump, { file, folder, stop: false });
      if (second.status === 0) return "a second restore into the same database was not refused";
      if (/invalid command/.test(first.stderr + second.stderr)) return "psql saw a command";
      const traces = await readdir(folder);
      if (traces.length > 0) return `a command ran: ${traces.join(", ")}`;
      return await withDatabase(async (imported) => {
        await importInto(imported.url, dump);
        return (await dumpText(imported.url, { style })).sql.equals(dump)
          ? null
          : "import restored something else";
      });
    });
  } finally {
    await original.drop();
    await rm(folder, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  }
}

function hasPsql(): boolean {
  try {
    execFileSync("psql", ["--version"]);
    return true;
  } catch {
    return false;
  }
}
