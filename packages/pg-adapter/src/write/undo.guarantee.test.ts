import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, patchOf, undo } from "./testing/apply.fixture.ts";
import { type Random, randomEdits, randomSetup, seeded, tamper } from "./testing/random-patch.fixture.ts";
import { digest, operationsBetween, patchTables, readState } from "./testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("g15");
});
afterAll(() => database.drop());

const EMPTY = "DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;";

/** Applies a random patch; resolves with the digest of the rows before. */
async function applyRandom(
  random: Random,
): Promise<{ before: string; patchId: string; changed: ReadonlySet<string> }> {
  const before = await readState(database.url);
  const after = await readState(database.url, randomEdits(random));
  const operations = operationsBetween(before, after);
  const patch = patchOf(patchTables(before), operations);
  const result = await apply(database.url, patch);
  if (operations.length > 0) expect(result.outcome).toBe("applied");
  expect(digest(await readState(database.url))).toBe(digest(after));
  const changed = new Set(
    operations.map((operation) => `${operation.table}:${[...operation.key.values()].join()}`),
  );
  return { before: digest(before), patchId: patch.header.id, changed };
}

it("undo restores the exact prior rows", async () => {
  const patches = scaled(500);
  const failures: number[] = [];
  for (let at = 0; at < patches; at += 1) {
    const random = seeded(seed + at);
    if (at % 10 === 0) await database.query(`${EMPTY} ${randomSetup(random)}`);
    const { before, patchId, changed } = await applyRandom(random);
    if (changed.size === 0) continue;
    const result = await undo(database.url, patchId);
    if (result.outcome !== "applied" || digest(await readState(database.url)) !== before)
      failures.push(seed + at);
  }
  recordGuarantee({
    id: "G15",
    claim: "undo restores the exact prior rows",
    figure: `${patches} random patches`,
    failures: failures.length,
    details: failures.join(" "),
  });
  expect(failures).toEqual([]);
});

it("undo reports every row that was edited since, and writes nothing", async () => {
  const patches = scaled(500);
  const failures: number[] = [];
  for (let at = 0; at < patches; at += 1) {
    const random = seeded(seed + 100_000 + at);
    await database.query(`${EMPTY} ${randomSetup(random)}`);
    const { patchId, changed } = await applyRandom(random);
    if (changed.size === 0) continue;
    const applied = await readState(database.url);
    await database.query(tamper(random));
    const tampered = await readState(database.url);
    const foreign = operationsBetween(applied, tampered).map(
      (operation) => `${operation.table}:${[...operation.key.values()].join()}`,
    );
    const touched = foreign.filter((row) => changed.has(row)).sort();
    const result = await undo(database.url, patchId).catch(() => null);
    const reported = (result?.conflicts ?? []).map(
      ({ operation }) => `${operation.table}:${[...operation.key.values()].join()}`,
    );
    const allReported = touched.every((row) => reported.includes(row));
    const untouched =
      result?.outcome === "applied" || digest(await readState(database.url)) === digest(tampered);
    if (
      result === null ||
      !untouched ||
      (touched.length > 0 && (result.outcome !== "conflicts" || !allReported))
    )
      failures.push(seed + 100_000 + at);
  }
  recordGuarantee({
    id: "G15",
    claim: "undo reports every row that was edited since",
    figure: `${patches} random patches with foreign writes`,
    failures: failures.length,
    details: failures.join(" "),
  });
  expect(failures).toEqual([]);
});
