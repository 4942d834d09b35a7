import { expect, it } from "vitest";
import { locatorOfParts, locatorProblem, partsOfLocator, tableInPlace, tableProblem } from "./place-parts.ts";

it.each([
  ["staging:public:*", { server: "staging", tenant: "public", tables: [] }],
  [
    "shop-1:acme:orders,billing.invoices",
    { server: "shop-1", tenant: "acme", tables: ["orders", "billing.invoices"] },
  ],
  ['"a:b":"c d":"Order Items"', { server: "a:b", tenant: "c d", tables: ['"Order Items"'] }],
])("reads and writes %s", (locator, parts) => {
  expect(partsOfLocator(locator)).toEqual(parts);
  expect(locatorOfParts(parts)).toBe(locator);
});

it.each(["public:*", "./folder", "postgres://u@h/d", "snapshot:nightly", "", "a:b:c:d"])(
  "leaves %s to be typed",
  (locator) => expect(partsOfLocator(locator)).toBeNull(),
);

it("makes no locator of half a place", () => {
  expect(locatorOfParts({ server: "staging", tenant: "", tables: [] })).toBeNull();
  expect(locatorOfParts({ server: "staging", tenant: "public", tables: ["a,,b"] })).toBeNull();
});

it("says what is wrong", () => {
  expect(locatorProblem("")).toBeNull();
  expect(locatorProblem("a:b:*")).toBeNull();
  expect(locatorProblem("a:b:x,,y")).toContain("a table name is missing");
  expect(tableProblem("orders")).toBeNull();
  expect(tableProblem("Order Items")).toContain("Order Items");
});

it("names tables of the place's own schema without it", () => {
  expect(tableInPlace({ schema: "public", name: "orders" }, "public")).toBe("orders");
  expect(tableInPlace({ schema: "billing", name: "Odd One" }, "public")).toBe('billing."Odd One"');
});
