import { jobSchema } from "@syncline/jobs";
import { expect, it } from "vitest";
import { jobDocuments, jobLines } from "./job-list.ts";

const job = (name: string, rest: object) =>
  jobSchema.parse({ name, kind: "diff", source: "a:b", target: "c:d", ...rest });
const jobs = [
  job("nightly", { schedule: { cron: "30 3 * * *", timeZone: "Europe/Berlin" } }),
  job("often", { schedule: { every: "5m" } }),
  job("asked", {}),
  job("off", { enabled: false, schedule: { every: "5m" } }),
  job("told", { schedule: { listen: { server: "a", channel: "changed" } } }),
];
const NOW = new Date("2026-07-01T12:01:00Z");

it("says when each job runs next", () => {
  expect(jobLines({ jobs }, NOW).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["Jobs:"],
    ["nightly", "diff", "next 2026-07-02 01:30:00Z"],
    ["often", "diff", "next 2026-07-01 12:05:00Z"],
    ["asked", "diff", "on demand"],
    ["off", "diff", "disabled"],
    ["told", "diff", "on notification a/changed"],
  ]);
  expect(jobDocuments({ jobs }, NOW).map(({ next_run_at }) => next_run_at)).toEqual([
    "2026-07-02T01:30:00.000Z",
    "2026-07-01T12:05:00.000Z",
    null,
    null,
    null,
  ]);
  expect(jobLines({ jobs: [] }, NOW)).toEqual([]);
});
