import { describe, expect, it } from "vitest";
import type { PatchTable } from "../patch/patch.ts";
import { mergeCounts } from "./merge-counts.ts";
import { type MergeKeyInput, type MergeUnits, mergeKey } from "./merge-key.ts";
import type { MergeConflict, MergeResolution } from "./merge-outcome.ts";
import { openConflict, resolveMerge } from "./resolve-merge.ts";
import { mergeRowsOf, type SideChange } from "./side-change.ts";

type Values = Readonly<Record<string, string | null>>;
const row = (values: Values) => new Map(Object.entries(values));
const insert = (values: Values): SideChange => ({ kind: "insert", row: row(values) });
const remove = (values: Values): SideChange => ({ kind: "delete", before: row(values) });
const update = (before: Values, after: Values): SideChange => ({
  kind: "update",
  before: row(before),
  after: row(after),
});
const NONE: SideChange = { kind: "none" };

const units = (options: Partial<MergeUnits> = {}): MergeUnits => ({
  granularity: "cell",
  groups: [],
  contested: false,
  ...options,
});
function merged(ours: SideChange, theirs: SideChange, options: Partial<MergeUnits> = {}) {
  const input: MergeKeyInput = { ours, theirs, units: units(options) };
  const { outcome, effect, columns } = mergeKey(input);
  const rows = Object.fromEntries(
    Object.entries(effect).map(([name, value]) => [
      name,
      value instanceof Map ? Object.fromEntries(value) : value,
    ]),
  );
  return { outcome, effect: rows, columns };
}
const KEPT = { kind: "keep" };

describe("each outcome", () => {
  it.each<readonly [string, SideChange, SideChange, unknown]>([
    ["unchanged", NONE, NONE, KEPT],
    ["ours-only", update({ a: "1" }, { a: "2" }), NONE, KEPT],
    ["ours-only", insert({ id: "1" }), NONE, KEPT],
    ["ours-only", remove({ id: "1" }), NONE, KEPT],
    [
      "theirs-only",
      NONE,
      update({ a: "1", b: "x" }, { a: "2", b: "x" }),
      { kind: "update", old: { a: "1" }, new: { a: "2" } },
    ],
    ["theirs-only", NONE, insert({ id: "1" }), { kind: "insert", row: { id: "1" } }],
    ["theirs-only", NONE, remove({ id: "1" }), { kind: "delete", old: { id: "1" } }],
    ["convergent", update({ a: "1" }, { a: "2" }), update({ a: "1" }, { a: "2" }), KEPT],
    ["convergent", remove({ id: "1" }), remove({ id: "1" }), KEPT],
    ["convergent", insert({ id: "1", a: null }), insert({ id: "1", a: null }), KEPT],
    [
      "cell-merged",
      update({ a: "1" }, { a: "2" }),
      update({ b: "x" }, { b: null }),
      { kind: "update", old: { b: "x" }, new: { b: null } },
    ],
    ["cell-merged", update({ a: "1", b: "x" }, { a: "2", b: "y" }), update({ a: "1" }, { a: "2" }), KEPT],
    ["update-update", update({ a: "1" }, { a: "2" }), update({ a: "1" }, { a: "3" }), KEPT],
    ["update-delete", remove({ id: "1", a: "1" }), update({ a: "1" }, { a: "2" }), KEPT],
    ["delete-update", update({ a: "1" }, { a: "2" }), remove({ id: "1", a: "1" }), KEPT],
    ["insert-insert", insert({ id: "1", a: "1" }), insert({ id: "1", a: "2" }), KEPT],
  ])("%s", (outcome, ours, theirs, effect) => {
    expect(merged(ours, theirs)).toMatchObject({ outcome, effect });
  });
});

