import { expect, it } from "vitest";
import {
  conflictWords,
  editWords,
  failureSteps,
  fieldWords,
  pairWords,
  reviewWords,
  startWords,
} from "./timeline-words.ts";

const entry = { id: "1", at: "2026-11-21T10:00:00.000Z", by: "user:ada@example.test" };

it("says who did what", () => {
  const edit = {
    ...entry,
    ...({ kind: "edit", version: 3, origin: "api", reason: null } as const),
    fields: [],
  };
  expect(editWords({ ...edit, change: "updated" })).toBe("ada@example.test changed the job, version 3");
  expect(editWords({ ...edit, change: "created" })).toBe("ada@example.test created the job");
  expect(editWords({ ...edit, change: "updated", origin: "config" })).toBe(
    "The configuration file changed the job, version 3",
  );
  expect(conflictWords({ ...entry, kind: "conflicts", choice: "theirs", count: 2, tables: ["a", "b"] })).toBe(
    "ada@example.test decided 2 conflicts for the source in a, b",
  );
  expect(pairWords({ ...entry, kind: "pair", cycle: 1 })).toContain("after 1 cycle");
});

it("names nobody where nobody did it", () => {
  const run = { trigger: "schedule" } as never;
  expect(startWords({ ...entry, kind: "run", run })).toBe("by its schedule");
  const review = { ...entry, kind: "review", review: {} as never, runId: null, reason: null } as const;
  expect(reviewWords({ ...review, event: "expired" })).toEqual(["", "has expired"]);
  expect(reviewWords({ ...review, event: "approved" })).toEqual(["ada@example.test approved", ""]);
});

it("knows what helps", () => {
  expect(failureSteps("deletes.exceeded")).toEqual(["deletes", "places"]);
  expect(failureSteps("connection.refused")).toContain("connection");
  expect(failureSteps("review.required")).toContain("review");
  expect(failureSteps("internal")).toEqual([]);
  expect(fieldWords("ignoreFields")).toBe("ignore fields");
});
