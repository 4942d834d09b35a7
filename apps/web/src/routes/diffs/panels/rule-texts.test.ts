import { expect, it } from "vitest";
import { coversRules, hasRules, holdsUrl, isTolerable, withRules } from "./rule-texts.ts";

const job = {
  kind: "diff",
  name: "nightly",
  source: "a:s:*",
  target: "b:s:*",
  ignoreFields: ["seen"],
  tolerance: { price: "0.01", total: "1" },
} as unknown as Parameters<typeof withRules>[0];

it("adds rules to those of a job", () => {
  const rules = { ignoreFields: ["seen", "orders.note"], tolerance: { price: "0.05" } };
  const next = withRules(job, rules);
  expect(next).toMatchObject({
    name: "nightly",
    ignoreFields: ["seen", "orders.note"],
    tolerance: { price: "0.05", total: "1" },
  });
  expect(coversRules(job, rules)).toBe(false);
  expect(coversRules(next, rules)).toBe(true);
  expect(job.ignoreFields).toEqual(["seen"]);
});

it("knows when there are none", () => {
  expect(hasRules({ ignoreFields: [], tolerance: {} })).toBe(false);
  expect(hasRules({ ignoreFields: [], tolerance: { a: "1" } })).toBe(true);
});

it.each([
  ["numeric(12,2)", true],
  ["timestamp with time zone", true],
  ["time without time zone", true],
  ["time with time zone", false],
  ["integer[]", false],
  ["text", false],
  ["jsonb", false],
])("measures differences of %s: %s", (type, wanted) => expect(isTolerable(type)).toBe(wanted));

it("sees URLs, whose passwords are not shown", () => {
  expect(holdsUrl(job)).toBe(false);
  expect(holdsUrl({ ...job, source: "postgres://u@h/d#s:*" })).toBe(true);
});
