import type { RunAnswer } from "@syncline/api";
import { expect, it } from "vitest";
import { comparisonText, outcomeOf } from "./comparison-words.ts";

type Summary = NonNullable<RunAnswer["summary"]>;
const error = { code: "permission.denied", message: "no", hint: null, retryable: false };

function summary(tables: Summary["tables"], outcome: Summary["outcome"] = "succeeded"): Summary {
  const sum = (count: "inserted" | "updated" | "deleted" | "unchanged") =>
    tables.reduce((total, table) => total + (table[count] ?? 0), 0);
  return {
    outcome,
    counts: {
      inserted: sum("inserted"),
      updated: sum("updated"),
      deleted: sum("deleted"),
      unchanged: sum("unchanged"),
      skipped: 0,
      conflicts: 0,
    },
    tables,
    bytes: 0,
    ledgerIds: [],
    patchId: null,
    files: [],
    notes: [],
  };
}
const equal = { name: "a", unchanged: 1200 };
const differs = { name: "b", updated: 3, unchanged: 5 };
const broken = { name: "c", error };

it.each([
  [summary([equal, { ...equal, name: "d" }]), "equal", "2,400 rows in 2 tables, all alike"],
  [summary([equal, differs]), "different", "1 of 2 tables differs"],
  [summary([differs]), "different", "b differs"],
  [
    summary([differs, differs, broken], "partial"),
    "different",
    "2 of 3 tables differ, 1 could not be compared",
  ],
  [summary([differs, equal], "partial"), "different", "1 of 2 tables differs; incomplete"],
  [summary([equal, broken], "partial"), "failed", "No difference found, 1 could not be compared"],
  [summary([broken], "partial"), "failed", "1 table could not be compared"],
  [summary([equal], "partial"), "failed", "No difference found in 1 table; incomplete"],
] as const)("%#", (result, outcome, text) => {
  expect(comparisonText(result)).toBe(text);
  expect(outcomeOf({ state: "succeeded", summary: result, error: null })).toBe(outcome);
});

it("knows runs without a result", () => {
  expect(outcomeOf({ state: "queued", summary: null, error: null })).toBe("running");
  expect(outcomeOf({ state: "failed", summary: null, error })).toBe("failed");
  expect(outcomeOf({ state: "cancelled", summary: null, error: null })).toBe("gone");
});
