import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Scenarios } from "./apply-scenario.ts";
import { type FaultPlan, planCut, planInterrupt, planKill } from "./fault-plan.ts";
import { judgePassage } from "./passage-judge.ts";
import { Random } from "./random.ts";
import { runCases } from "./run-cases.ts";
import type { Traffic } from "./traffic.ts";

const LANES = 2;
const CASES_PER_SCENARIO = 20;
const CLAIM = "a patch applies exactly once or not at all";

let folder: string;
let scenarios: Scenarios;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "syncline-guarantees-"));
  scenarios = new Scenarios(seed, folder);
});
afterAll(async () => {
  await scenarios.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Series {
  readonly count: number;
  readonly kind: "apply" | "undo";
  readonly what: string;
  /** Keeps the random choices of one series apart from another's. */
  readonly salt: number;
  readonly plan: (random: Random, traffic: Traffic, index: number) => FaultPlan;
}

async function runSeries({ count, kind, what, salt, plan }: Series): Promise<string[]> {
  const labels = new Map<string, number>();
  const failures = await runCases({
    guarantee: `G11 ${what}`,
    count,
    lanes: LANES,
    run: async (index) => {
      const scenario = await scenarios.get(Math.floor(index / CASES_PER_SCENARIO));
      const passage = scenario[kind];
      const chosen = plan(Random.ofCase(seed + salt, index), passage.traffic, index);
      const { problems, label } = await judgePassage({ kind, passage, plan: chosen });
      const counted = `${chosen.kind} ${label}`;
      labels.set(counted, (labels.get(counted) ?? 0) + 1);
      return problems;
    },
  });
  const details = [...labels]
    .sort()
    .map(([label, times]) => `${label}: ${times}`)
    .join(", ");
  process.stderr.write(`G11 ${what}: ${details}\n`);
  recordGuarantee({
    id: "G11",
    claim: CLAIM,
    figure: `${count} ${what}`,
    failures: failures.length,
    details,
  });
  return failures;
}

it("survives SIGKILL at a random statement, byte or moment", async () => {
  const what = "SIGKILLs of an apply";
  expect(
    (await runSeries({ count: scaled(200), kind: "apply", what, salt: 11, plan: planKill })).slice(0, 3),
  ).toEqual([]);
});

it("survives cuts of the network, also between COMMIT and its reply", async () => {
  // Below a whole share of twenty the kinds of cuts still take turns.
  const count = scaled(100);
  const stride = count < 20 ? 3 : 1;
  const plan: Series["plan"] = (random, traffic, index) => planCut(random, traffic, index * stride);
  const what = "network cuts during an apply";
  expect((await runSeries({ count, kind: "apply", what, salt: 12, plan })).slice(0, 3)).toEqual([]);
});

it("survives Ctrl-C at a random statement", async () => {
  const what = "Ctrl-C during an apply";
  expect(
    (await runSeries({ count: scaled(40), kind: "apply", what, salt: 13, plan: planInterrupt })).slice(0, 3),
  ).toEqual([]);
});

it("survives SIGKILL during undo", async () => {
  const what = "SIGKILLs of an undo";
  expect(
    (await runSeries({ count: scaled(40), kind: "undo", what, salt: 14, plan: planKill })).slice(0, 3),
  ).toEqual([]);
});

it("survives cuts of the network during undo", async () => {
  const what = "network cuts during an undo";
  const plan: Series["plan"] = (random, traffic, index) => planCut(random, traffic, index * 3);
  expect((await runSeries({ count: scaled(20), kind: "undo", what, salt: 15, plan })).slice(0, 3)).toEqual(
    [],
  );
});
