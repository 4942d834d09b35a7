import { expect, it } from "vitest";
import { createPatchId } from "./patch-id.ts";
import { createPatchFilter, parsePatchSelection } from "./patch-selection.ts";
import { parsePatchTableName } from "./table-name.ts";
import { LOG, row, SAMPLE_OPERATIONS, USERS } from "./testing/sample-patch.ts";

it("makes ids that sort by time", () => {
  const bytes = (value: number) => (length: number) => new Uint8Array(length).fill(value);
  const early = createPatchId(new Date("2026-01-01T00:00:00Z"), bytes(255));
  const late = createPatchId(new Date("2026-01-01T00:00:00.001Z"), bytes(0));
  expect(createPatchId(new Date(1_469_918_176_385), bytes(255))).toBe("01ARYZ6S41ZZZZZZZZZZZZZZZZ"); // of the ULID specification
  expect(late > early).toBe(true);
  expect(late).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}0{16}$/);
});

it.each([
  ["users", { schema: null, name: "users" }],
  ["billing.invoices", { schema: "billing", name: "invoices" }],
  ['"odd.name"', { schema: null, name: "odd.name" }],
  ['"a""b"."c d"', { schema: 'a"b', name: "c d" }],
  ["Ünï", undefined],
  ["a.b.c", undefined],
  ["a; DROP TABLE b", undefined],
  ['"open', undefined],
  ['""', undefined],
  ["", undefined],
])("reads the table name %j", (text, name) => expect(parsePatchTableName(text)).toEqual(name));

const chosen = (...texts: string[]) => {
  const selected = createPatchFilter(texts.map(parsePatchSelection), [USERS, LOG]);
  return SAMPLE_OPERATIONS.flatMap((operation, index) => (selected(operation) ? [index] : []));
};

it("selects by table, kind and key, each term narrowing, each selection widening", () => {
  expect(chosen("table=users")).toEqual([0, 1, 2, 3]);
  expect(chosen("kind=insert|delete")).toEqual([0, 3, 4, 5]);
  expect(chosen("table=users, kind=update , key=3")).toEqual([2]);
  expect(chosen('key="2"', "table=audit.log,kind=delete")).toEqual([1, 5]);
  expect(chosen("key.id=4")).toEqual([3]);
  expect(chosen("key=99")).toEqual([]);
});

it("selects by a key of several columns with odd names and values", () => {
  const table = {
    ...USERS,
    columns: [
      ["a,b", "text"],
      ["id", "integer"],
    ] as const,
    key: ["a,b", "id"],
  };
  const operation = {
    op: "insert",
    table: "users",
    key: row({ "a,b": 'x,"y', id: "1" }),
    new: new Map(),
    count: 1,
  } as const;
  const matches = (text: string) => createPatchFilter([parsePatchSelection(text)], [table])(operation);
  expect(matches('key."a,b"="x,""y",key.id=1')).toBe(true);
  expect(matches('key."a,b"="x,""y"')).toBe(true);
  expect(matches("key.id=2")).toBe(false);
  expect(() => matches("key=1")).toThrow(/not the key/);
});

it.each([
  ["table", /expected name=value at character 1/],
  ["table=users,,kind=insert", /character 13/],
  ["kind=merge", /insert, update or delete/],
  ["colour=red", /knows no "colour"/],
  ["key=1,key=2", /twice/],
  ["key=1,key.id=2", /exclude/],
  ["table=nobody", /no table "nobody", only "users", "audit.log"/],
  ["table=users,key.name=x", /not the key of "users" \("id"\)/],
])("refuses the selection %j", (text, message) => expect(() => chosen(text)).toThrow(message));
