import { describe, expect, it } from "vitest";
import { driftOf, patchSummary } from "./drift.ts";

const NONE = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };
const summary = (counts: object, tables: readonly object[]) =>
  ({ counts: { ...NONE, ...counts }, tables }) as unknown as Parameters<typeof driftOf>[0];
const patch = patchSummary({
  inserts: 1,
  updates: 37,
  deletes: 2,
  tables: [
    { name: "orders", inserts: 0, updates: 37, deletes: 0 },
    { name: "lines", inserts: 1, updates: 0, deletes: 2 },
  ],
});

describe("what a trial found", () => {
  it("tells conflicts by table as what nothing else became of", () => {
    const drift = driftOf(
      summary({ updated: 36, inserted: 1, deleted: 2, conflicts: 1 }, [
        { name: "orders", updated: 36 },
        { name: "lines", inserted: 1, deleted: 2 },
      ]),
      patch,
    );
    expect(drift.conflicts).toBe(1);
    expect(drift.tables.map(({ name, applied, conflicts }) => [name, applied, conflicts])).toEqual([
      ["orders", 36, 1],
      ["lines", 3, 0],
    ]);
  });
  it("tells rows that are so already and rows that were left", () => {
    const drift = driftOf(
      summary({ unchanged: 30, skipped: 7 }, [{ name: "orders", unchanged: 30, skipped: 7 }]),
      patch,
    );
    expect(drift).toMatchObject({ applied: 0, already: 30, skipped: 7, conflicts: 0 });
    expect(drift.tables[0]).toMatchObject({ operations: 37, already: 30, skipped: 7, conflicts: 0 });
  });
  it("gets along without the patch's counts", () =>
    expect(driftOf(summary({ updated: 2 }, [{ name: "t", updated: 2 }]), null).tables).toEqual([
      { name: "t", operations: 2, applied: 2, already: 0, skipped: 0, conflicts: 0 },
    ]));
});

it.each([null, 7, "x", {}, { inserts: "1" }])("knows no summary in %j", (value) =>
  expect(patchSummary(value)).toBeNull(),
);
