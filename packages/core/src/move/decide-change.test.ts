import { describe, expect, it } from "vitest";
import type { RowChange } from "../diff/row-change.ts";
import type { PatchTable } from "../patch/patch.ts";
import type { RowValue } from "../values/row-value.ts";
import { compareAges } from "./compare-ages.ts";
import { decideChange } from "./decide-change.ts";
import type { FieldPolicy, MoveRules, MoveStrategy } from "./move-rules.ts";
import { ruleResolution, settleConflict } from "./settle-conflict.ts";

const TABLE: PatchTable = {
  name: "users",
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["score", "integer"],
    ["updated_at", "timestamp with time zone"],
  ],
  key: ["id"],
  fingerprint: "",
};

const INSERT: RowChange = { kind: "insert", table: 0, key: ["1"], after: ["1", "new", "1", null], count: 1 };
const DELETE: RowChange = {
  kind: "delete",
  table: 0,
  key: ["1"],
  before: ["1", "old", "1", null],
  count: 1,
  of: 1,
};

type Cells = Readonly<Record<string, readonly [before: RowValue, after: RowValue]>>;

function update(cells: Cells, more: { readonly outside?: boolean } = {}): RowChange {
  const changes = Object.entries(cells).map(([column, [before, after]]) => ({ column, before, after }));
  return { kind: "update", table: 0, key: ["1"], changes, ...more };
}

function rules(strategy: MoveStrategy, more: Partial<MoveRules> = {}): MoveRules {
  return {
    strategy,
    fields: new Map(),
    tables: new Map(),
    timestampFields: ["updated_at"],
    timestampSkewMs: 0,
    onConflict: "manual",
    strict: false,
    granularity: "cell",
    groups: new Map(),
    ...more,
  };
}

const OLD = "2026-01-01 00:00:00+00";
const NEW = "2026-01-01 00:00:01+00";
const NAME: Cells = { name: ["theirs", "mine"] };
const SOURCE_NEWER: Cells = { ...NAME, updated_at: [OLD, NEW] };
const TARGET_NEWER: Cells = { ...NAME, updated_at: [NEW, OLD] };

describe("what becomes of a difference", () => {
  it.each<[MoveStrategy, string, RowChange, boolean, string]>([
    ["replace", "insert", INSERT, true, "write"],
    ["replace", "update", update(NAME), true, "write"],
    ["replace", "delete", DELETE, true, "write"],
    ["replace", "delete that is not allowed", DELETE, false, "none"],
    ["merge", "insert", INSERT, true, "write"],
    ["merge", "update", update(NAME), true, "write"],
    ["merge", "delete", DELETE, true, "none"],
    ["skip-existing", "insert", INSERT, true, "write"],
    ["skip-existing", "update", update(NAME), true, "held"],
    ["skip-existing", "delete", DELETE, true, "none"],
    ["timestamp", "insert", INSERT, true, "write"],
    ["timestamp", "delete", DELETE, true, "none"],
    ["timestamp", "newer source", update(SOURCE_NEWER), true, "write"],
    ["timestamp", "newer target", update(TARGET_NEWER), true, "held"],
    ["timestamp", "same timestamp", update(NAME), true, "conflict timestamp-tie"],
    [
      "timestamp",
      "no timestamp",
      update({ ...NAME, updated_at: [null, NEW] }),
      true,
      "conflict timestamp-tie",
    ],
    ["interactive", "update", update(NAME), true, "conflict update-update"],
    ["interactive", "delete", DELETE, true, "none"],
    ["replace", "update outside the scope", update(NAME, { outside: true }), true, "conflict outside-scope"],
    ["merge", "update outside the scope", update(NAME, { outside: true }), true, "conflict outside-scope"],
    [
      "skip-existing",
      "update outside the scope",
      update(NAME, { outside: true }),
      true,
      "conflict outside-scope",
    ],
  ])("%s: %s", (strategy, _what, change, mayDelete, expected) => {
    const decision = decideChange(change, { table: TABLE, rules: rules(strategy), mayDelete });
    expect(decision.kind === "conflict" ? `conflict ${decision.conflict.kind}` : decision.kind).toBe(
      expected,
    );
  });

  it.each<[FieldPolicy, Cells, readonly string[]]>([
    ["target", NAME, []],
    ["never", { ...NAME, score: ["1", "2"] }, ["score"]],
    ["coalesce", { name: ["theirs", null], score: ["1", "2"] }, ["score"]],
    ["newest", TARGET_NEWER, ["updated_at"]],
    ["newest", SOURCE_NEWER, ["name", "updated_at"]],
  ])("policy %s of a name in a merge of %j writes %j", (policy, cells, written) => {
    const fields = new Map([["users", new Map([["name", policy]])]]);
    const decision = decideChange(update(cells), {
      table: TABLE,
      rules: rules("merge", { fields }),
      mayDelete: true,
    });
    const change = decision.kind === "write" ? decision.change : null;
    expect(change?.kind === "update" ? change.changes.map(({ column }) => column) : []).toEqual(written);
  });

  it("decides by age only what no policy decides", () => {
    const fields = new Map([["users", new Map<string, FieldPolicy>([["score", "max"]])]]);
    const context = { table: TABLE, rules: rules("timestamp", { fields }), mayDelete: true };
    const older = decideChange(update({ ...TARGET_NEWER, score: ["1", "2"] }), context);
    expect(older).toMatchObject({ kind: "write", change: { changes: [{ column: "score", after: "2" }] } });
    expect(decideChange(update({ score: ["1", "2"] }), context)).toMatchObject({ kind: "write" });
  });

  it.each<["regenerate" | "insert-only", RowChange, string]>([
    ["regenerate", INSERT, "none"],
    ["regenerate", DELETE, "none"],
    ["regenerate", update(NAME, { outside: true }), "none"],
    ["insert-only", INSERT, "write"],
    ["insert-only", update(NAME), "held"],
    ["insert-only", DELETE, "none"],
  ])("table policy %s: %o", (policy, change, expected) => {
    const about = rules("replace", { tables: new Map([["users", policy]]) });
    expect(decideChange(change, { table: TABLE, rules: about, mayDelete: true }).kind).toBe(expected);
  });
});

