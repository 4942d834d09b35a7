import { expect, it } from "vitest";
import { definitionFacts } from "./definition-facts.ts";

const facts = (definition: object) =>
  Object.fromEntries(definitionFacts(definition as unknown as Parameters<typeof definitionFacts>[0]));

it("says what a copy does, and nothing that changes no row", () => {
  expect(
    facts({
      kind: "copy",
      name: "nightly",
      enabled: true,
      source: "prod:public:*",
      target: "staging:public:*",
      strategy: "replace",
      ignoreFields: ["updated_at", "users.token"],
      mapTable: {},
      includeCascades: false,
      triggers: "off",
      parallel: 2,
      filter: { where: { tenant: "a" } },
    }),
  ).toEqual({
    What: "Copy rows",
    Source: "prod:public:*",
    Target: "staging:public:*",
    "Rows that differ": "are overwritten; rows that the source does not have are deleted",
    "Columns left alone": "updated_at, users.token",
    Triggers: "do not fire",
    Filter: '{\n "where": {\n  "tenant": "a"\n }\n}',
  });
});

it("puts places first and says rules in words", () =>
  expect(
    definitionFacts({
      kind: "bi-sync",
      conflicts: { detection: "changed-fields", resolution: "manual" },
      target: "b:x:*",
      source: "a:x:*",
      schedule: { every: "5m" },
    } as unknown as Parameters<typeof definitionFacts>[0]),
  ).toEqual([
    ["What", "Keep both places in step"],
    ["Source", "a:x:*"],
    ["Target", "b:x:*"],
    ["Conflicts", "detection changed-fields, resolution manual"],
  ]));

it("names what it has no word for", () =>
  expect(facts({ kind: "bi-sync", somethingNew: 7 })).toMatchObject({ "Something new": "7" }));
