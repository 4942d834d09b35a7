import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase, testServerUrl } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ApplyScenario, makeScenario } from "./apply-scenario.ts";
import { planCut, planKill } from "./fault-plan.ts";
import { readLedger, readRows } from "./model-state.ts";
import { judgePassage } from "./passage-judge.ts";
import { endPooledSessions, leftInPool, readSessionState } from "./pooled-sessions.ts";
import { PGBOUNCER, type Pooler, startPooler } from "./pooler.ts";
import { Random } from "./random.ts";
import { runCases } from "./run-cases.ts";
import { locator, syncline } from "./syncline-child.ts";

/** A pool that is too small for the sessions of one comparison shows as the pooler's own time limit. */
const REFUSALS = /connection\.pooled|query_wait_timeout/;
const HANG_MS = 60_000;

let folder: string;
let scenario: ApplyScenario;

describe.skipIf(PGBOUNCER === null)("through PgBouncer", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "syncline-pooled-"));
    scenario = await makeScenario(seed, 900, folder);
  });
  afterAll(async () => {
    await scenario.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each([
    { mode: "transaction", poolSize: 1 },
    { mode: "transaction", poolSize: 3 },
    { mode: "session", poolSize: 8 },
  ] as const)("in $mode mode with $poolSize sessions", ({ mode, poolSize }) => {
    let target: TestDatabase;
    let source: TestDatabase;
    let pooler: Pooler;

    beforeEach(async () => {
      target = await createTestDatabase("pooled", { template: scenario.apply.template });
      source = await createTestDatabase("pooled_source", { template: scenario.undo.template });
      pooler = await startPooler({ serverUrl: target.url, mode, poolSize });
    });
    afterEach(async () => {
      await pooler.stop();
      for (const database of [target, source]) {
        await endPooledSessions(database);
        await database.drop();
      }
    });

    /** Ends with 0, or says plainly that the pooler is in the way. */
    async function workOrRefusal(args: readonly string[]): Promise<"worked" | "refused"> {
      const run = await syncline(args, { after: { ms: HANG_MS } });
      expect(run.killed, `syncline ${args[0]} hung`).toBe(false);
      if (run.code === 0) return "worked";
      expect(`${run.stdout}${run.stderr}`).toMatch(REFUSALS);
      return "refused";
    }

    it("compares rightly or refuses", async () => {
      const direct = join(folder, `direct-${mode}-${poolSize}.patch`);
      const pooled = join(folder, `pooled-${mode}-${poolSize}.patch`);
      const diff = (from: string, to: string, output: string) => [
        ...["diff", locator(from), locator(to), "--output", output, "--json"],
      ];
      expect(await workOrRefusal(diff(source.url, target.url, direct))).toBe("worked");
      const word = await workOrRefusal(diff(pooler.url(source.url), pooler.url(target.url), pooled));
      if (word === "worked") expect(readOperations(pooled)).toEqual(readOperations(direct));
      expect(await leftInPool(target)).toEqual([]);
      expect(await leftInPool(source)).toEqual([]);
      expect(await readSessionState(pooler.url(target.url))).toEqual([]);
    });

    it("applies and undoes rightly or refuses", async () => {
      const place = locator(pooler.url(target.url));
      const { apply, undo } = scenario;
      const word = await workOrRefusal(apply.args.map((each) => (each === "{target}" ? place : each)));
      expect(await readRows(target)).toBe(word === "worked" ? apply.after : apply.before);
      expect(await leftInPool(target)).toEqual([]);
      expect(await readSessionState(pooler.url(target.url))).toEqual([]);
      if (word === "refused") return;
      const undone = await workOrRefusal(undo.args.map((each) => (each === "{target}" ? place : each)));
      expect(await readRows(target)).toBe(undone === "worked" ? apply.before : apply.after);
      expect(await readLedger(target)).toEqual({ applied: 1, undone: undone === "worked" ? 1 : 0, torn: 0 });
      expect(await leftInPool(target)).toEqual([]);
      expect(await readSessionState(pooler.url(target.url))).toEqual([]);
    });
  });

  it("applies exactly once or not at all behind a pooler too", async () => {
    const pooler = await startPooler({ serverUrl: await testServerUrl(), mode: "transaction", poolSize: 4 });
    const count = scaled(40);
    try {
      const failures = await runCases({
        guarantee: "G11 behind PgBouncer",
        count,
        lanes: 2,
        run: async (index) => {
          const random = Random.ofCase(seed + 16, index);
          const { apply } = scenario;
          const plan =
            index % 2 === 0 ? planCut(random, apply.traffic, index * 3) : planKill(random, apply.traffic);
          const { problems } = await judgePassage({ kind: "apply", passage: apply, plan, through: pooler });
          return problems;
        },
      });
      const claim = "a patch applies exactly once or not at all";
      recordGuarantee({
        id: "G11",
        claim,
        figure: `${count} kills and cuts behind PgBouncer`,
        failures: failures.length,
      });
      expect(failures.slice(0, 3)).toEqual([]);
    } finally {
      await pooler.stop();
    }
  });
});

/** The operations of a patch file, which is one a line. */
function readOperations(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"op"'));
}
