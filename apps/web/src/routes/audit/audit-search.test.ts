import { expect, it } from "vitest";
import { auditSearch, filterOf, tailWords } from "./audit-search.ts";

it("takes filters from the URL, and leaves out what is none", () => {
  const search = auditSearch.parse({
    tab: "nothing",
    action: "job.*",
    person: "",
    from: "yesterday",
    to: "2026-11-21T00:00:00.000Z",
    entry: 7,
  });
  expect(filterOf(search)).toEqual({ action: "job.*", to: "2026-11-21T00:00:00.000Z" });
  expect(search.entry).toBe(7);
});

it("says the same on the command line", () => {
  expect(tailWords({ action: "run.*", subjectId: "x", subjectKind: "run" })).toEqual([
    "--action",
    "run.*",
    "--subject",
    "x",
  ]);
});
