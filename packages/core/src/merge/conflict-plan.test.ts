import { describe, expect, it } from "vitest";
import type { PatchRow, PatchTable } from "../patch/patch.ts";
import {
  CONFLICT_DETECTIONS,
  CONFLICT_RESOLUTIONS,
  type ConflictDetection,
  type ConflictResolution,
  conflictPlan,
} from "./conflict-plan.ts";
import { isUndecided, type MergeEffect, mergeKey } from "./merge-key.ts";
import type { MergeConflict } from "./merge-outcome.ts";
import { openConflict, resolveMerge } from "./resolve-merge.ts";
import { mergeRuleResolution } from "./rule-resolution.ts";
import { mergeRowsOf, type SideChange } from "./side-change.ts";

const TABLE = {
  name: "users",
  key: ["id"],
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["mail", "text"],
    ["at", "timestamp with time zone"],
  ],
} as unknown as PatchTable;

/** `name mail hour`; the row's key is always 1. */
function row(text: string): PatchRow {
  const [name, mail, hour] = text.split(" ") as [string, string, string];
  return new Map([
    ["id", "1"],
    ["name", name],
    ["mail", mail],
    ["at", `2026-01-01 ${hour}:00:00+00`],
  ]);
}

const text = (image: PatchRow) =>
  `${image.get("name")} ${image.get("mail")} ${image.get("at")?.slice(11, 13)}`;

function change(base: string, now: string): SideChange {
  if (base === "-") return { kind: "insert", row: row(now) };
  if (now === "-") return { kind: "delete", before: row(base) };
  return { kind: "update", before: row(base), after: row(now) };
}

function applied(ours: string, effect: MergeEffect): string {
  if (effect.kind === "delete") return "-";
  if (effect.kind === "insert") return text(effect.row);
  return effect.kind === "keep" ? ours : text(new Map([...row(ours), ...effect.new]));
}

interface Rows {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** The row that ours becomes, or `?` where it waits for somebody, as a three-way merge goes about it. */
function settle(
  detection: ConflictDetection,
  resolution: ConflictResolution,
  { base, ours, theirs }: Rows,
): string {
  const fields = ["created_at", "at"];
  const plan = conflictPlan({ detection, resolution, timestampFields: fields, timestampSkewMs: 0 });
  const sides = { ours: change(base, ours), theirs: change(base, theirs) };
  const { granularity } = plan.rules;
  const merged = mergeKey({ ...sides, units: { granularity, groups: [], contested: false } });
  if (!isUndecided(merged.outcome)) return applied(ours, merged.effect);
  const conflict: MergeConflict = {
    table: "users",
    key: new Map([["id", "1"]]),
    kind: merged.outcome,
    columns: merged.columns,
    ...mergeRowsOf(sides.ours, sides.theirs),
  };
  let open = openConflict(TABLE, conflict);
  const rules = { ...plan.rules, timestampFields: ["at"], timestampSkewMs: 0 };
  for (const ask of [
    () => plan.decide(open.conflict, TABLE),
    () => mergeRuleResolution(rules, TABLE, open.conflict),
  ]) {
    const resolution = ask();
    if (resolution === undefined) continue;
    const resolved = resolveMerge(open, resolution);
    if (resolved.kind === "effect") return applied(ours, resolved.effect);
    if (resolved.kind === "open" && typeof resolution === "object")
      open = {
        ...open,
        conflict: { ...open.conflict, columns: resolved.columns },
        taken: new Map([...open.taken, ...(resolution.row ?? [])]),
      };
  }
  return "?";
}

/** Base `ann a@x 08`; in each the target changed at 10. */
const CASES = {
  "other columns, source later": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "ann b@x 11" },
  "other columns, target later": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "ann b@x 09" },
  "one column, source later": { base: "ann a@x 08", ours: "bea c@x 10", theirs: "cyd a@x 11" },
  "one column, target later": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "cyd b@x 09" },
  "one column, same time": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "cyd b@x 10" },
  "source deleted": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "-" },
  "target deleted": { base: "ann a@x 08", ours: "-", theirs: "cyd a@x 11" },
  "both added": { base: "-", ours: "bea a@x 10", theirs: "cyd b@x 11" },
  "both alike": { base: "ann a@x 08", ours: "bea a@x 10", theirs: "bea a@x 10" },
} as const satisfies Record<string, Rows>;

type Expected = readonly [string, string, string, string, string, string, string, string, string];

