import { expect, it } from "vitest";
import { PERMISSIONS } from "./permissions.ts";
import { ROUTE_ROW_EFFECTS } from "./row-effects.ts";

it("every route that does more than read says what it may do to rows, and no other does", () => {
  const writing = Object.keys(PERMISSIONS).filter((name) => !name.startsWith("GET "));
  expect(Object.keys(ROUTE_ROW_EFFECTS).toSorted()).toEqual(writing.toSorted());
});
