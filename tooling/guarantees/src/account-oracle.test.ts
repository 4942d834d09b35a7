import type { PatchOperation } from "@syncline/core";
import type { ApplyResult } from "@syncline/engine";
import { expect, it } from "vitest";
import { findInterleaved, judge, type Observation } from "./account-oracle.ts";
import { type AccountsState, APPLIER, type Change, type Row } from "./accounts.ts";

const row = (a: string): Row => ({ id: "1", a, b: null, c: null, u: null });
const state = (only: Row | null): AccountsState => ({
  account: new Map(only === null ? [] : [["1", only]]),
  entry: new Map(),
  sample: new Map(),
});
const change = (writer: string, old: Row | null, now: Row | null): Change => ({
  writer,
  relation: "account",
  old,
  new: now,
  transaction: "1",
});
const update: PatchOperation = {
  op: "update",
  table: "account",
  key: new Map([["id", "1"]]),
  old: new Map([["a", "1"]]),
  new: new Map([["a", "2"]]),
};
const result = (outcome: ApplyResult["outcome"], conflictCount = 0) =>
  ({ outcome, conflictCount }) as unknown as ApplyResult;

function observe(seen: Partial<Observation>): string[] {
  return judge({
    strategy: "manual",
    operations: [update],
    initial: state(row("1")),
    final: state(row("2")),
    changes: [],
    said: result("applied"),
    reported: [],
    ...seen,
  });
}

it("accepts a write onto what the patch expected, and a competitor after it", () => {
  expect(observe({ changes: [change(APPLIER, row("1"), row("2"))] })).toEqual([]);
  const changes = [change(APPLIER, row("1"), row("2")), change("other", row("2"), row("7"))];
  expect(observe({ changes, final: state(row("7")) })).toEqual([]);
});

it("sees a silent overwrite", () => {
  const changes = [change("other", row("1"), row("7")), change(APPLIER, row("7"), row("2"))];
  expect(observe({ changes })).toEqual([expect.stringContaining("SILENT OVERWRITE")]);
});

it("sees a patch that says applied and did not write", () => {
  expect(observe({ final: state(row("1")) })).toEqual([expect.stringContaining("neither written")]);
});

it("sees a write of a patch that was not applied", () => {
  const said = { errorCode: "patch.constraint_violated" };
  expect(observe({ said, changes: [change(APPLIER, row("1"), row("2"))] })).toEqual([
    expect.stringContaining("was not applied"),
  ]);
});

it("sees a row written twice, a row nobody named and other columns", () => {
  const twice = [change(APPLIER, row("1"), row("2")), change(APPLIER, row("2"), row("2"))];
  expect(observe({ changes: twice })).toEqual([expect.stringContaining("twice")]);
  expect(observe({ operations: [], changes: [change(APPLIER, row("1"), row("2"))] })).toEqual([
    expect.stringContaining("does not name it"),
  ]);
  const more = { ...row("2"), b: "lost" };
  expect(observe({ changes: [change(APPLIER, row("1"), more)], final: state(more) })).toEqual([
    expect.stringContaining("changed: b"),
  ]);
});

it("sees a conflict that was none, and none that was one", () => {
  const conflicts = { said: result("conflicts", 1), reported: [update] };
  expect(observe({ ...conflicts, final: state(row("1")) })).toEqual([expect.stringContaining("without one")]);
  const changes = [change("other", row("1"), row("7"))];
  expect(observe({ ...conflicts, changes, final: state(row("7")) })).toEqual([]);
  expect(observe({ said: result("conflicts", 0), changes, final: state(row("7")) })).not.toEqual([]);
});

it("takes a parked unique value as one write", () => {
  const at = (u: string | null): Row => ({ ...row("1"), u });
  const swap: PatchOperation = { ...update, old: new Map([["u", "7"]]), new: new Map([["u", "8"]]) };
  const changes = [change(APPLIER, at("7"), at(null)), change(APPLIER, at(null), at("8"))];
  const seen = { operations: [swap], initial: state(at("7")), final: state(at("8")) };
  expect(observe({ ...seen, changes })).toEqual([]);
  expect(
    observe({ ...seen, changes: [change("other", at("7"), at("9")), change(APPLIER, at("9"), at("8"))] }),
  ).toEqual([expect.stringContaining("SILENT OVERWRITE")]);
});

it("sees writes of two appliers in turns", () => {
  const by = (transaction: string) => ({ ...change(APPLIER, null, row("1")), transaction });
  expect(findInterleaved([by("1"), by("1"), by("2")])).toEqual([]);
  expect(findInterleaved([by("1"), by("2"), by("1")])).toEqual(["1"]);
});

it("sees rows that changed without a trace", () => {
  expect(observe({ changes: [change(APPLIER, row("1"), row("2"))], final: state(null) })).toEqual([
    expect.stringContaining("last writer"),
  ]);
});
