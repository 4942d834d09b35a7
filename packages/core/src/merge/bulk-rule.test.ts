import { describe, expect, it } from "vitest";
import { type BulkRule, contestedColumns, ruleConflict } from "./bulk-rule.ts";

const table = {
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["mail", "text"],
    ["changed", "timestamp with time zone"],
    ["revision", "bigint"],
  ],
} as const;

type Row = Readonly<Record<string, string | null>> | null;
const row = (values: Row) => (values === null ? null : new Map(Object.entries(values)));
const conflict = (base: Row, ours: Row, theirs: Row, columns: readonly string[] = []) => ({
  columns,
  base: row(base),
  ours: row(ours),
  theirs: row(theirs),
});
const rule = (given: BulkRule, met: ReturnType<typeof conflict>) => {
  const found = ruleConflict(given, table, met);
  if (found.kind === "left") return found.reason;
  return typeof found.resolution === "string"
    ? found.resolution
    : Object.fromEntries(found.resolution.row ?? []);
};

const NAMES = conflict({ name: "a", mail: "m" }, { name: "b", mail: "m" }, { name: "c", mail: "n" }, [
  "name",
  "mail",
]);
const BOTH = conflict({ name: "a", mail: "m" }, { name: "b", mail: "o" }, { name: "c", mail: "n" }, [
  "name",
  "mail",
]);

it("a side is every row as that side has it", () => {
  for (const side of ["ours", "theirs", "base"] as const)
    expect(rule({ kind: "side", side }, BOTH)).toBe(side);
});

describe("the newest by a column", () => {
  const newest = (ours: Row, theirs: Row, column = "changed") =>
    rule({ kind: "newest", column }, conflict(null, ours, theirs));

  it.each([
    ["2026-01-01 00:00:00+00", "2026-01-02 00:00:00+00", "theirs"],
    ["2026-01-02 00:00:00.000001+00", "2026-01-02 00:00:00+00", "ours"],
    ["2026-01-01 00:00:00+00", "2026-01-01 01:00:00+01", "does-not-say-which-is-newer"],
    ["infinity", "2026-01-02 00:00:00+00", "ours"],
    [null, "2026-01-02 00:00:00+00", "does-not-say-which-is-newer"],
  ])("ours %s, theirs %s", (ours, theirs, expected) => {
    expect(newest({ changed: ours }, { changed: theirs })).toBe(expected);
  });

  it("compares numbers as numbers", () => {
    expect(newest({ revision: "9" }, { revision: "10" }, "revision")).toBe("theirs");
  });

  it("leaves rows that one side has not, columns of other types and values that nobody knows", () => {
    expect(newest(null, { changed: "2026-01-02 00:00:00+00" })).toBe("one-side-has-no-row");
    expect(newest({ name: "a" }, { name: "b" }, "name")).toBe("no-such-column");
    expect(newest({ name: "a" }, { name: "b" }, "nothing")).toBe("no-such-column");
    expect(newest({ changed: "2026-01-02 00:00:00+00" }, { name: "b" })).toBe("column-not-known");
  });
});

describe("by cells", () => {
  const cells = (
    each: Readonly<Record<string, "ours" | "theirs" | "base">>,
    met: ReturnType<typeof conflict>,
  ) => rule({ kind: "cells", cells: each }, met);

  it("decides rows of which only these columns differ; what nobody contests merges by itself", () => {
    expect(cells({ name: "theirs" }, NAMES)).toBe("theirs");
    expect(cells({ name: "ours" }, NAMES)).toEqual({ name: "b", mail: "n" });
    expect(cells({ name: "theirs" }, BOTH)).toBe("other-columns-differ");
    expect(cells({ name: "theirs", mail: "ours" }, BOTH)).toEqual({ name: "c", mail: "o" });
    expect(cells({ name: "ours", mail: "ours" }, BOTH)).toBe("ours");
    expect(cells({ name: "base", mail: "theirs" }, BOTH)).toEqual({ name: "a", mail: "n" });
  });

  it("leaves deleted rows, columns that do not differ and those of other tables", () => {
    expect(cells({ name: "theirs" }, conflict({ name: "a" }, null, { name: "b" }))).toBe(
      "one-side-has-no-row",
    );
    expect(cells({ mail: "theirs" }, NAMES)).toBe("nothing-of-it-differs");
    expect(cells({ elsewhere: "theirs" }, NAMES)).toBe("no-such-column");
    expect(cells({ name: "base" }, conflict(null, { name: "b" }, { name: "c" }))).toBe("column-not-known");
    expect(cells({ toString: "theirs" } as never, NAMES)).toBe("no-such-column");
  });

  it("a row that both inserted differs where its values do", () => {
    const inserted = conflict(null, { id: "1", name: "b", mail: "m" }, { id: "1", name: "c", mail: "m" });
    expect(contestedColumns(inserted)).toEqual(["name"]);
    expect(cells({ name: "ours" }, inserted)).toEqual({ id: "1", name: "b", mail: "m" });
    expect(cells({ name: "theirs" }, inserted)).toBe("theirs");
  });
});

it("NULL is a value like others", () => {
  const met = conflict({ name: "a" }, { name: null }, { name: "c" }, ["name"]);
  expect(contestedColumns(met)).toEqual(["name"]);
  expect(rule({ kind: "cells", cells: { name: "ours" } }, met)).toBe("ours");
});
