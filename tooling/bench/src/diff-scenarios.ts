import { countBoth, hashScanBoth, readBoth } from "./baselines.ts";
import type { Databases } from "./databases.ts";
import { updateSome } from "./dataset.ts";
import { type Measurement, median } from "./measure.ts";
import type { Report } from "./report.ts";
import { syncline } from "./syncline.ts";

interface Scenario {
  readonly name: string;
  readonly differences: number;
  /** Which baseline the goal is stated against, and the goal. */
  readonly against: "hash scan" | "reading both";
  readonly goal: number;
}

function scenarios(rows: number): readonly Scenario[] {
  return [
    { name: "0 differences", differences: 0, against: "hash scan", goal: 1.25 },
    { name: "200 differences", differences: 200, against: "hash scan", goal: 1.25 },
    { name: "1 % different", differences: Math.round(rows / 100), against: "hash scan", goal: 2 },
    { name: "100 % different", differences: rows, against: "reading both", goal: 1.3 },
  ];
}

/** Compares the original with edited copies; baselines are measured beside each run, so ratios are of one moment. */
export async function benchDiff(
  databases: Databases,
  rows: number,
  runs: number,
  report: Report,
): Promise<void> {
  for (const scenario of scenarios(rows)) {
    await databases.copyEdited("edited", updateSome(scenario.name, scenario.differences, rows));
    await benchScenario(databases, scenario, runs, report);
  }
}

async function benchScenario(
  databases: Databases,
  scenario: Scenario,
  runs: number,
  report: Report,
): Promise<void> {
  const pair = ["edited", "original"] as const;
  const taken = {
    count: [] as number[],
    hash: [] as number[],
    read: [] as number[],
    diff: [] as Measurement[],
  };
  await countBoth(databases, pair);
  for (let run = 0; run < runs; run += 1) {
    taken.count.push(await countBoth(databases, pair));
    taken.hash.push(await hashScanBoth(databases, pair));
    taken.read.push(await readBoth(databases, pair));
    taken.diff.push(
      await syncline(["diff", databases.locator("edited"), databases.locator("original"), "--no-progress"]),
    );
  }
  const seconds = median(taken.diff.map((one) => one.seconds));
  const baseline = median(scenario.against === "hash scan" ? taken.hash : taken.read);
  report.add({
    name: `diff, ${scenario.name}`,
    seconds,
    peakBytes: Math.max(...taken.diff.map((one) => one.peakBytes ?? 0)),
    baseline: `${scenario.against} of both sides`,
    baselineSeconds: baseline,
    goal: `at most ${scenario.goal}`,
    reached: seconds / baseline <= scenario.goal,
    note: `count(*) of both ${median(taken.count).toFixed(1)} s`,
  });
}
