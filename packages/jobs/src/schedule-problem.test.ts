import { expect, it } from "vitest";
import { scheduleProblem } from "./schedule-problem.ts";

const problemOf = (cron: string) => scheduleProblem({ cron, timeZone: "UTC", missed: "skip" });

it.each([
  ["60 * * * *", 'the minute is "60"; expected 0-59'],
  ["* 24 * * *", 'the hour is "24"; expected 0-23'],
  ["0 0 32 * *", 'the day of month is "32"; expected 1-31, L'],
  ["0 0 1 XYZ *", 'the month is "XYZ"; expected 1-12, JAN-DEC'],
  ["0 0 * * 9", 'the day of week is "9"; expected 0-7, SUN-SAT'],
  ["0 0 0 1 1 *", "expected five fields of cron: minute, hour, day of month, month, day of week"],
  ["0 0 30 2 *", "no date ever fits this cron expression"],
  ["0 0 29 2 *", null],
  ["*/5 9-17 * * MON-FRI", null],
])("says of %s what is wrong", (cron, problem) => expect(problemOf(cron)).toBe(problem));
