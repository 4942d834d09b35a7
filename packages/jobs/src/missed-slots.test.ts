import { expect, it } from "vitest";
import { dueSlots, MOST_RUNS_AT_ONCE, MOST_SLOTS_AT_ONCE } from "./missed-slots.ts";
import type { MissedPolicy, Schedule } from "./schedule-schema.ts";

const every = (interval: string, missed: MissedPolicy): Schedule => ({ every: interval, missed });
const at = (time: string) => new Date(`2026-01-01T${time}Z`);
const times = (dates: readonly Date[]) => dates.map((date) => date.toISOString().slice(11, 16));
const due = (missed: MissedPolicy, now: Date) => {
  const { fire, missed: left, next, more } = dueSlots(every("10m", missed), at("10:00:00"), now);
  return { fire: times(fire), missed: times(left), next: times(next === null ? [] : [next]), more };
};

it("a slot that is late by less than a minute fires under every policy", () => {
  for (const policy of ["skip", "once", "all"] as const)
    expect(due(policy, at("10:00:59"))).toEqual({
      fire: ["10:00"],
      missed: [],
      next: ["10:10"],
      more: false,
    });
});

it("nothing is due before its time", () => {
  expect(due("all", at("09:59:59"))).toEqual({ fire: [], missed: [], next: ["10:00"], more: false });
});

it("skip leaves late ones out, once makes one run of them, all makes each", () => {
  const now = at("10:25:00");
  expect(due("skip", now)).toMatchObject({ fire: [], missed: ["10:00", "10:10", "10:20"] });
  expect(due("once", now)).toMatchObject({ fire: ["10:20"], missed: ["10:00", "10:10"] });
  expect(due("all", now)).toMatchObject({ fire: ["10:00", "10:10", "10:20"], missed: [] });
});

it("once makes no run for late ones when one is on time", () => {
  expect(due("once", at("10:30:10"))).toMatchObject({ fire: ["10:30"], missed: ["10:00", "10:10", "10:20"] });
});

it("a year away is bounded: the newest runs, the newest slots, and that there were more", () => {
  const now = new Date("2027-01-01T00:00:30Z");
  const startedAt = performance.now();
  const found = dueSlots(every("1m", "all"), at("00:00:00"), now);
  expect(found.fire).toHaveLength(MOST_RUNS_AT_ONCE + 1); // and the one that is on time
  expect(found.missed).toHaveLength(MOST_SLOTS_AT_ONCE - MOST_RUNS_AT_ONCE - 1);
  expect(found.more).toBe(true);
  expect(found.fire.at(-1)?.toISOString()).toBe("2027-01-01T00:00:00.000Z");
  const cron = dueSlots(
    { cron: "* * * * *", timeZone: "Europe/Berlin", missed: "once" },
    at("00:00:00"),
    now,
  );
  expect(cron.fire).toHaveLength(1);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
});
