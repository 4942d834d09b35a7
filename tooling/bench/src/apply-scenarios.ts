import { statSync } from "node:fs";
import { join } from "node:path";
import type { Databases } from "./databases.ts";
import { mixedEdit } from "./dataset.ts";
import { type Measurement, median } from "./measure.ts";
import { PsqlApply, psqlExists } from "./psql-baseline.ts";
import type { Report } from "./report.ts";
import { syncline } from "./syncline.ts";

/** Makes a patch of about `operations` operations and applies it to fresh copies of the original. */
export async function benchApply(
  databases: Databases,
  folder: string,
  { rows, runs }: { rows: number; runs: number },
  report: Report,
): Promise<void> {
  for (const operations of [300, Math.min(1_000_000, Math.round(rows / 4))]) {
    await benchPatch(databases, folder, { rows, runs, operations }, report);
  }
}

async function benchPatch(
  databases: Databases,
  folder: string,
  { rows, runs, operations }: { rows: number; runs: number; operations: number },
  report: Report,
): Promise<void> {
  const name = `${operations.toLocaleString("en")} operations`;
  const patch = join(folder, `patch-${operations}.json`);
  await databases.copyEdited("edited", mixedEdit(name, operations, rows));
  await databases.copyOriginal("patched");
  const made = await syncline([
    "diff",
    databases.locator("edited"),
    databases.locator("patched"),
    "--output",
    patch,
    "--no-progress",
  ]);
  const size = `${(statSync(patch).size / 1e6).toFixed(1)} MB`;
  report.add({ name: `make patch, ${name}`, seconds: made.seconds, peakBytes: made.peakBytes, note: size });

  const psql = psqlExists() ? new PsqlApply(folder, `ops-${operations}`) : null;
  await psql?.prepare(databases, "edited", "patched");
  const ours: Measurement[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(await applyOnce(databases, patch));
    if (psql !== null) theirs.push(await onFreshCopy(databases, () => psql.apply(databases, "patched")));
  }
  psql?.remove();
  const seconds = median(ours.map((one) => one.seconds));
  const baseline = theirs.length > 0 ? median(theirs) : null;
  const small = operations <= 300;
  report.add({
    name: `apply, ${name}`,
    seconds,
    peakBytes: Math.max(...ours.map((one) => one.peakBytes ?? 0)),
    baseline: "the same statements in psql",
    baselineSeconds: baseline,
    goal: small ? "within 1 s" : "at most 2",
    reached: small ? seconds <= 1 : baseline === null ? null : seconds / baseline <= 2,
  });
}

async function onFreshCopy<T>(databases: Databases, work: () => Promise<T>): Promise<T> {
  await databases.copyOriginal("patched");
  await databases.run("patched", ["CHECKPOINT"]);
  return work();
}

function applyOnce(databases: Databases, patch: string): Promise<Measurement> {
  return onFreshCopy(databases, () =>
    syncline(["patch", "apply", patch, databases.locator("patched"), "--yes", "--no-progress"]),
  );
}
