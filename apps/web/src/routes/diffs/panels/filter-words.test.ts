import { expect, it } from "vitest";
import { filterWords } from "./filter-words.ts";

it("says a filter in words", () => {
  expect(filterWords({})).toEqual([]);
  expect(
    filterWords({
      table: "orders",
      kinds: ["insert", "delete"],
      column: "status",
      key: "7",
      text: "x",
      values: [
        { column: "status", side: "old", test: "equals", value: null },
        { column: "note", side: "either", test: "contains", value: "b" },
      ],
    }),
  ).toEqual([
    "only inserts and deletes",
    "of table orders",
    "that change status",
    "whose key starts with “7”",
    "that hold “x”",
    "where status before is NULL",
    "where note contains “b”",
  ]);
});
