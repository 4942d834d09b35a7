import type {
  DueSchedule,
  Job,
  ScheduleRecord,
  TakeSlotInput,
  TakeSlotResult,
} from "@syncline/control-plane";
import {
  jobSchema,
  type MissedPolicy,
  MOST_RUNS_AT_ONCE,
  nextSlot,
  ON_TIME_MS,
  type Schedule,
} from "@syncline/jobs";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";
import { NO_METRICS } from "../metrics.ts";
import { SILENT } from "../service.ts";
import { scheduleRound } from "./create-scheduler.ts";
import type { SlotBooks } from "./slot-books.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const DAYS_A_STORY = 20;
const SCHEDULES: readonly ((missed: MissedPolicy) => Schedule)[] = [
  (missed) => ({ cron: "30 2 * * *", timeZone: "Europe/Berlin", missed }),
  (missed) => ({ cron: "*/20 * * * *", timeZone: "America/New_York", missed }),
  (missed) => ({ cron: "15 1-3 * * *", timeZone: "Australia/Lord_Howe", missed }),
  (missed) => ({ cron: "0 0 * * *", timeZone: "America/Santiago", missed }),
  (missed) => ({ every: "45m", missed }),
];
/** Around changes of clocks, and within a year. */
const STARTS = ["2026-03-20", "2026-10-15", "2026-03-28", "2026-09-01", "2026-06-10", "2027-03-05"];

interface Slot {
  readonly at: number;
  readonly outcome: string;
}

/** The tables, as far as slots need them: a row for each slot, a next slot, and a job that is busy for a while. */
class MemoryBooks implements SlotBooks {
  now = 0;
  readonly slots = new Map<number, Slot>();
  readonly runs: number[] = [];
  /** When the job was looked at last and had no run. */
  lastTurn = 0;
  #record: ScheduleRecord;
  #busyUntil = 0;
  readonly #job: Job;
  readonly runMs: number;

  constructor(schedule: Schedule, runMs: number) {
    this.runMs = runMs;
    const definition = jobSchema.parse({ name: "j", kind: "watch", source: "a:b:*", target: "c:d:*" });
    this.#job = { id: "j", name: "j", organizationId: "o", projectId: "p", definition } as unknown as Job;
    this.#record = { id: "s", schedule, nextFireAt: null, plannedAt: null } as unknown as ScheduleRecord;
  }

  get isDue(): boolean {
    const { plannedAt, nextFireAt } = this.#record;
    return plannedAt === null || (nextFireAt !== null && nextFireAt.getTime() <= this.now);
  }

