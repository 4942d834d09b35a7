import { describe, expect, it } from "vitest";
import { nextSlot } from "./next-slot.ts";
import type { Schedule } from "./schedule-schema.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Northern and southern, half an hour, at midnight, without. */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Havana",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
];
const CRONS = [
  "30 2 * * *",
  "*/15 2 * * *",
  "0 0 * * *",
  "15 0,1,2,3 * * *",
  "*/20 * * * *",
  "59 23 28-31 * *",
  "0 12 * * 1-5",
  "45 1-3 * 3,10 *",
];

const cron = (expression: string, timeZone: string): Schedule => ({
  cron: expression,
  timeZone,
  missed: "once",
});

interface Wall {
  readonly text: string;
  readonly fields: readonly number[];
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Minute, hour, day, month, weekday of an instant, straight from Intl. */
function wallOf(timeZone: string, instant: number): Wall {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      dateStyle: "short",
      timeStyle: "short",
    });
    formats.set(timeZone, format);
  }
  const text = format.format(instant);
  const [day = 0, month = 0, year = 0, hour = 0, minute = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return { text, fields: [minute, hour, day, month, new Date(Date.UTC(year, month - 1, day)).getUTCDay()] };
}

function fits(expression: string, { fields }: Wall): boolean {
  const parts = expression.split(" ");
  const one = (at: number) => {
    const [value = 0, part = "*"] = [fields[at], parts[at]];
    return part.split(",").some((item) => {
      const [range = "*", step = "1"] = item.split("/");
      const [low = 0, high = range === "*" ? 59 : low] =
        range === "*" ? [0, 59] : range.split("-").map(Number);
      return value >= low && value <= high && (value - low) % Number(step) === 0;
    });
  };
  return [0, 1, 2, 3, 4].every(one);
}

/** Minute by minute: what a clock on the wall would do that is looked at once a minute. */
function slotsByWalking(expression: string, timeZone: string, from: number, to: number): number[] {
  const found: number[] = [];
  const everyHour = expression.split(" ")[1] === "*";
  const seen = new Set<string>();
  let before = from - DAY;
  let shownBefore = utcOf(wallOf(timeZone, before));
  for (let at = from - DAY; at <= to; at += MINUTE) {
    const wall = wallOf(timeZone, at);
    const shown = utcOf(wall);
    if (everyHour) {
      if (fits(expression, wall)) found.push(at);
    } else {
      const jumped = shown - shownBefore > at - before;
      let due = !seen.has(wall.text) && fits(expression, wall);
      if (jumped)
        for (let skipped = shownBefore + MINUTE; skipped < shown; skipped += MINUTE)
          due ||= fits(expression, wallOf("UTC", skipped));
      if (due) found.push(at);
    }
    seen.add(wall.text);
    if (seen.size > 2_000) for (const text of [...seen].slice(0, 500)) seen.delete(text);
    before = at;
    shownBefore = shown;
  }
  return found.filter((at) => at > from);
}

const utcOf = (wall: Wall) => {
  const [day = 0, month = 0, year = 0, hour = 0, minute = 0] = (wall.text.match(/\d+/g) ?? []).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
};

function slotsByAsking(schedule: Schedule, from: number, to: number): number[] {
  const found: number[] = [];
  for (let slot = nextSlot(schedule, new Date(from)); slot !== null && slot.getTime() <= to; ) {
    found.push(slot.getTime());
    slot = nextSlot(schedule, slot);
  }
  return found;
}

/** Days on which clocks are set in 2026, and an ordinary one. */
const SPANS: Readonly<Record<string, readonly string[]>> = {
  UTC: ["2026-02-27"],
  "Europe/Berlin": ["2026-03-28", "2026-10-24"],
  "America/New_York": ["2026-03-07", "2026-10-31"],
  "America/Havana": ["2026-03-07", "2026-10-31"],
  "America/Santiago": ["2026-04-04", "2026-09-05"],
  "Australia/Lord_Howe": ["2026-04-04", "2026-10-03"],
  "Asia/Kathmandu": ["2026-12-30"],
};

describe("slots of a cron expression around every change of a clock are those of a clock on the wall", () => {
  it.each(ZONES)("%s", (zone) => {
    for (const day of SPANS[zone] ?? [])
      for (const expression of CRONS) {
        const from = Date.parse(`${day}T00:00:00Z`) - 1;
        const to = from + 3 * DAY;
        const expected = slotsByWalking(expression, zone, Math.ceil(from / MINUTE) * MINUTE - MINUTE, to);
        const asked = slotsByAsking(cron(expression, zone), from - MINUTE + 1, to);
        expect({ zone, day, expression, slots: asked.map(iso) }).toEqual({
          zone,
          day,
          expression,
          slots: expected.map(iso),
        });
      }
  });
});

it("the next slot does not depend on where one starts to ask", () => {
  for (const zone of ZONES)
    for (const day of SPANS[zone] ?? [])
      for (const expression of CRONS) {
        const from = Date.parse(`${day}T00:00:00Z`);
        const slots = slotsByAsking(cron(expression, zone), from, from + 4 * DAY);
        for (let at = from; at < from + 2 * DAY; at += 29 * MINUTE + 13_000) {
          const expected = slots.find((slot) => slot > at);
          if (expected === undefined) continue;
          const found = nextSlot(cron(expression, zone), new Date(at))?.getTime();
          expect({ zone, expression, at: iso(at), slot: iso(found ?? 0) }).toEqual({
            zone,
            expression,
            at: iso(at),
            slot: iso(expected),
          });
        }
      }
});

it("one that the clock jumps over is one slot at the jump, one that comes twice is the first", () => {
  const slots = (expression: string, from: string) =>
    slotsByAsking(cron(expression, "Europe/Berlin"), Date.parse(from), Date.parse(from) + DAY).map(iso);
  expect(slots("30 2 * * *", "2026-03-28T12:00:00Z")).toEqual(["2026-03-29T01:00:00.000Z"]);
  expect(slots("*/15 2 * * *", "2026-03-28T12:00:00Z")).toEqual(["2026-03-29T01:00:00.000Z"]);
  expect(slots("30 2 * * *", "2026-10-24T12:00:00Z")).toEqual(["2026-10-25T00:30:00.000Z"]);
  expect(slots("0 * * * *", "2026-10-24T12:00:00Z")).toHaveLength(24);
});

it("intervals are multiples since 1970, notifications have no slot, impossible dates none", () => {
  const every: Schedule = { every: "5m", missed: "once" };
  expect(nextSlot(every, new Date("2026-01-01T00:00:00Z"))?.toISOString()).toBe("2026-01-01T00:05:00.000Z");
  expect(nextSlot(every, new Date("2026-01-01T00:04:59.999Z"))?.toISOString()).toBe(
    "2026-01-01T00:05:00.000Z",
  );
  expect(nextSlot({ listen: { server: "s", channel: "c", quiet: "1s" } }, new Date())).toBeNull();
  expect(nextSlot(cron("0 0 31 2 *", "UTC"), new Date())).toBeNull();
  expect(nextSlot(cron("0 0 29 2 *", "UTC"), new Date("2026-01-01T00:00:00Z"))?.toISOString()).toBe(
    "2028-02-29T00:00:00.000Z",
  );
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
