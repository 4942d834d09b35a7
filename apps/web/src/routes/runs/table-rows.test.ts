import { expect, it } from "vitest";
import type { Run } from "./runs-query.ts";
import { tableRows } from "./table-rows.ts";

const table = (name: string) => ({ name, phase: "reading", rows: 5, bytes: 9, estimatedRows: 10 });
const rowsOf = (progress: object | null, summary: object | null) => tableRows({ progress, summary } as Run);

it("tables are those of the progress while the run goes on", () => {
  expect(rowsOf({ tables: [table("a"), table("b")] }, null)).toMatchObject([
    { name: "a", phase: "reading", rows: 5, counts: null },
    { name: "b" },
  ]);
});

it("what came of them is told at the end, failures first, with what was heard before", () => {
  const error = { code: "x", message: "no", hint: null, retryable: false };
  const summary = { tables: [{ name: "a", inserted: 2 }, { name: "b", error }, { name: "c" }] };
  expect(rowsOf({ tables: [table("a")] }, summary)).toMatchObject([
    { name: "b", phase: "failed", error, counts: null, rows: 0 },
    { name: "a", phase: "done", rows: 5, counts: { inserted: 2, updated: 0, deleted: 0 } },
    { name: "c", phase: "done", counts: null },
  ]);
});

it("a run that has not begun has none", () => {
  expect(rowsOf(null, null)).toEqual([]);
});