describe("conflicts", () => {
  const settle = (change: RowChange, strategy: MoveStrategy, rule: MoveRules["onConflict"]) => {
    const decision = decideChange(change, { table: TABLE, rules: rules(strategy), mayDelete: true });
    if (decision.kind !== "conflict") throw new Error(decision.kind);
    return settleConflict(decision, ruleResolution(decision, rule), TABLE).kind;
  };

  it.each<[MoveRules["onConflict"], string]>([
    ["manual", "undecided"],
    ["source", "write"],
    ["target", "held"],
    ["base", "undecided"],
    ["newest", "undecided"],
  ])("a tie under %s is %s", (rule, expected) => {
    expect(settle(update(NAME), "timestamp", rule)).toBe(expected);
  });

  it.each<[MoveRules["onConflict"], string]>([
    ["source", "undecided"],
    ["newest", "undecided"],
    ["target", "held"],
  ])("a row outside the scope under %s is %s, never written", (rule, expected) => {
    expect(settle(update(SOURCE_NEWER, { outside: true }), "replace", rule)).toBe(expected);
  });

  it.each<[string, Parameters<typeof settleConflict>[1], Readonly<Record<string, string>> | string]>([
    ["theirs", "theirs", { name: "mine", score: "2" }],
    ["ours", "ours", { score: "2" }],
    ["a row", { row: new Map([["name", "both"]]) }, { name: "both", score: "2" }],
    ["nobody", undefined, "undecided"],
  ])("asks only about columns without a policy; %s leaves the others to it", (_, resolution, expected) => {
    const fields = new Map([["users", new Map<string, FieldPolicy>([["score", "max"]])]]);
    const change = update({ ...NAME, score: ["1", "2"] });
    const decision = decideChange(change, {
      table: TABLE,
      rules: rules("interactive", { fields }),
      mayDelete: true,
    });
    if (decision.kind !== "conflict") throw new Error(decision.kind);
    expect(decision.conflict.columns).toEqual(["name"]);
    const settled = settleConflict(decision, resolution, TABLE);
    const written =
      settled.kind === "write" && settled.change.kind === "update"
        ? Object.fromEntries(settled.change.changes.map(({ column, after }) => [column, after]))
        : settled.kind;
    expect(written).toEqual(expected);
  });

  it("takes a row as somebody wants it, in the columns that are known", () => {
    const decision = decideChange(update(NAME), {
      table: TABLE,
      rules: rules("interactive"),
      mayDelete: true,
    });
    if (decision.kind !== "conflict") throw new Error(decision.kind);
    const settled = settleConflict(decision, { row: new Map([["name", "both"]]) }, TABLE);
    expect(settled).toMatchObject({
      kind: "write",
      change: { changes: [{ before: "theirs", after: "both" }] },
    });
    expect(settleConflict(decision, { row: new Map([["name", "theirs"]]) }, TABLE).kind).toBe("held");
    expect(settleConflict(decision, { row: new Map([["score", "1"]]) }, TABLE).kind).toBe("undecided");
    expect(settleConflict(decision, { row: null }, TABLE).kind).toBe("undecided");
  });
});

it.each<[RowValue, RowValue, string, number, string | null]>([
  [NEW, OLD, "timestamp with time zone", 0, "source"],
  [OLD, NEW, "timestamp(3) with time zone", 0, "target"],
  [NEW, OLD, "timestamp with time zone", 1000, "tie"],
  [NEW, OLD, "timestamp with time zone", 999, "source"],
  ["infinity", NEW, "timestamp with time zone", 0, "source"],
  ["-infinity", "infinity", "timestamp with time zone", 0, "target"],
  ["0001-01-01 00:00:00+00 BC", "0001-01-01 00:00:00+00", "timestamp with time zone", 0, "target"],
  [null, NEW, "timestamp with time zone", 0, null],
  ["10", "9", "bigint", 0, "source"],
  ["1.10", "1.1", "numeric(10,2)", 0, "tie"],
])("%s against %s of type %s with a skew of %i ms: %s is newer", (source, target, type, skew, expected) => {
  expect(compareAges({ source, target }, type, skew)).toBe(expected);
});
