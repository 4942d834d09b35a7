import { type ForeignKeySpec, formatQualifiedName } from "@syncline/core";
import { expect, it } from "vitest";
import { keyDomains } from "./key-domains.ts";

function reference(from: string, to: string): ForeignKeySpec {
  const [table = "", columns = ""] = from.split(":");
  const [referenced = "", referencedColumns = ""] = to.split(":");
  return {
    name: `${table}_${columns}`,
    table: { schema: "public", name: table },
    columns: columns.split(","),
    referenced: { schema: "public", name: referenced },
    referencedColumns: referencedColumns.split(","),
    operators: columns.split(",").map(() => "pg_catalog.="),
    onDelete: "no action",
    onUpdate: "no action",
    deferrable: false,
    matchFull: false,
    validated: true,
  };
}

const ambiguous = (table: string, column: string): never => {
  throw new Error(`${table}.${column}`);
};

function domainsOf(surrogates: Readonly<Record<string, string>>, ...foreignKeys: ForeignKeySpec[]) {
  const keys = new Map(
    Object.entries(surrogates).map(
      ([table, column]) => [formatQualifiedName({ schema: "public", name: table }), column] as const,
    ),
  );
  const found = keyDomains({ surrogates: keys, foreignKeys, ambiguous });
  return Object.fromEntries([...found].map(([table, columns]) => [table, Object.fromEntries(columns)]));
}

it("a key is its table's own, and a reference to it takes its numbers from there", () => {
  expect(domainsOf({ orders: "id", lines: "id" }, reference("lines:order_id", "orders:id"))).toEqual({
    orders: { id: "orders" },
    lines: { id: "lines", order_id: "orders" },
  });
});

it("references to the table itself, and through several columns", () => {
  const self = reference("orders:tenant,parent", "orders:tenant,id");
  expect(domainsOf({ orders: "id" }, self)).toEqual({
    orders: { id: "orders", parent: "orders" },
  });
});

it("a key that is a reference has the other table's numbers, however far away, whatever the order", () => {
  const chain = [
    reference("notes:order_id,line", "lines:order_id,line"),
    reference("lines:order_id", "extras:order_id"),
    reference("extras:order_id", "orders:id"),
  ];
  expect(domainsOf({ extras: "order_id", orders: "id" }, ...chain)).toEqual({
    orders: { id: "orders" },
    extras: { order_id: "orders" },
    lines: { order_id: "orders" },
    notes: { order_id: "orders" },
  });
});

it("keys that refer to each other have no numbers of their own", () => {
  expect(domainsOf({ a: "id", b: "id" }, reference("a:id", "b:id"), reference("b:id", "a:id"))).toEqual({});
});

it("a column that refers to two tables is refused", () => {
  const both = [reference("x:ref", "a:id"), reference("x:ref", "b:id")];
  expect(() => domainsOf({ a: "id", b: "id" }, ...both)).toThrow("x.ref");
});
