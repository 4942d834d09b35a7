import type { FieldPolicy, MergeConflict, MoveRules, PatchTable, RowValue, SideChange } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { TableMerge, type TableMergeInput } from "./merge-table.ts";
import type { KeyedChange } from "./side-changes.ts";

const TABLE: PatchTable = {
  name: "users",
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["logins", "integer"],
    ["updated_at", "timestamp with time zone"],
  ],
  key: ["id"],
  fingerprint: "",
};
const MORNING = "2026-01-01 08:00:00+00";
const NOON = "2026-01-01 12:00:00+00";
const NIGHT = "2026-01-01 22:00:00+00";

type Row = readonly [name: RowValue, logins: RowValue, updatedAt: RowValue];
const BASE: Row = ["Ann", "5", MORNING];

function row([name, logins, updatedAt]: Row): ReadonlyMap<string, RowValue> {
  return new Map([
    ["id", "1"],
    ["name", name],
    ["logins", logins],
    ["updated_at", updatedAt],
  ]);
}

function keyed(change: SideChange): KeyedChange {
  return { name: "1", key: new Map([["id", "1"]]), change, delta: 0, baseCount: null, outside: false };
}

interface Merged {
  /** Columns of ours that change, or what is done to the row, or null. */
  readonly written: unknown;
  readonly undecided: readonly MergeConflict[];
}

interface Asked extends Pick<TableMergeInput, "onConflict"> {
  readonly rule?: MoveRules["onConflict"];
}

async function merge(
  { ours, theirs }: { readonly ours: SideChange; readonly theirs: SideChange },
  policies: Readonly<Record<string, FieldPolicy>>,
  { rule = "manual", onConflict }: Asked = {},
): Promise<Merged> {
  const rules: MoveRules = {
    strategy: "three-way",
    fields: new Map([["users", new Map(Object.entries(policies))]]),
    tables: new Map(),
    timestampFields: ["updated_at"],
    timestampSkewMs: 0,
    onConflict: rule,
    strict: false,
    granularity: "cell",
    groups: new Map(),
  };
  const undecided: MergeConflict[] = [];
  const operation = await new TableMerge({
    table: TABLE,
    rules,
    mayDelete: true,
    units: { granularity: rules.granularity, groups: [], contested: true },
    onUndecided: (conflict) => void undecided.push(conflict),
    ...(onConflict === undefined ? {} : { onConflict }),
  }).merge(keyed(ours), keyed(theirs));
  const written = operation?.op === "update" ? Object.fromEntries(operation.new) : (operation?.op ?? null);
  return { written, undecided };
}

const updates = (ours: Row, theirs: Row) => ({
  ours: { kind: "update", before: row(BASE), after: row(ours) } as const,
  theirs: { kind: "update", before: row(BASE), after: row(theirs) } as const,
});

describe("field policies in a three-way merge", () => {
  it.each<[FieldPolicy, Row, Row, unknown]>([
    ["newest", ["Anna", "5", NOON], ["Anne", "5", NIGHT], { name: "Anne", updated_at: NIGHT }],
    ["newest", ["Anna", "5", NIGHT], ["Anne", "5", NOON], null],
    ["newest", ["Anna", "5", NIGHT], [null, "5", NOON], null],
    ["newest", ["Anna", "5", NOON], [null, "5", NIGHT], { name: null, updated_at: NIGHT }],
    ["source", ["Anna", "5", NIGHT], ["Anne", "5", NOON], { name: "Anne" }],
    ["target", ["Anna", "5", NOON], ["Anne", "5", NIGHT], { updated_at: NIGHT }],
    ["never", ["Anna", "5", NOON], ["Anne", "5", NIGHT], { updated_at: NIGHT }],
    ["coalesce", [null, "5", NIGHT], ["Anne", "5", NOON], { name: "Anne" }],
    ["coalesce", ["Anna", "5", NIGHT], [null, "5", NOON], null],
    ["max", ["Anna", "5", NIGHT], ["Zoe", "5", NOON], { name: "Zoe" }],
    ["min", ["Anna", "5", NIGHT], ["Zoe", "5", NOON], null],
    ["min", ["Zoe", "5", NIGHT], ["Anna", "5", NOON], { name: "Anna" }],
  ])("%s of a name: ours %j, theirs %j become %j", async (policy, ours, theirs, expected) => {
    const merged = await merge(updates(ours, theirs), { name: policy, updated_at: "max" });
    expect(merged).toEqual({ written: expected, undecided: [] });
  });

  it.each<[FieldPolicy, string, string, unknown]>([
    ["max", "9", "10", { logins: "10" }],
    ["max", "10", "9", null],
    ["min", "10", "9", { logins: "9" }],
    ["min", "9", "10", null],
  ])("%s compares numbers as numbers: ours %s, theirs %s", async (policy, ours, theirs, expected) => {
    const merged = await merge(updates(["Ann", ours, MORNING], ["Ann", theirs, MORNING]), { logins: policy });
    expect(merged).toEqual({ written: expected, undecided: [] });
  });

  it("leave a cell that only one side changed to that side", async () => {
    const merged = await merge(updates(["Ann", "5", MORNING], ["Ann", "3", MORNING]), { logins: "max" });
    expect(merged).toEqual({ written: { logins: "3" }, undecided: [] });
  });

  it("hold a row whole while a cell without one stays undecided, and ask about that cell alone", async () => {
    const both = updates(["Anna", "6", MORNING], ["Anne", "7", MORNING]);
    const held = await merge(both, { logins: "max" });
    expect(held.written).toBeNull();
    expect(held.undecided).toMatchObject([{ kind: "update-update", columns: ["name"] }]);
    const asked: (readonly string[])[] = [];
    const onConflict = ({ columns }: MergeConflict) => {
      asked.push(columns);
      return "theirs" as const;
    };
    expect(await merge(both, { logins: "max" }, { onConflict })).toEqual({
      written: { name: "Anne", logins: "7" },
      undecided: [],
    });
    expect(asked).toEqual([["name"]]);
    expect(await merge(both, { logins: "min" }, { onConflict: () => "ours" })).toEqual({
      written: null,
      undecided: [],
    });
  });

  it("stand before the rule for all", async () => {
    const both = updates(["Anna", "6", MORNING], ["Anne", "7", MORNING]);
    expect(await merge(both, { logins: "target" }, { rule: "source" })).toEqual({
      written: { name: "Anne" },
      undecided: [],
    });
  });

  it("decide rows that both sides added under one key, and no row that one side deleted", async () => {
    const added = {
      ours: { kind: "insert", row: row(["Anna", "5", NOON]) } as const,
      theirs: { kind: "insert", row: row(["Anne", "5", NIGHT]) } as const,
    };
    expect(await merge(added, { name: "newest", updated_at: "max" })).toEqual({
      written: { name: "Anne", updated_at: NIGHT },
      undecided: [],
    });
    const deleted = {
      ours: { kind: "delete", before: row(BASE) } as const,
      theirs: { kind: "update", before: row(BASE), after: row(["Anne", "5", NIGHT]) } as const,
    };
    const { written, undecided } = await merge(deleted, { name: "source", updated_at: "max" });
    expect({ written, kinds: undecided.map(({ kind }) => kind) }).toEqual({
      written: null,
      kinds: ["update-delete"],
    });
  });
});