describe("positions", () => {
  it("NULL, the empty text and the word NULL are different values", () => {
    for (const [ours, theirs] of [
      [null, ""],
      ["", "NULL"],
      ["NULL", null],
    ] as const)
      expect(merged(update({ a: "x" }, { a: ours }), update({ a: "x" }, { a: theirs })).outcome).toBe(
        "update-update",
      );
  });

  it("a row with an undecided cell is held whole", () => {
    const ours = update({ a: "1", b: "1", c: "1" }, { a: "2", b: "1", c: "1" });
    const theirs = update({ a: "1", b: "1", c: "1" }, { a: "3", b: "2", c: "1" });
    expect(merged(ours, theirs)).toEqual({ outcome: "update-update", effect: KEPT, columns: ["a"] });
  });

  it("a json column is one cell", () => {
    const base = '{"a": 1, "b": 1}';
    const ours = update({ doc: base }, { doc: '{"a": 2, "b": 1}' });
    const theirs = update({ doc: base }, { doc: '{"a": 1, "b": 2}' });
    expect(merged(ours, theirs)).toMatchObject({ outcome: "update-update", columns: ["doc"] });
  });

  it("a group of columns is one cell", () => {
    const ours = update({ city: "a", zip: "1", note: "n" }, { city: "b", zip: "1", note: "n" });
    const theirs = update({ city: "a", zip: "1", note: "n" }, { city: "a", zip: "2", note: "n" });
    expect(merged(ours, theirs).outcome).toBe("cell-merged");
    const grouped = { granularity: "group", groups: [["city", "zip"]] } as const;
    expect(merged(ours, theirs, grouped)).toMatchObject({
      outcome: "update-update",
      columns: ["city", "zip"],
    });
    const note = update({ note: "n", city: "a" }, { note: "m", city: "a" });
    expect(merged(ours, note, grouped).outcome).toBe("cell-merged");
    const same = update({ city: "a", zip: "1" }, { city: "b", zip: "1" });
    expect(merged(ours, same, grouped).outcome).toBe("convergent");
  });

  it("groups that share a changed column are one cell", () => {
    const groups = [
      ["a", "b"],
      ["b", "c"],
    ];
    const ours = update({ a: "1", b: "1", c: "1" }, { a: "2", b: "2", c: "1" });
    const theirs = update({ a: "1", b: "1", c: "1" }, { a: "1", b: "1", c: "2" });
    expect([...merged(ours, theirs, { groups }).columns].sort()).toEqual(["a", "b", "c"]);
  });

  it("with rows as the unit any two different edits of a row conflict", () => {
    const ours = update({ a: "1" }, { a: "2" });
    const theirs = update({ b: "1" }, { b: "2" });
    expect(merged(ours, theirs, { granularity: "row" })).toMatchObject({
      outcome: "update-update",
      columns: ["a", "b"],
    });
    expect(merged(ours, ours, { granularity: "row" }).outcome).toBe("convergent");
  });

  it("with tables as the unit one side's change conflicts once the other side changed the table", () => {
    const table = { granularity: "table", contested: true } as const;
    const change = update({ a: "1" }, { a: "2" });
    expect(merged(NONE, change, table)).toMatchObject({ outcome: "update-update", effect: KEPT });
    expect(merged(change, NONE, table)).toMatchObject({ outcome: "update-update", effect: KEPT });
    expect(merged(change, change, table).outcome).toBe("convergent");
    expect(merged(NONE, change, { granularity: "table" }).outcome).toBe("theirs-only");
  });

  it("equal changes of rows without a key are one change, never added up", () => {
    const outcomes = [
      [2, 3, 3, "convergent", 0],
      [2, 2, 2, "unchanged", 0],
      [2, 5, 2, "ours-only", 0],
      [2, 2, 5, "theirs-only", 3],
      [2, 2, 0, "theirs-only", -2],
      [2, 3, 4, "update-update", 0],
      [0, 1, 2, "insert-insert", 0],
      [2, 1, 0, "delete-update", 0],
      [2, 0, 1, "update-delete", 0],
    ] as const;
    for (const [base, ours, theirs, outcome, add] of outcomes)
      expect(mergeCounts({ base, ours, theirs }, false)).toEqual({ outcome, add });
  });
});

const TABLE: PatchTable = {
  name: "t",
  columns: [
    ["id", "integer"],
    ["a", "text"],
    ["b", "text"],
  ],
  key: ["id"],
  fingerprint: "",
};

