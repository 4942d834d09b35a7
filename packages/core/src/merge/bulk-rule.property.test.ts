import { scaled, seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ConflictSide, ruleConflict } from "./bulk-rule.ts";
import type { MergeConflict } from "./merge-outcome.ts";
import { openConflict, resolveMerge } from "./resolve-merge.ts";

type Cells = Readonly<Record<string, string | null>>;

const COLUMNS = ["a", "b", "c"];
const SIDES = ["ours", "theirs", "base"] as const;
const table = {
  name: "public.t",
  columns: [["id", "integer"], ...COLUMNS.map((name) => [name, "text"] as const)] as const,
  key: ["id"],
  fingerprint: "",
};
const value = fc.constantFrom(null, "", "x");
const cells: fc.Arbitrary<Cells> = fc.record(Object.fromEntries(COLUMNS.map((name) => [name, value])));
const sides = fc.dictionary(fc.constantFrom(...COLUMNS), fc.constantFrom(...SIDES), {
  noNullPrototype: true,
});
const map = (row: Cells) => new Map<string, string | null>([["id", "1"], ...Object.entries(row)]);

/** Both sides' rows are known whole, as a merge of cells tells them. */
function conflictOf(base: Cells, ours: Cells, theirs: Cells): MergeConflict | null {
  const columns = COLUMNS.filter(
    (name) => ours[name] !== base[name] && theirs[name] !== base[name] && ours[name] !== theirs[name],
  );
  if (columns.length === 0) return null;
  const rows = { base: map(base), ours: map(ours), theirs: map(theirs) };
  return { table: table.name, key: new Map([["id", "1"]]), kind: "update-update", columns, ...rows };
}

it("by cells, each contested column is as its side has it, and what one side alone changed is kept", () => {
  let decided = 0;
  fc.assert(
    fc.property(cells, cells, cells, sides, (base, ours, theirs, chosen) => {
      const conflict = conflictOf(base, ours, theirs);
      if (conflict === null) return;
      const rows: Record<ConflictSide, Cells> = { base, ours, theirs };
      const ruled = ruleConflict({ kind: "cells", cells: chosen }, table, conflict);
      const covered = conflict.columns.every((column) => chosen[column] !== undefined);
      expect(ruled.kind).toBe(covered ? "decided" : "left");
      if (ruled.kind === "left") return;
      decided += 1;
      const resolved = resolveMerge(openConflict(table, conflict), ruled.resolution);
      if (resolved.kind !== "effect") throw new Error(`expected an effect, found ${resolved.kind}`);
      const { effect } = resolved;
      const row = { ...ours, ...(effect.kind === "update" ? Object.fromEntries(effect.new) : {}) };
      for (const column of COLUMNS) {
        const side = conflict.columns.includes(column) ? (chosen[column] as ConflictSide) : null;
        const merged = ours[column] === base[column] ? theirs[column] : ours[column];
        expect(row[column]).toBe(side === null ? merged : rows[side][column]);
      }
    }),
    { seed, numRuns: scaled(20_000) },
  );
  expect(decided).toBeGreaterThan(0);
});

it("the newest is the same row, whichever of the two is called ours", () => {
  const dated = {
    columns: [
      ["at", "timestamp with time zone"],
      ["n", "bigint"],
    ] as const,
  };
  const stamp = fc.constantFrom(null, "2026-01-01 00:00:00+00", "2026-01-01 00:00:00.5+00", "infinity");
  const number = fc.constantFrom(null, "9", "10", "-1");
  const row = fc.record({ at: stamp, n: number }).map((each) => new Map(Object.entries(each)));
  const mirror = { ours: "theirs", theirs: "ours", base: "base" } as const;
  fc.assert(
    fc.property(row, row, fc.constantFrom("at", "n"), (ours, theirs, column) => {
      const rule = { kind: "newest", column } as const;
      const one = ruleConflict(rule, dated, { columns: [], base: null, ours, theirs });
      const other = ruleConflict(rule, dated, { columns: [], base: null, ours: theirs, theirs: ours });
      const mirrored =
        one.kind === "left" ? one : { kind: "decided", resolution: mirror[one.resolution as ConflictSide] };
      expect(other).toEqual(mirrored);
    }),
    { seed, numRuns: scaled(2_000) },
  );
});
