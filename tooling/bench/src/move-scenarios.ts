import { join } from "node:path";
import { dumpAndRestore, dumpExists, pipeThroughPsql, upsertEverything } from "./copy-baselines.ts";
import type { Databases } from "./databases.ts";
import { EMPTY_ITEMS, mixedEdit, updateSome } from "./dataset.ts";
import { type Measurement, median } from "./measure.ts";
import { psqlExists } from "./psql-baseline.ts";
import type { Report } from "./report.ts";
import { syncline } from "./syncline.ts";

interface MoveRun {
  readonly databases: Databases;
  readonly folder: string;
  readonly rows: number;
  readonly runs: number;
  readonly report: Report;
}

/** Copies, merges, pulls and pushes of the whole table as far as `only` names them, each beside what others do in the same run. */
export async function benchMoves(
  databases: Databases,
  folder: string,
  { rows, runs, only }: { readonly rows: number; readonly runs: number; readonly only: readonly string[] },
  report: Report,
): Promise<void> {
  const run: MoveRun = { databases, folder, rows, runs, report };
  if (only.includes("copy")) await benchCopy(run);
  if (only.includes("merge")) await benchMerge(run);
  if (only.includes("pull")) await benchDirectory(run);
}

const MEMORY_GOAL = 200 * 2 ** 20;

async function benchCopy({ databases, runs, report }: MoveRun): Promise<void> {
  const withDump = dumpExists(await databases.serverMajor());
  const taken = { ours: [] as Measurement[], dump: [] as number[], pipe: [] as number[] };
  for (let number = 0; number < runs; number += 1) {
    await databases.createFresh("copied", EMPTY_ITEMS);
    taken.ours.push(
      await syncline([
        "copy",
        databases.locator("original"),
        databases.locator("copied"),
        "--yes",
        "--no-progress",
      ]),
    );
    if (withDump) taken.dump.push(await dumpAndRestore(databases));
    if (psqlExists()) taken.pipe.push(await pipeThroughPsql(databases));
  }
  const ours = { seconds: median(taken.ours.map((one) => one.seconds)), peakBytes: peakOf(taken.ours) };
  const dump = taken.dump.length > 0 ? median(taken.dump) : null;
  report.add({
    name: "copy into an empty table",
    ...ours,
    baseline: "pg_dump -Fc -Z0 | pg_restore",
    baselineSeconds: dump,
    goal: "at most 0.8; at most 200 MiB",
    reached: dump === null ? null : ours.seconds / dump <= 0.8 && (ours.peakBytes ?? 0) <= MEMORY_GOAL,
  });
  if (taken.pipe.length === 0) return;
  report.add({
    name: "copy into an empty table",
    ...ours,
    baseline: "binary pipe of psql, then the key",
    baselineSeconds: median(taken.pipe),
  });
}

async function benchMerge({ databases, rows, runs, report }: MoveRun): Promise<void> {
  await databases.copyEdited("edited", updateSome("300 rows", 300, rows));
  const taken = { ours: [] as Measurement[], upsert: [] as number[] };
  for (let number = 0; number < runs; number += 1) {
    await databases.copyOriginal("merged");
    const places = [databases.locator("edited"), databases.locator("merged")];
    taken.ours.push(await syncline(["copy", ...places, "--strategy", "merge", "--yes", "--no-progress"]));
    if (!psqlExists()) continue;
    await databases.copyOriginal("merged");
    taken.upsert.push(await upsertEverything(databases, "edited", "merged"));
  }
  const seconds = median(taken.ours.map((one) => one.seconds));
  const upsert = taken.upsert.length > 0 ? median(taken.upsert) : null;
  report.add({
    name: "copy --strategy merge, 300 rows differ",
    seconds,
    peakBytes: peakOf(taken.ours),
    baseline: "upsert of every row",
    baselineSeconds: upsert,
    goal: "at most 0.1",
    reached: upsert === null ? null : seconds / upsert <= 0.1,
  });
}

async function benchDirectory({ databases, folder, rows, runs, report }: MoveRun): Promise<void> {
  const directory = join(folder, "pulled");
  const pulls: Measurement[] = [];
  for (let number = 0; number < runs; number += 1) {
    pulls.push(
      await syncline([
        "pull",
        databases.locator("original"),
        directory,
        "--overwrite",
        "--yes",
        "--no-progress",
      ]),
    );
  }
  report.add({ name: "pull", seconds: median(pulls.map((one) => one.seconds)), peakBytes: peakOf(pulls) });
  const pushes: Measurement[] = [];
  for (let number = 0; number < runs; number += 1) {
    await databases.copyEdited("pushed", mixedEdit("300 rows", 300, rows));
    pushes.push(await syncline(["push", directory, databases.locator("pushed"), "--yes", "--no-progress"]));
  }
  report.add({
    name: "push, 300 rows differ",
    seconds: median(pushes.map((one) => one.seconds)),
    peakBytes: peakOf(pushes),
  });
}

function peakOf(measured: readonly Measurement[]): number | null {
  const known = measured.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
  return known.length === 0 ? null : Math.max(...known);
}
