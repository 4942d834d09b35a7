import { expect, it } from "vitest";
import { type GuaranteeRecord, mergeRecords, parseRecords } from "./guarantee-record.ts";
import { renderGuarantees } from "./guarantees-document.ts";

const record = (changes: Partial<GuaranteeRecord>): GuaranteeRecord => ({
  id: "G11",
  claim: "a patch applies once",
  figure: "200 kills",
  seed: 7,
  failures: 0,
  details: "",
  postgres: "18.4",
  node: "24.21.0",
  date: "2026-11-21",
  ...changes,
});

it("replaces the older result of the same claim and sorts by number", () => {
  const merged = mergeRecords(
    [record({ seed: 1 }), record({ id: "G9" })],
    [record({ seed: 2 }), record({ id: "G29" }), record({ claim: "another" })],
  );
  expect(merged.map(({ id, claim, seed }) => [id, claim, seed])).toEqual([
    ["G9", "a patch applies once", 7],
    ["G11", "a patch applies once", 2],
    ["G11", "another", 7],
    ["G29", "a patch applies once", 7],
  ]);
});

it("keeps every figure of one claim", () => {
  const merged = mergeRecords(
    [record({ figure: "100 cuts" }), record({ figure: "200 kills", seed: 1 })],
    [record({ figure: "200 kills", seed: 2 })],
  );
  expect(merged.map(({ figure, seed }) => [figure, seed])).toEqual([
    ["100 cuts", 7],
    ["200 kills", 2],
  ]);
});

it("reads what was written line by line", () => {
  const lines = [record({}), record({ id: "G12" })].map((each) => `${JSON.stringify(each)}\n`).join("");
  expect(parseRecords(lines).map(({ id }) => id)).toEqual(["G11", "G12"]);
});

it("renders a table in which a failure stands out and a bar does not break the row", () => {
  const text = renderGuarantees([record({ failures: 2, details: "a|b" })]);
  expect(text).toContain(
    "| G11 a patch applies once | 200 kills | **2 failed** | 7 | 2026-11-21 | PostgreSQL 18.4, Node 24.21.0 | a\\|b |",
  );
});
