import { jobSchema, retrySchema } from "@syncline/jobs";
import { expect, it } from "vitest";
import type { RunSummary } from "../run-records.ts";
import { MAY_RETRY, SUMMARY } from "../testing/run-steps.ts";
import { copyJob, diffJob } from "../testing/sample-jobs.ts";
import { limitToFailed } from "../verbs/retry-run.ts";
import { mergeSummaries } from "./merge-summaries.ts";
import { placesOf } from "./places-of.ts";
import { retryPauseMs } from "./retry-pause.ts";

it("pauses longer with each try, up to the longest, half of it by chance", () => {
  const policy = retrySchema.parse({ first: "4s", factor: 3, longest: "30s" });
  const pauses = (random: number) => [1, 2, 3, 9].map((attempt) => retryPauseMs(policy, { attempt, random }));
  expect(pauses(0)).toEqual([2_000, 6_000, 15_000, 15_000]);
  expect(pauses(0.5)).toEqual([3_000, 9_000, 22_500, 22_500]);
  expect(pauses(0.999999)).toEqual([4_000, 12_000, 30_000, 30_000]);
});

it("adds up what units did, per table, and takes the worst outcome", () => {
  const other: RunSummary = {
    ...SUMMARY,
    outcome: "conflicted",
    tables: [
      { name: "public.users", inserted: 2, error: null },
      { name: "public.posts", deleted: 5, error: MAY_RETRY },
    ],
    bytes: 5,
    ledgerIds: ["l1"],
    patchId: "p1",
    notes: ["n"],
  };
  const merged = mergeSummaries([SUMMARY, other, { ...SUMMARY, notes: ["n"], tables: [] }]);
  expect(merged).toMatchObject({
    outcome: "conflicted",
    counts: { inserted: 3, updated: 6, deleted: 9, unchanged: 12 },
    bytes: 25,
    ledgerIds: ["l1"],
    patchId: "p1",
    notes: ["n"],
  });
  expect(merged.tables).toMatchObject([
    { name: "public.users", inserted: 3, error: null },
    { name: "public.posts", deleted: 5, error: { code: "connection.lost" } },
  ]);
  expect(mergeSummaries([{ ...SUMMARY, outcome: "partial" }, other]).outcome).toBe("partial");
  expect(mergeSummaries([])).toMatchObject({ outcome: "succeeded", bytes: 0, tables: [] });
});

it("knows what a run writes to and uses, without users and passwords", () => {
  expect(placesOf(diffJob())).toEqual({ targetKeys: [], serverKeys: ["one", "two"] });
  expect(placesOf(copyJob({ target: "two:acme:*" })).targetKeys).toEqual(["two"]);
  expect(placesOf(copyJob({ target: "two:acme:*", dryRun: true })).targetKeys).toEqual([]);
  expect(placesOf(copyJob({ target: "two:acme:*" }), { tenancyOf: () => "database" }).targetKeys).toEqual([
    "two:acme",
  ]);
  expect(placesOf(copyJob({ target: "acme:*" }), { current: "three" }).targetKeys).toEqual(["three"]);
  const url = placesOf(copyJob({ target: "postgres://u:secret@db.example/app#public:*" }));
  expect(url.targetKeys).toEqual(["db.example:5432/app"]);
  expect(JSON.stringify(url)).not.toContain("secret");
  const cycle = { kind: "bi-sync", name: "cycle", source: "a:x:*", target: "b:x:*" };
  expect(placesOf(jobSchema.parse(cycle)).targetKeys).toEqual(["a", "b"]);
});

it("does again only the tables that failed, where they can be named", () => {
  const definition = diffJob({ schema: ["*"] });
  const tables = [{ name: "users" }, { name: "posts", error: MAY_RETRY }];
  const summary = { ...SUMMARY, tables };
  expect(limitToFailed({ state: "partial", definition, summary })).toEqual({
    ...definition,
    schema: ["posts"],
  });
  expect(limitToFailed({ state: "dead", definition, summary })).toEqual(definition);
  expect(limitToFailed({ state: "partial", definition, summary: { ...summary, tables: [] } })).toEqual(
    definition,
  );
  const odd = ["a*b", 'other."Odd ""name"', "other.plain"].map((name) => ({ name, error: MAY_RETRY }));
  expect(limitToFailed({ state: "partial", definition, summary: { ...summary, tables: odd } })).toEqual({
    ...definition,
    schema: ["a*b", 'Odd "name', "plain"],
  });
});
