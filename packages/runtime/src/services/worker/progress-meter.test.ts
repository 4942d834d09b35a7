import { expect, it } from "vitest";
import { MemoryGate } from "./memory-gate.ts";
import { ProgressMeter } from "./progress-meter.ts";

const event = (table: string | null, rows: number, estimatedRows: number | null = null, phase = "read") => ({
  phase,
  table,
  rows,
  bytes: rows * 10,
  estimatedRows,
});

it("adds tables up, with a rate over the last half minute and a range for the rest", () => {
  let now = 0;
  const meter = new ProgressMeter(() => now);
  meter.add(event("a", 100, 1_000));
  expect(meter.progress()).toMatchObject({ rows: 100, bytes: 1_000, etaSeconds: null });
  for (let second = 1; second <= 60; second += 1) {
    now = second * 1_000;
    meter.add(event("a", 100 + second * 10, 1_000));
    meter.progress();
  }
  meter.add(event("b", 5, 100));
  const progress = meter.progress();
  expect(progress.rows).toBe(705);
  expect(progress.rowsPerSecond).toBe(10);
  const [from, to] = progress.etaSeconds ?? [0, 0];
  expect(from).toBeLessThanOrEqual(40);
  expect(to).toBeGreaterThanOrEqual(40);
  expect(to).toBeLessThan(120);
});

it("says nothing of the end without estimates, and forgets the rate when a phase begins anew", () => {
  let now = 0;
  const meter = new ProgressMeter(() => now);
  for (now = 0; now <= 10_000; now += 1_000) {
    meter.add(event("a", now));
    meter.progress();
  }
  expect(meter.progress().etaSeconds).toBeNull();
  meter.add(event("a", 1, null, "write"));
  expect(meter.progress()).toMatchObject({ rows: 1, phase: "write", rowsPerSecond: 0 });
});

it("no further unit begins above the limit of memory, but one that is alone does", () => {
  const gate = new MemoryGate(
    () => 100,
    () => 101,
  );
  expect([gate.mayBegin(0), gate.mayBegin(1)]).toEqual([true, false]);
});
