import type { PatchOperation, PatchRow } from "@syncline/core";
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
): Promise<{ before: string; patchId: string; operations: readonly PatchOperation[] }> {
  const before = await readState(database.url);
  const after = await readState(database.url, randomEdits(random));
  const operations = operationsBetween(before, after);
  const patch = patchOf(patchTables(before), operations);
  const result = await apply(database.url, patch);
  if (operations.length > 0) expect(result.outcome).toBe("applied");
  expect(digest(await readState(database.url))).toBe(digest(after));
  return { before: digest(before), patchId: patch.header.id, operations };
}

it("undo restores the exact prior rows", async () => {
  const patches = scaled(500);
  const failures: number[] = [];
  for (let at = 0; at < patches; at += 1) {
    const random = seeded(seed + at);
    if (at % 10 === 0) await database.query(`${EMPTY} ${randomSetup(random)}`);
    const { before, patchId, operations } = await applyRandom(random);
    if (operations.length === 0) continue;
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

const rowOf = (operation: PatchOperation) =>
  `${operation.table}:${JSON.stringify([...operation.key.values()])}`;

/** Whether somebody's edit stands in the way of taking `applied` back. Edits of other columns of a row do not. */
function isInTheWay(applied: PatchOperation, foreign: PatchOperation): boolean {
  if (applied.op === "insert") return foreign.op === "update";
  if (applied.op === "delete") return foreign.op === "insert" && !sameValues(foreign.new, applied.old);
  if (foreign.op !== "update") return foreign.op === "delete";
  const overlapping = [...applied.old.keys()].filter((column) => foreign.new.has(column));
  const now = new Map([...applied.new, ...foreign.new]);
  return overlapping.length > 0 && [...applied.old].some(([column, value]) => now.get(column) !== value);
}

const sameValues = (a: PatchRow, b: PatchRow) => [...a].every(([column, value]) => b.get(column) === value);

async function tryForeignWrites(random: Random): Promise<string | null> {
  await database.query(`${EMPTY} ${randomSetup(random)}`);
  const { patchId, operations } = await applyRandom(random);
  if (operations.length === 0) return null;
  const applied = await readState(database.url);
  await database.query(tamper(random));
  const tampered = await readState(database.url);
  const mine = new Map(operations.map((operation) => [rowOf(operation), operation]));
  const expected = operationsBetween(applied, tampered)
    .filter((foreign) => foreign.key.size > 0)
    .filter((foreign) => {
      const own = mine.get(rowOf(foreign));
      return own !== undefined && isInTheWay(own, foreign);
    })
    .map(rowOf)
    .sort();
  const result = await undo(database.url, patchId);
  const reported = result.conflicts.map(({ operation }) => rowOf(operation)).sort();
  if (JSON.stringify(reported) !== JSON.stringify(expected))
    return `reported ${reported}, expected ${expected}`;
  if (expected.length === 0)
    return result.outcome === "applied" || result.outcome === "already-applied" ? null : result.outcome;
  return digest(await readState(database.url)) === digest(tampered)
    ? null
    : "rows changed in spite of conflicts";
}

it("undo reports every row that was edited since, and writes nothing then", async () => {
  const patches = scaled(500);
  const failures: string[] = [];
  for (let at = 0; at < patches; at += 1) {
    const one = seed + 100_000 + at;
    const failure = await tryForeignWrites(seeded(one)).catch((error: unknown) => String(error));
    if (failure !== null) failures.push(`${one}: ${failure}`);
  }
  recordGuarantee({
    id: "G15",
    claim: "undo reports every row that was edited since",
    figure: `${patches} random patches with foreign writes`,
    failures: failures.length,
    details: failures.slice(0, 3).join("; "),
  });
  expect(failures).toEqual([]);
});
