import { setTimeout as sleep } from "node:timers/promises";
import { writeCheckpoint } from "@syncline/control-plane";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuditWorld, openAuditWorld } from "./testing/audit-world.ts";
import { type Draw, TAMPERINGS } from "./testing/tamperings.ts";

const CASES = 2_000;
const CLEAN_ROUNDS = 60;
const WRITER_PAUSE_MS = 20;
const TABLES = ["audit_entries", "audit_heads", "audit_checkpoints", "signing_keys"];

let world: AuditWorld;
beforeAll(async () => {
  world = await openAuditWorld("audit_tampering");
  for (const table of TABLES)
    await world.database.query(`CREATE TABLE public.${table} AS TABLE syncline_control.${table}`);
});
afterAll(() => world.close());

async function asSuperuser(...statements: readonly string[]): Promise<void> {
  await world.database.query(
    ["BEGIN", "SET LOCAL session_replication_role = replica", ...statements, "COMMIT"].join(";\n"),
  );
}

const restore = () =>
  asSuperuser(
    ...TABLES.flatMap((table) => [
      `TRUNCATE syncline_control.${table}`,
      `INSERT INTO syncline_control.${table} SELECT * FROM public.${table}`,
    ]),
  );

/** mulberry32 */
function drawing(from: number): Draw {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

it("G25: tampering with an audit log is seen", { timeout: 600_000 }, async () => {
  const draw = drawing(seed);
  const kinds = Object.entries(TAMPERINGS);
  const cases = Math.max(scaled(CASES), kinds.length * 6);
  const unseen: string[] = [];
  const misnamed: string[] = [];
  let named = 0;
  const length = world.checkpoints.at(-1)?.seq ?? 0;
  for (let n = 0; n < cases; n += 1) {
    const [, tamper] = kinds[n % kinds.length] ?? kinds[0] ?? [];
    // Older than the change; whatever the change is about was there when it was made.
    const held = world.checkpoints[draw(world.checkpoints.length)];
    if (tamper === undefined || held === undefined) throw new Error("nothing to do");
    const { what, seq } = await tamper({ world, draw, held: held.seq, length, run: asSuperuser });
    const report = await world.verify([held]);
    if (report.ok) unseen.push(`${n}: ${what}`);
    if (seq !== null) {
      named += 1;
      const { fault } = report;
      if (fault === null || seq < fault.seq || seq > fault.until)
        misnamed.push(`${n}: ${what} at ${seq}, told as ${fault?.kind} at ${fault?.seq}`);
    }
    await restore();
  }
  recordGuarantee({
    id: "G25",
    claim: "tampering with an audit log is seen against an older checkpoint",
    figure: `${cases} tamperings of ${kinds.length} kinds`,
    failures: unseen.length + misnamed.length,
    details: `edits of each column, deletions, reorderings, truncations, insertions, restamps with and without a new key, checkpoints, other organizations, clocks; with triggers off; of ${named} the first wrong entry is named`,
  });
  expect(unseen).toEqual([]);
  expect(misnamed).toEqual([]);
});

it("G25: a log whose keys were taken out is not believed for what the next key signs", async () => {
  const { cp, ours, checkpoints } = world;
  const withoutKeys = () => asSuperuser("DELETE FROM syncline_control.signing_keys");
  await withoutKeys();
  expect((await world.verify([])).ok).toBe(false);
  await restore();
  const restamp = TAMPERINGS["restamp without a key"];
  const length = checkpoints.at(-1)?.seq ?? 0;
  // Draws: the third entry, and the whole rest.
  const draws = [2, 0];
  await restamp?.({ world, draw: () => draws.shift() ?? 0, held: 5, length, run: asSuperuser });
  await withoutKeys();
  await world.write(ours, 1);
  expect(await writeCheckpoint(cp, ours.scope.organizationId)).not.toBeNull();
  expect((await world.verify([])).fault).toMatchObject({ kind: "restamped" });
  await restore();
  expect(await world.verify([])).toMatchObject({ ok: true });
});

it("G25: nothing is said of a log that is untouched, while others write to it", {
  timeout: 300_000,
}, async () => {
  expect(await world.verify(world.checkpoints)).toMatchObject({ ok: true, faults: [] });
  const rounds = Math.max(5, scaled(CLEAN_ROUNDS));
  let writing = true;
  const writers = Array.from({ length: 4 }, async (_, n) => {
    while (writing) {
      await world.write(n % 2 === 0 ? world.ours : world.theirs, 3);
      if (n === 0) await world.checkpoint(world.ours);
      await sleep(WRITER_PAUSE_MS);
    }
  });
  const alarms: unknown[] = [];
  let entries = 0;
  for (let round = 0; round < rounds; round += 1) {
    const report = await world.verify(world.checkpoints.slice(0, 1 + (round % 4)));
    if (!report.ok) alarms.push(report.faults);
    entries = report.entries;
  }
  writing = false;
  await Promise.all(writers);
  recordGuarantee({
    id: "G25",
    claim: "no false alarm on an audit log that is written to meanwhile",
    figure: `${rounds} verifications, ${entries} entries at the end`,
    failures: alarms.length,
    details: "four writers, checkpoints written meanwhile, key rotated once",
  });
  expect(alarms).toEqual([]);
});
