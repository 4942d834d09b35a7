import { describe, expect, it } from "vitest";
import { combineOperations, packOperation, rowIdentity, unpackOperation } from "./combine-operations.ts";
import type { PatchOperation } from "./patch.ts";

type Values = Readonly<Record<string, string | null>>;
const row = (values: Values) => new Map(Object.entries(values));
const key = row({ id: "1" });
const insert = (values: Values): PatchOperation => ({
  op: "insert",
  table: "t",
  key,
  new: row(values),
  count: 1,
});
const update = (old: Values, fresh: Values): PatchOperation => ({
  op: "update",
  table: "t",
  key,
  old: row(old),
  new: row(fresh),
});
const remove = (values: Values): PatchOperation => ({
  op: "delete",
  table: "t",
  key,
  old: row(values),
  count: 1,
  of: 1,
});
const more = (count: number, of?: number): PatchOperation => ({
  op: "insert",
  table: "t",
  key: new Map(),
  new: row({ a: "x" }),
  count,
  ...(of === undefined ? {} : { of }),
});
const fewer = (count: number, of: number): PatchOperation => ({
  op: "delete",
  table: "t",
  key: new Map(),
  old: row({ a: "x" }),
  count,
  of,
});

function combined(first: PatchOperation, second: PatchOperation) {
  const result = combineOperations(first, second);
  return result.kind === "operation" ? result.operation : result.kind;
}

describe("two operations on one row", () => {
  it.each<readonly [string, PatchOperation, PatchOperation, PatchOperation | string]>([
    [
      "insert, update",
      insert({ id: "1", a: "x" }),
      update({ a: "x" }, { a: null }),
      insert({ id: "1", a: null }),
    ],
    ["insert, delete", insert({ id: "1", a: "x" }), remove({ id: "1", a: "x" }), "nothing"],
    [
      "update, update",
      update({ a: "1" }, { a: "2" }),
      update({ a: "2", b: "x" }, { a: "3", b: "y" }),
      update({ a: "1", b: "x" }, { a: "3", b: "y" }),
    ],
    ["update, update back", update({ a: "1" }, { a: "2" }), update({ a: "2" }, { a: "1" }), "nothing"],
    [
      "update, delete",
      update({ a: "1" }, { a: "2" }),
      remove({ id: "1", a: "2" }),
      remove({ id: "1", a: "1" }),
    ],
    [
      "delete, insert",
      remove({ id: "1", a: "1" }),
      insert({ id: "1", a: "2" }),
      update({ a: "1" }, { a: "2" }),
    ],
    ["delete, insert the same", remove({ id: "1", a: "1" }), insert({ id: "1", a: "1" }), "nothing"],
    ["insert, insert", insert({ id: "1" }), insert({ id: "1" }), "gap"],
    ["delete, delete", remove({ id: "1" }), remove({ id: "1" }), "gap"],
    ["delete, update", remove({ id: "1", a: "1" }), update({ a: "1" }, { a: "2" }), "gap"],
    ["update, other update", update({ a: "1" }, { a: "2" }), update({ a: "1" }, { a: "3" }), "gap"],
    ["NULL is not the empty text", update({ a: "1" }, { a: null }), update({ a: "" }, { a: "3" }), "gap"],
    ["rows alike: more and more", more(2, 0), more(1, 2), more(3, 0)],
    ["rows alike: more and all gone", more(2, 0), fewer(2, 2), "nothing"],
    ["rows alike: fewer and more", fewer(1, 3), more(2, 2), more(1, 3)],
    ["rows alike: more and fewer", more(1, 3), fewer(3, 4), fewer(2, 3)],
    ["rows alike: another number", more(2, 0), fewer(1, 5), "gap"],
  ])("%s", (_, first, second, wanted) => expect(combined(first, second)).toEqual(wanted));

  it("names the columns of a gap and survives being kept as text", () => {
    expect(combineOperations(update({ a: "1" }, { a: "2" }), update({ a: "1" }, { a: "3" }))).toMatchObject({
      columns: ["a"],
    });
    for (const operation of [
      insert({ id: "1", __proto__x: null }),
      update({ a: "1" }, { a: "2" }),
      remove({ id: "1" }),
      more(2),
      more(2, 1),
      fewer(1, 3),
    ])
      expect(unpackOperation(packOperation(operation))).toEqual(operation);
  });

  it("finds a row under the key that an update gave it", () => {
    const renamed = update({ id: "1" }, { id: "1.0" });
    expect(rowIdentity(renamed, "before")).toBe(rowIdentity(insert({ id: "1" }), "after"));
    expect(rowIdentity(renamed, "after")).not.toBe(rowIdentity(renamed, "before"));
    expect(rowIdentity(more(1), "before")).toBe(rowIdentity(fewer(1, 1), "after"));
  });
});
