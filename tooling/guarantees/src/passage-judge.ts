import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, openSessions, type TestDatabase } from "@syncline/tooling-test-postgres";
import type { Passage } from "./apply-scenario.ts";
import type { FaultPlan } from "./fault-plan.ts";
import { type FaultyRun, runWithFault } from "./faulty-run.ts";
import { type Ledger, readFirings, readLedger, readRows, sequencesAreAhead } from "./model-state.ts";
import { endPooledSessions, leftInPool } from "./pooled-sessions.ts";
import type { Pooler } from "./pooler.ts";
import { locator, readReport, syncline } from "./syncline-child.ts";

/** How long a backend may outlive its client. */
const BACKEND_LIMIT_MS = 15_000;

export interface PassageCase {
  readonly kind: "apply" | "undo";
  readonly passage: Passage;
  readonly plan: FaultPlan;
  /** A pooler between the proxy and the server. */
  readonly through?: Pooler;
}

export interface Verdict {
  /** Empty when all went well. */
  readonly problems: readonly string[];
  /** For counting what really happened: `killed before`, `exit 0 after`. */
  readonly label: string;
}

/** Runs the passage into its fault, looks at the target, recovers as a user would and looks again. */
export async function judgePassage({ kind, passage, plan, through }: PassageCase): Promise<Verdict> {
  const target = await createTestDatabase("passage", { template: passage.template });
  try {
    const url = through?.url(target.url) ?? target.url;
    const faulty = await runWithFault(url, passage.args, plan);
    const settled = await waitForBackends(target, through !== undefined);
    const found = await look(target);
    const wasDone = found.rows === passage.after;
    const problems = [
      ...settled,
      ...stateProblems({ kind, passage }, found),
      ...reportProblems(plan, faulty, wasDone),
      ...cutProblems(plan, faulty, wasDone),
      ...(await recoveryProblems({ kind, passage }, { target, url, wasDone })),
      ...(through === undefined ? [] : await leftInPool(target)),
    ];
    const end = faulty.run.killed ? "killed" : `exit ${faulty.run.code}`;
    return {
      problems: problems.length === 0 ? [] : [...problems, describe(plan, faulty)],
      label: `${end} ${wasDone ? "after" : "before"}`,
    };
  } finally {
    if (through !== undefined) await endPooledSessions(target);
    await target.drop();
  }
}

interface Found {
  readonly rows: string;
  readonly firings: string;
  readonly ledger: Ledger;
}

async function look(target: TestDatabase): Promise<Found> {
  return {
    rows: await readRows(target),
    firings: await readFirings(target),
    ledger: await readLedger(target),
  };
}

type Rightly = Pick<PassageCase, "kind" | "passage">;

function stateProblems(rightly: Rightly, found: Found): string[] {
  const { kind, passage } = rightly;
  const isBefore = found.rows === passage.before;
  if (!isBefore && found.rows !== passage.after) return ["the rows are neither as before nor as after"];
  const problems: string[] = [];
  const firings = isBefore ? passage.firingsBefore : passage.firings;
  if (found.firings !== firings)
    problems.push(`triggers fired otherwise: ${found.firings} instead of ${firings}`);
  const { applied, undone, torn } = found.ledger;
  const expected = kind === "apply" ? [isBefore ? 0 : 1, 0] : [1, isBefore ? 0 : 1];
  if (applied !== expected[0] || undone !== expected[1] || torn > 0) {
    problems.push(
      `rows are as ${isBefore ? "before" : "after"}, the ledger says ${JSON.stringify(found.ledger)}`,
    );
  }
  return problems;
}

/** A process that lived to say something must have said what is true. */
function reportProblems(plan: FaultPlan, { run }: FaultyRun, wasDone: boolean): string[] {
  if (run.killed) return [];
  const { outcome, errorCode } = readReport(run);
  if (run.code === 0) {
    return wasDone && outcome === "applied"
      ? []
      : [`said ${outcome} with 0 and rows are as ${wasDone ? "after" : "before"}`];
  }
  if (errorCode === "patch.outcome_unknown" && "outage" in plan && plan.outage) return [];
  if (errorCode === null) return [`ended with ${run.code} and no error code`];
  if (errorCode === "internal" || errorCode === "patch.outcome_unknown") return [`ended with "${errorCode}"`];
  return wasDone ? [`ended with ${run.code} "${errorCode}" although everything was done`] : [];
}

/** The proxy must have cut where the plan says, else the case proves nothing. */
function cutProblems(plan: FaultPlan, { cuts }: FaultyRun, wasDone: boolean): string[] {
  if (plan.kind === "cut-before-reply") {
    if (cuts[0] !== "before-reply") return ["the proxy did not cut between COMMIT and its reply"];
    return wasDone ? [] : ["the COMMIT that was cut is not the one that makes the rows visible"];
  }
  return plan.kind === "cut-before-commit" && cuts[0] !== "before-commit"
    ? ["the proxy did not cut before COMMIT"]
    : [];
}

interface Recovery {
  readonly target: TestDatabase;
  readonly url: string;
  readonly wasDone: boolean;
}

async function recoveryProblems(rightly: Rightly, { target, url, wasDone }: Recovery): Promise<string[]> {
  const { kind, passage } = rightly;
  const place = locator(url);
  const run = await syncline(passage.args.map((word) => (word === "{target}" ? place : word)));
  const { outcome, errorCode } = readReport(run);
  const problems: string[] = [];
  const isRefusedUndo = kind === "undo" && wasDone && errorCode === "patch.already_undone";
  const expected = wasDone ? "already-applied" : "applied";
  if (!isRefusedUndo && (run.code !== 0 || outcome !== expected)) {
    problems.push(`recovery ended with ${run.code}, ${outcome ?? errorCode}: ${run.stderr.trim()}`);
  }
  const found = await look(target);
  if (found.rows !== passage.after) problems.push("recovery did not lead to the state after");
  else problems.push(...stateProblems(rightly, found).map((text) => `after recovery: ${text}`));
  if (kind === "apply" && !(await sequencesAreAhead(target))) problems.push("a sequence is behind its rows");
  return problems;
}

/** A pooler keeps idle sessions; what counts is that none is in a transaction. */
async function waitForBackends(target: TestDatabase, isPooled: boolean): Promise<string[]> {
  const until = performance.now() + BACKEND_LIMIT_MS;
  for (;;) {
    const sessions = await openSessions(target.url, target.name);
    const busy = sessions.filter(({ state }) => !isPooled || state !== "idle");
    if (busy.length === 0) return [];
    if (performance.now() > until)
      return busy.map(({ state, query }) => `a backend stays: ${state} ${query}`);
    await sleep(100);
  }
}

function describe(plan: FaultPlan, { run, cuts, interrupted }: FaultyRun): string {
  const said = `${run.stdout}${run.stderr}`.trim().slice(-600);
  return `plan ${JSON.stringify(plan)}, cuts ${cuts.join(",") || "none"}, ${interrupted ? "interrupted, " : ""}ended with ${run.signal ?? run.code}: ${said}`;
}