/** In the order of the cases. `?` waits for people. */
const EXPECTED: Record<ConflictDetection, Record<ConflictResolution, Expected>> = {
  "changed-fields": {
    manual: ["bea b@x 11", "bea b@x 10", "?", "?", "?", "?", "?", "?", "bea a@x 10"],
    newest: [
      "bea b@x 11",
      "bea b@x 10",
      "cyd c@x 11",
      "bea b@x 10",
      "?",
      "?",
      "?",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    source: [
      "bea b@x 11",
      "bea b@x 10",
      "cyd c@x 11",
      "cyd b@x 10",
      "cyd b@x 10",
      "-",
      "cyd a@x 11",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    target: [
      "bea b@x 11",
      "bea b@x 10",
      "bea c@x 11",
      "bea b@x 10",
      "bea b@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 11",
      "bea a@x 10",
    ],
    ignore: [
      "bea b@x 11",
      "bea b@x 10",
      "bea c@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 10",
      "bea a@x 10",
    ],
  },
  key: {
    manual: ["?", "?", "?", "?", "?", "?", "?", "?", "bea a@x 10"],
    newest: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "?",
      "?",
      "?",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    source: [
      "ann b@x 11",
      "ann b@x 09",
      "cyd a@x 11",
      "cyd b@x 09",
      "cyd b@x 10",
      "-",
      "cyd a@x 11",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    target: [
      "bea a@x 10",
      "bea a@x 10",
      "bea c@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 10",
      "bea a@x 10",
    ],
    ignore: [
      "bea a@x 10",
      "bea a@x 10",
      "bea c@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 10",
      "bea a@x 10",
    ],
  },
  "all-values": {
    manual: ["?", "?", "?", "?", "?", "?", "?", "?", "bea a@x 10"],
    newest: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "?",
      "?",
      "?",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    source: [
      "ann b@x 11",
      "ann b@x 09",
      "cyd a@x 11",
      "cyd b@x 09",
      "cyd b@x 10",
      "-",
      "cyd a@x 11",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    target: [
      "bea a@x 10",
      "bea a@x 10",
      "bea c@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 10",
      "bea a@x 10",
    ],
    ignore: [
      "bea a@x 10",
      "bea a@x 10",
      "bea c@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "bea a@x 10",
      "bea a@x 10",
    ],
  },
  timestamp: {
    manual: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "?",
      "?",
      "?",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    newest: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "?",
      "?",
      "?",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    source: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "cyd b@x 10",
      "-",
      "cyd a@x 11",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    target: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "cyd b@x 11",
      "bea a@x 10",
    ],
    ignore: [
      "ann b@x 11",
      "bea a@x 10",
      "cyd a@x 11",
      "bea a@x 10",
      "bea a@x 10",
      "bea a@x 10",
      "-",
      "cyd b@x 11",
      "bea a@x 10",
    ],
  },
};

describe.each(CONFLICT_DETECTIONS)("detection by %s", (detection) => {
  it.each(CONFLICT_RESOLUTIONS)("settled by %s", (resolution) => {
    const found = Object.entries(CASES).map(([name, rows]) => [name, settle(detection, resolution, rows)]);
    const names = Object.keys(CASES);
    expect(found).toEqual(EXPECTED[detection][resolution].map((expected, at) => [names[at], expected]));
  });

  it("writes nothing at all while something is undecided only where all values count", () => {
    const plan = conflictPlan({ detection, resolution: "manual", timestampFields: [], timestampSkewMs: 0 });
    expect(plan.rules.strict).toBe(detection === "all-values");
  });
});

const CONFLICT: MergeConflict = {
  table: "users",
  key: new Map([["id", "1"]]),
  kind: "update-update",
  columns: ["name", "at"],
  base: row("ann a@x 08"),
  ours: row("bea a@x 10"),
  theirs: row("cyd a@x 11"),
};

describe("what is left to people", () => {
  const plan = (resolution: ConflictResolution, timestampFields = ["at"]) =>
    conflictPlan({ detection: "changed-fields", resolution, timestampFields, timestampSkewMs: 0 });

  it("are the columns that mean something, not the time of the change", () => {
    const resolution = plan("manual").decide(CONFLICT, TABLE);
    expect(resolution).toEqual({ row: new Map([["at", "2026-01-01 11:00:00+00"]]) });
    expect(resolveMerge(openConflict(TABLE, CONFLICT), resolution ?? "base")).toEqual({
      kind: "open",
      columns: ["name"],
    });
  });

  it("is when a row was made: two such times are a conflict", () => {
    const table = {
      ...TABLE,
      columns: [["created_at", "timestamp with time zone"]],
    } as unknown as PatchTable;
    const side = (value: string) => new Map([["created_at", value]]);
    const conflict = {
      ...CONFLICT,
      columns: ["created_at"],
      ours: side("2026-01-01 10:00:00+00"),
      theirs: side("2026-01-01 11:00:00+00"),
    };
    expect(plan("manual", ["created_at"]).decide(conflict, table)).toBeUndefined();
  });

  it("never includes rows outside the scope: they stay, and are named unless they are ignored", () => {
    const outside: MergeConflict = { ...CONFLICT, kind: "outside-scope", columns: [] };
    for (const resolution of ["manual", "newest", "source", "target"] as const)
      expect(plan(resolution).decide(outside, TABLE)).toBeUndefined();
    expect(plan("ignore").decide(outside, TABLE)).toBe("ours");
  });
});
