import { parseConfig, readServiceSettings } from "@syncline/config";
import { expect, it } from "vitest";
import { configJobs } from "./config-jobs.ts";

const { config } = parseConfig(
  "version: 1\nservers: {a: {url: postgres://u@h/d}}\njobs: [{name: j, kind: diff, source: 'a:x:*', target: 'a:y:*', schedule: {every: 1h}}]",
  "/f.yaml",
);

const schedules = (interval: string, once = false) => {
  const settings = readServiceSettings({ flags: { interval, once }, environment: {}, config, folder: "/" });
  return configJobs(config, settings).map(({ schedule }) => schedule);
};

it("takes an interval as it was given", () => {
  expect(schedules("5m")).toEqual([{ every: "5m", missed: "once" }]);
  expect(schedules("90s")).toEqual([{ every: "90s", missed: "once" }]);
  expect(schedules("5m", true)).toEqual([undefined]);
});

it.each(["0s", "10s", "59999ms"])("refuses %s", (interval) => {
  expect(() => schedules(interval)).toThrow(/at least 1m/);
});
