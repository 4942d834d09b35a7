import { jobSchema } from "@syncline/api";
import { expect, it } from "vitest";
import { patchCommand } from "./patch-command.ts";

const patch = { id: "7b2c", source: "staging:public:*", target: "prod:public:*", origin: "diff" } as const;

it("compares again as the run did, the table that is looked at", () => {
  const definition = jobSchema.parse({
    name: "release",
    kind: "watch",
    source: "staging:public:*",
    target: "prod:public:*",
    schema: ["order*"],
    ignoreFields: ["updated_at"],
    maxDifferences: 100,
  });
  expect(patchCommand({ patch, definition, filter: { table: "orders", kinds: ["delete"] } })).toBe(
    "syncline diff 'staging:public:*' 'prod:public:*' --schema orders --ignore-fields updated_at --max-differences 100 --format detailed",
  );
});

it("compares both places where the run is not known", () => {
  expect(patchCommand({ patch, definition: undefined, filter: {} })).toBe(
    "syncline diff 'staging:public:*' 'prod:public:*' --format detailed",
  );
});

it("shows the file of other patches", () => {
  const selected = { ...patch, origin: "selection" } as const;
  expect(
    patchCommand({ patch: selected, definition: undefined, filter: { table: "a b", kinds: ["insert"] } }),
  ).toBe("syncline patch show 7b2c.patch --select 'table=a b,kind=insert'");
});