  async due(): Promise<readonly DueSchedule[]> {
    if (!this.isDue) return [];
    const busy = this.now < this.#busyUntil;
    if (!busy) this.lastTurn = Math.max(this.lastTurn, this.now);
    return [{ schedule: { ...this.#record }, job: this.#job, busy, now: new Date(this.now) }];
  }

  async plan({ schedule }: DueSchedule, nextFireAt: Date | null): Promise<void> {
    if (schedule.plannedAt?.getTime() !== this.#record.plannedAt?.getTime()) return;
    this.#record = { ...this.#record, nextFireAt, plannedAt: this.#tick() };
  }

  async take({ fireAt, outcome, nextFireAt }: TakeSlotInput): Promise<TakeSlotResult> {
    const next = this.#record.nextFireAt;
    const at = fireAt.getTime();
    if (next === null || next > fireAt || this.slots.has(at)) return { kind: "gone" };
    this.#record = { ...this.#record, nextFireAt, plannedAt: this.#tick() };
    const busy = outcome === "fired" && this.now < this.#busyUntil;
    this.slots.set(at, { at, outcome: busy ? "busy" : outcome });
    if (outcome === "missed" || busy) return { kind: "taken", outcome: busy ? "busy" : "missed", run: null };
    this.runs.push(at);
    this.#busyUntil = this.now + this.runMs;
    return { kind: "taken", outcome: "fired", run: {} as never };
  }

  #ticks = 0;
  #tick(): Date {
    this.#ticks += 1;
    return new Date(this.#ticks);
  }
}

/** When replicas looked, by the database's clock, which may jump. */
function looks(random: () => number, from: number): number[] {
  const to = from + DAYS_A_STORY * DAY;
  const found: number[] = [];
  for (let real = from, offset = 0; real < to; ) {
    found.push(real + offset);
    const chance = random();
    if (chance < 0.0005)
      real += random() * 2 * DAY; // nobody was there: leader lost, database away
    else if (chance < 0.002) real += random() * 3 * 60 * MINUTE;
    else if (chance < 0.01) real += random() * 5 * MINUTE;
    else real += 20_000 + random() * 20_000;
    if (random() < 0.0002) offset += (random() - 0.5) * 4 * 60 * MINUTE; // the clock is set
  }
  return found;
}

/**
 * What must come of it, told without the code: a slot is dealt with at the first look at or after its time at which the
 * clock had never been so far; up to a minute late it fires, later by its policy.
 */
function judge(books: MemoryBooks, schedule: Schedule, times: readonly number[]): string[] {
  const first = times[0] ?? 0;
  const last = times.reduce((high, time) => Math.max(high, time), first);
  const wanted = new Set<number>();
  for (let slot = nextSlot(schedule, new Date(first)); slot !== null && slot.getTime() <= last; ) {
    wanted.add(slot.getTime());
    slot = nextSlot(schedule, slot);
  }
  const problems = [...books.slots.keys()]
    .filter((slot) => !wanted.has(slot))
    .map((slot) => `${slot} is no slot`);
  if (new Set(books.runs).size !== books.runs.length) problems.push("a slot made two runs");
  const policy = "missed" in schedule ? schedule.missed : "once";
  if (policy === "all") return [...problems, ...judgeWaiting(books, [...wanted])];
  let high = first;
  const left = [...wanted];
  for (const now of times) {
    if (now <= high) continue;
    high = now;
    const group = left.splice(
      0,
      left.findIndex((slot) => slot > now) < 0 ? left.length : left.findIndex((slot) => slot > now),
    );
    const late = group.filter((slot) => now - slot > ON_TIME_MS);
    const caughtUp = policy === "once" && late.length === group.length ? late.slice(-1) : [];
    for (const slot of group) {
      const fires = !late.includes(slot) || caughtUp.includes(slot);
      const allowed = fires ? ["fired", "busy"] : ["missed"];
      const found = books.slots.get(slot)?.outcome ?? "nothing";
      if (!allowed.includes(found))
        problems.push(
          `${new Date(slot).toISOString()} ${policy}: ${found}, expected ${allowed.join(" or ")}`,
        );
    }
  }
  return problems;
}

/** Under `all` slots wait for the run before them: they are dealt with in their order, and only a long row is cut. */
function judgeWaiting({ slots, lastTurn }: MemoryBooks, wanted: readonly number[]): string[] {
  const problems: string[] = [];
  const done = wanted.filter((slot) => slots.has(slot));
  if (done.some((slot, index) => slot !== wanted[index])) problems.push("a slot was left out between others");
  const outcomes = wanted.map((slot) => slots.get(slot)?.outcome ?? "waits");
  if (outcomes.includes("busy")) problems.push("a slot was busy although it could wait");
  for (const [at, outcome] of outcomes.entries()) {
    // One that was missed had a hundred newer ones waiting with it.
    if (outcome === "missed" && at + MOST_RUNS_AT_ONCE >= wanted.length)
      problems.push("a slot was missed although it could wait");
  }
  const ofLastTurn = wanted.filter((slot) => slot <= lastTurn && !slots.has(slot));
  if (ofLastTurn.length > MOST_RUNS_AT_ONCE) problems.push("too many slots wait");
  return problems;
}

it("each slot of simulated days is dealt with once and by its policy, whoever looks when and however clocks jump", {
  timeout: 600_000,
}, async () => {
  const days = scaled(10_000);
  const stories = Math.ceil(days / DAYS_A_STORY);
  const random = randomNumbers(seed);
  const failed: string[] = [];
  let slots = 0;
  for (let story = 0; story < stories; story += 1) {
    const policy = (["skip", "once", "all"] as const)[story % 3] ?? "once";
    const schedule = (SCHEDULES[story % SCHEDULES.length] as (missed: MissedPolicy) => Schedule)(policy);
    const books = new MemoryBooks(schedule, random() < 0.5 ? 1_000 : random() * 30 * MINUTE);
    const from = Date.parse(`${STARTS[story % STARTS.length]}T00:00:00Z`) + random() * DAY;
    const times = looks(random, from);
    const options = {
      books,
      onDuty: () => true,
      placesOf: async () => ({ targetKeys: [], serverKeys: [] }),
      firstUnitOf: () => "whole" as const,
      log: SILENT,
      metrics: NO_METRICS,
      reached: () => {},
    };
    const { signal } = new AbortController();
    for (const now of times) {
      books.now = now;
      if (!books.isDue) continue;
      // Now and then two look at the same moment, as around a change of leaders.
      const both = random() < 0.05;
      await Promise.all([scheduleRound(options, signal), ...(both ? [scheduleRound(options, signal)] : [])]);
    }
    slots += books.slots.size;
    failed.push(...judge(books, schedule, times).map((problem) => `story ${story}: ${problem}`));
  }
  recordGuarantee({
    id: "G22",
    claim: "each slot fires once, missed slots follow the policy",
    figure: `${stories * DAYS_A_STORY} simulated days`,
    failures: failed.length,
    details: `${slots} slots over ${SCHEDULES.length} schedules, with clock changes, absences, two schedulers at once and clocks that jump`,
  });
  expect(failed.slice(0, 5)).toEqual([]);
});

function randomNumbers(from: number): () => number {
  let state = from >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
