import { scaled, seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type MergeEffect, type MergeUnits, mergeKey } from "./merge-key.ts";
import type { MergeOutcome } from "./merge-outcome.ts";
import type { SideChange } from "./side-change.ts";

type Cells = Readonly<Record<string, string | null>>;
type Row = Cells | null;

const COLUMNS = ["a", "b", "c", "d"];
const GROUPS = [["a", "b"]];
const value = fc.constantFrom(null, "", "x", "y");
const cells = fc.record(Object.fromEntries(COLUMNS.map((name) => [name, value])));
const anyRow: fc.Arbitrary<Row> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 5, arbitrary: cells },
);
/** Mostly near the base, so that every outcome turns up. */
const triple = anyRow.chain((base) => {
  const near =
    base === null
      ? anyRow
      : fc.oneof(
          fc.constant<Row>(base),
          fc.record(
            Object.fromEntries(
              COLUMNS.map((name) => [name, fc.oneof(fc.constant(base[name] ?? null), value)]),
            ),
          ),
          anyRow,
        );
  return fc.tuple(fc.constant(base), near, near);
});

const map = (row: Cells) => new Map(Object.entries(row));
const same = (a: Row, b: Row) => JSON.stringify(a) === JSON.stringify(b);

/** `along` tells unchanged columns too, as a comparison may. */
function changeOf(base: Row, row: Row, along: boolean): SideChange {
  if (same(base, row)) return { kind: "none" };
  if (base === null) return { kind: "insert", row: map(row as Cells) };
  if (row === null) return { kind: "delete", before: map(base) };
  const told = COLUMNS.filter((name) => along || base[name] !== row[name]);
  const pick = (from: Cells) => new Map(told.map((name) => [name, from[name] ?? null]));
  return { kind: "update", before: pick(base), after: pick(row) };
}

function applied(row: Row, effect: MergeEffect): Row {
  if (effect.kind === "keep") return row;
  if (effect.kind === "insert") return Object.fromEntries(effect.row);
  if (effect.kind === "delete") return null;
  for (const [name, old] of effect.old) expect(row?.[name]).toBe(old);
  return { ...row, ...Object.fromEntries(effect.new) };
}

/** The merge written down once more, over rows and not over changes. */
function oracle(base: Row, ours: Row, theirs: Row, granularity: MergeUnits["granularity"]) {
  if (same(ours, theirs)) return { row: ours, outcome: same(base, ours) ? "unchanged" : "convergent" };
  if (same(base, theirs)) return { row: ours, outcome: "ours-only" };
  if (same(base, ours)) return { row: theirs, outcome: "theirs-only" };
  if (base === null) return { row: ours, outcome: "insert-insert" };
  if (ours === null) return { row: ours, outcome: "update-delete" };
  if (theirs === null) return { row: ours, outcome: "delete-update" };
  const units =
    granularity === "row"
      ? [COLUMNS]
      : granularity === "group"
        ? [["a", "b"], ["c"], ["d"]]
        : COLUMNS.map((name) => [name]);
  const text = (row: Cells, unit: readonly string[]) => JSON.stringify(unit.map((name) => row[name]));
  const result: Record<string, string | null> = {};
  for (const unit of units) {
    const [b, o, t] = [text(base, unit), text(ours, unit), text(theirs, unit)];
    if (o !== b && t !== b && o !== t) return { row: ours, outcome: "update-update" };
    for (const name of unit) result[name] = (o === b ? theirs : ours)[name] ?? null;
  }
  return { row: result, outcome: "cell-merged" };
}

const MIRROR: Partial<Record<MergeOutcome, MergeOutcome>> = {
  "ours-only": "theirs-only",
  "theirs-only": "ours-only",
  "update-delete": "delete-update",
  "delete-update": "update-delete",
};

it("merges as the oracle does, and mirrored when ours and theirs change places", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(
      triple,
      fc.constantFrom("cell", "row", "group"),
      fc.boolean(),
      ([base, ours, theirs], granularity, along) => {
        const units: MergeUnits = {
          granularity,
          groups: granularity === "group" ? GROUPS : [],
          contested: false,
        };
        const changes = { ours: changeOf(base, ours, along), theirs: changeOf(base, theirs, along) };
        const result = mergeKey({ ...changes, units });
        const wanted = oracle(base, ours, theirs, granularity);
        seen.add(result.outcome);
        expect(result.outcome).toBe(wanted.outcome);
        expect(applied(ours, result.effect)).toEqual(wanted.row);
        const mirrored = mergeKey({ ours: changes.theirs, theirs: changes.ours, units });
        expect(mirrored.outcome).toBe(MIRROR[result.outcome] ?? result.outcome);
        expect([...mirrored.columns].sort()).toEqual([...result.columns].sort());
        const held = /^(update|delete|insert)-/.test(result.outcome);
        if (!held) expect(applied(theirs, mirrored.effect)).toEqual(wanted.row);
      },
    ),
    { seed, numRuns: scaled(200_000) },
  );
  expect(seen.size).toBe(9);
});
