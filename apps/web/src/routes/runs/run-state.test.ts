import type { RunAnswer, ServerEvent } from "@syncline/api";
import { describe, expect, it } from "vitest";
import { afterEvent, asksForReading, optionsOf, shareOfRun } from "./run-state.ts";

const TABLE = { name: "users", phase: "reading", rows: 5, bytes: 50, estimatedRows: 10 };
const PROGRESS = {
  phase: "reading",
  rows: 5,
  bytes: 50,
  rowsPerSecond: 2,
  etaSeconds: null,
  unitsDone: 0,
  unitsTotal: 1,
  tables: [TABLE],
};
const run = (more: Partial<RunAnswer> = {}) =>
  ({ id: "r", state: "running", progress: null, ...more }) as RunAnswer;
const event = (type: string, payload: unknown = {}, runId: string | null = "r"): ServerEvent => ({
  id: 1,
  runId,
  type,
  payload,
  at: "2026-11-21T10:00:00.000Z",
});

describe("an event about a run", () => {
  it("of progress replaces what was known of it", () => {
    expect(
      afterEvent(run(), event("run.progress", { runId: "r", unitId: "u", ...PROGRESS })).progress,
    ).toEqual(PROGRESS);
  });

  it("of another run, or after the end, changes nothing", () => {
    const known = run();
    expect(afterEvent(known, event("run.progress", PROGRESS, "other"))).toBe(known);
    const ended = run({ state: "succeeded" });
    expect(afterEvent(ended, event("run.progress", PROGRESS))).toBe(ended);
  });

  it("says that it has ended; what it was before is not believed, for the past is told again", () => {
    expect(afterEvent(run(), event("run.failed"))).toMatchObject({
      state: "failed",
      finishedAt: "2026-11-21T10:00:00.000Z",
    });
    const paused = run({ state: "paused" });
    expect(afterEvent(paused, event("run.running"))).toBe(paused);
  });

  it("that is not understood changes nothing", () => {
    const known = run();
    expect(afterEvent(known, event("run.progress", { phase: 3 }))).toBe(known);
    expect(afterEvent(known, event("run.progress", null))).toBe(known);
  });

  it("has the run read again when more than progress changed, and after events were left out", () => {
    const asked = [
      event("run.units_lost"),
      event("run.failed"),
      event("run.failed", {}, "o"),
      event("run.progress"),
    ];
    expect(asked.map((each) => asksForReading(each, "r"))).toEqual([true, true, false, false]);
    expect(asksForReading(event("resync", {}, null), "r")).toBe(true);
  });
});

it("only what a run's state allows is offered", () => {
  const offered = (state: string) =>
    Object.entries(optionsOf({ state: state as "queued" }))
      .filter(([, allowed]) => allowed)
      .map(([name]) => name);
  expect(offered("running")).toEqual(["cancel", "pause"]);
  expect(offered("paused")).toEqual(["cancel", "resume"]);
  expect(offered("pausing")).toEqual(["cancel", "resume"]);
  expect(offered("cancelling")).toEqual([]);
  expect(offered("failed")).toEqual(["retry"]);
  expect(offered("succeeded")).toEqual([]);
});

describe("the share of a run that is done", () => {
  it("is that of its units where it is cut", () => {
    expect(shareOfRun(run({ progress: { ...PROGRESS, unitsDone: 2, unitsTotal: 8 } }))).toBe(0.25);
  });
  it("else that of its rows, when all tables are estimated", () => {
    expect(shareOfRun(run({ progress: PROGRESS }))).toBe(0.5);
    const unknown = { ...PROGRESS, tables: [TABLE, { ...TABLE, estimatedRows: null }] };
    expect(shareOfRun(run({ progress: unknown }))).toBeNull();
  });
});