describe("a decision", () => {
  const whole = (values: Values) => ({ id: "1", a: "0", b: "0", ...values });
  function resolved(ours: SideChange, theirs: SideChange, resolution: MergeResolution) {
    const { outcome, columns } = mergeKey({ ours, theirs, units: units() });
    const kind = outcome as MergeConflict["kind"];
    const conflict = { table: "t", key: row({ id: "1" }), kind, columns, ...mergeRowsOf(ours, theirs) };
    const result = resolveMerge(openConflict(TABLE, conflict), resolution);
    if (result.kind !== "effect") return result;
    return Object.fromEntries(
      Object.entries(result.effect).map(([name, value]) => [
        name,
        value instanceof Map ? Object.fromEntries(value) : value,
      ]),
    );
  }
  const ours = update(whole({}), whole({ a: "1" }));
  const theirs = update(whole({}), whole({ a: "2", b: "2" }));

  it("for a side decides the undecided columns; the rest merges", () => {
    expect(resolved(ours, theirs, "ours")).toEqual({ kind: "update", old: { b: "0" }, new: { b: "2" } });
    expect(resolved(ours, theirs, "theirs")).toEqual({
      kind: "update",
      old: { a: "1", b: "0" },
      new: { a: "2", b: "2" },
    });
    expect(resolved(ours, theirs, "base")).toEqual({
      kind: "update",
      old: { a: "1", b: "0" },
      new: { a: "0", b: "2" },
    });
  });

  it("may be values, which must decide every undecided column and keep the key", () => {
    expect(resolved(ours, theirs, { row: row({ a: "9" }) })).toMatchObject({ new: { a: "9", b: "2" } });
    expect(resolved(ours, theirs, { row: row({ b: "9" }) })).toEqual({ kind: "open", columns: ["a"] });
    expect(resolved(ours, theirs, { row: row({ a: "9", id: "2" }) }).kind).toBe("impossible");
    expect(resolved(ours, theirs, { row: null })).toEqual({ kind: "delete", old: whole({ a: "1" }) });
  });

  it("brings back, takes away or leaves a row that one side deleted", () => {
    const gone = remove(whole({}));
    expect(resolved(gone, theirs, "theirs")).toEqual({ kind: "insert", row: whole({ a: "2", b: "2" }) });
    expect(resolved(gone, theirs, "base")).toEqual({ kind: "insert", row: whole({}) });
    expect(resolved(gone, theirs, "ours")).toEqual({ kind: "keep" });
    expect(resolved(ours, gone, "theirs")).toEqual({ kind: "delete", old: whole({ a: "1" }) });
    expect(resolved(ours, gone, "base")).toEqual({ kind: "update", old: { a: "1" }, new: { a: "0" } });
    expect(resolved(gone, theirs, { row: row({ a: "9" }) }).kind).toBe("impossible");
  });

  it("between two inserted rows takes one, or none", () => {
    const [mine, other] = [insert(whole({ a: "1" })), insert(whole({ a: "2" }))];
    expect(resolved(mine, other, "theirs")).toEqual({ kind: "update", old: { a: "1" }, new: { a: "2" } });
    expect(resolved(mine, other, "base")).toEqual({ kind: "delete", old: whole({ a: "1" }) });
  });

  it("never changes a row outside the scope, and knows no base of two sides alone", () => {
    const conflict = {
      table: "t",
      key: row({ id: "1" }),
      columns: [],
      base: null,
      ours: row(whole({})),
      theirs: row(whole({ a: "1" })),
    };
    const outside = openConflict(TABLE, { ...conflict, kind: "outside-scope" });
    expect(resolveMerge(outside, "theirs").kind).toBe("impossible");
    expect(resolveMerge(outside, { row: null }).kind).toBe("impossible");
    const tie = openConflict(TABLE, { ...conflict, kind: "timestamp-tie" });
    expect(resolveMerge(tie, "base").kind).toBe("impossible");
  });
});
