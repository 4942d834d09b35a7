import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ModelOutcome } from "../testing/run-model.ts";
import { newWorker } from "../testing/run-steps.ts";
import { type RunStep, RunWorld } from "../testing/run-world.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";

const CASES = 300;

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_run_life");
});
afterAll(() => test.close());

const outcome: fc.Arbitrary<ModelOutcome> = fc.oneof(
  { arbitrary: fc.constant({ kind: "done" } as const), weight: 5 },
  { arbitrary: fc.constant({ kind: "stopped" } as const), weight: 1 },
  {
    arbitrary: fc.record({
      kind: fc.constant("failed" as const),
      retryable: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, fc.constant(false)),
      unsettled: fc.boolean(),
    }),
    weight: 2,
  },
);
const kinds: readonly RunStep["kind"][] = [
  ...Array<RunStep["kind"]>(7).fill("claim"),
  ...Array<RunStep["kind"]>(5).fill("finish"),
  ...Array<RunStep["kind"]>(3).fill("plan"),
  "lose",
  "lose",
  "stale",
  "renew",
  "due",
  "due",
  "pause",
  "resume",
  "resume",
  "cancel",
];
const step: fc.Arbitrary<RunStep> = fc.record({
  kind: fc.constantFrom(...kinds),
  run: fc.nat({ max: 1 }),
  unit: fc.nat({ max: 3 }),
  outcome,
  slices: fc.nat({ max: 2 }),
});
const life = fc.record({
  runs: fc.array(
    fc.record({ attempts: fc.integer({ min: 1, max: 3 }), writes: fc.boolean(), cut: fc.boolean() }),
    { minLength: 2, maxLength: 2 },
  ),
  steps: fc.array(step, { minLength: 15, maxLength: 35 }),
});

it("keeps runs, units, leases and locks in the database as the plain telling says", async () => {
  const workerId = await newWorker(test.cp);
  const cases = fc.sample(life, { numRuns: scaled(CASES), seed });
  const failures: string[] = [];
  let steps = 0;
  for (const [index, { runs, steps: planned }] of cases.entries()) {
    const world = new RunWorld({ cp: test.cp, call: test.call, workerId });
    for (const run of runs) await world.create(`life-${index}`, run);
    for (const [at, each] of planned.entries()) {
      steps += 1;
      const problems = await world.step(each);
      if (problems.length === 0) continue;
      failures.push(`case ${index}, step ${at} ${each.kind}: ${problems.join("; ")}`);
      break;
    }
  }
  recordGuarantee({
    id: "run-life",
    claim: "Runs, units, leases and target locks in the database follow docs/run-SPEC.md.",
    figure: `${cases.length} random lives of 2 runs`,
    failures: failures.length,
    details: `${steps} steps; full figure ${CASES} lives`,
  });
  expect(failures).toEqual([]);
});
