import { createHash } from "node:crypto";
import { type CreateDigest, openPatch, type PatchOperation, packOperation } from "@syncline/core";
import { combinePatches, MemorySpool, type PatchFiles } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { patchOf, testContext } from "../write/testing/apply.fixture.ts";
import { randomEdits, randomSetup, seeded } from "../write/testing/random-patch.fixture.ts";
import { operationsBetween, patchTables, readState } from "../write/testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("pat6_combine");
});
afterAll(() => database.drop());

const createDigest: CreateDigest = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};

/** Files that are kept in memory. */
function memoryFiles() {
  const written: Uint8Array[] = [];
  const files = {
    create: async () => ({
      write: async (bytes: Uint8Array) => void written.push(bytes),
      commit: async () => {},
      discard: async () => {},
    }),
  } as unknown as PatchFiles;
  const open = async function* () {
    yield Buffer.concat(written);
  };
  return { files, source: { name: "combined", open } };
}

const listed = (operations: readonly PatchOperation[]) =>
  operations
    .map((operation) => {
      const [op, table, key, old, fresh, count, of] = JSON.parse(packOperation(operation)) as unknown[];
      const sorted = (pairs: unknown) =>
        Array.isArray(pairs) ? pairs.map((pair) => JSON.stringify(pair)).sort() : pairs;
      return JSON.stringify([
        op,
        table,
        sorted(key),
        sorted(old),
        sorted(fresh),
        count,
        op === "update" ? 1 : of,
      ]);
    })
    .sort();

it("gives the patch between the first and the last state", { timeout: 300_000 }, async () => {
  const count = scaled(200);
  const random = seeded(seed);
  let failures = 0;
  let folded = 0;
  for (let round = 0; round < count; round += 1) {
    await database.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${randomSetup(random)}`);
    const states = [await readState(database.url)];
    for (let step = 0; step < 2 + (round % 3); step += 1) {
      await database.query(randomEdits(random));
      states.push(await readState(database.url));
    }
    const [first = [], last = []] = [states[0], states.at(-1)];
    const tables = patchTables(first);
    const patches = states
      .slice(1)
      .map((after, at) => patchOf(tables, operationsBetween(states[at] ?? [], after)));
    const { files, source } = memoryFiles();
    const createSpool = () => new MemorySpool();
    const common = {
      ctx: testContext(),
      path: "combined",
      overwrite: true,
      files,
      createDigest,
      createSpool,
    };
    await combinePatches({ ...common, patches });
    const combined: PatchOperation[] = [];
    for await (const batch of (await openPatch(source, { createDigest })).operations())
      combined.push(...batch);
    folded += combined.length;
    try {
      expect(listed(combined), `round ${round}`).toEqual(listed(operationsBetween(first, last)));
    } catch (error) {
      failures += 1;
      if (failures === 1) process.stderr.write(`${String(error)}\n`);
    }
  }
  recordGuarantee({
    id: "PAT6",
    claim: "Combined patches are the patch between the first and the last state, operation by operation",
    figure: `${count} random chains of two to four patches`,
    failures,
    details: `${folded} operations`,
  });
  expect(failures).toBe(0);
});
