import type { Schedule } from "@syncline/api";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  ms: ["millisecond", "milliseconds"],
  s: ["second", "seconds"],
  m: ["minute", "minutes"],
  h: ["hour", "hours"],
  d: ["day", "days"],
};

/** "every 5 minutes", "every day at 02:30, Europe/Berlin", "when office sends “rows_changed”". */
export function scheduleWords(schedule: Schedule | undefined): string {
  if (schedule === undefined) return "by hand";
  if ("every" in schedule) return `every ${durationWords(schedule.every, { one: false })}`;
  if ("listen" in schedule) return `when ${schedule.listen.server} sends “${schedule.listen.channel}”`;
  const zone = schedule.timeZone === "UTC" ? "UTC" : schedule.timeZone;
  const words = cronWords(schedule.cron);
  return words === null ? `by cron “${schedule.cron}”, ${zone}` : `${words}, ${zone}`;
}

/** What becomes of times that passed while nothing could run. */
export function missedWords(missed: "skip" | "once" | "all"): string {
  if (missed === "skip") return "Times that were missed are left out.";
  if (missed === "once") return "Times that were missed are made up for by one run.";
  return "Each time that was missed is made up for, up to 100.";
}

/** "5 minutes"; with `one: false` a single unit without its number: "hour". */
export function durationWords(text: string, { one = true }: { readonly one?: boolean } = {}): string {
  const [, digits = "", unit = ""] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const words = UNITS[unit];
  if (words === undefined) return text;
  const count = Number(digits);
  if (count === 1) return one ? `1 ${words[0]}` : words[0];
  return `${count.toLocaleString("en-US")} ${words[1]}`;
}

/** Null: it is said by no plain sentence. */
export function cronWords(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields.map((field, at) => readField(field, at));
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek) return null;
  const time = timeWords(minute, hour);
  const day = dayWords({ dayOfMonth, month, dayOfWeek });
  if (time === null || day === null) return null;
  if (time.startsWith("every")) return day === "every day" ? time : `${time}, ${day}`;
  return `${day} ${time}`;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}
type Field =
  | { readonly kind: "any" }
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "last" }
  | { readonly kind: "list"; readonly ranges: readonly Range[] };

const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const NAMES: readonly (readonly string[])[] = [[], [], [], ["", ...MONTHS.map(short)], DAYS.map(short)];

function short(name: string): string {
  return name.slice(0, 3).toUpperCase();
}

function readField(field: string, at: number): Field | null {
  if (field === "*" || (field === "?" && (at === 2 || at === 4))) return { kind: "any" };
  if (field === "L" && at === 2) return { kind: "last" };
  const step = /^\*\/(\d+)$/.exec(field)?.[1];
  if (step !== undefined) return Number(step) === 1 ? { kind: "any" } : { kind: "step", step: Number(step) };
  const ranges = field.split(",").map((part) => readRange(part, at));
  return ranges.includes(null) ? null : { kind: "list", ranges: ranges as readonly Range[] };
}

function readRange(part: string, at: number): Range | null {
  const [, first = "", last, step] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const from = numberOf(first, at);
  const to = last === undefined ? from : numberOf(last, at);
  // `5/15` begins at 5 and has no end of its own.
  if (from === null || to === null || from > to || (step !== undefined && last === undefined)) return null;
  return { from, to, step: step === undefined ? 1 : Number(step) };
}

function numberOf(text: string, at: number): number | null {
  const named = NAMES[at]?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  const [least, most] = BOUNDS[at] ?? [0, 0];
  return value >= least && value <= most ? value : null;
}

const two = (value: number) => String(value).padStart(2, "0");

function timeWords(minute: Field, hour: Field): string | null {
  const minutes = numbersOf(minute);
  const hours = numbersOf(hour);
  if (minutes !== null && hours !== null && minutes.length * hours.length <= 4)
    return `at ${listed(hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`)))}`;
  if (hour.kind === "step" && minutes?.length === 1)
    return `every ${hour.step} hours from 00:${two(minutes[0] ?? 0)}`;
  const often = minuteWords(minute);
  const when = hourWords(hour);
  if (often === null || when === null) return null;
  return when === "" ? often : `${often} ${when}`;
}

function minuteWords(minute: Field): string | null {
  if (minute.kind === "any") return "every minute";
  if (minute.kind === "step")
    return 60 % minute.step === 0
      ? `every ${minute.step} minutes`
      : `every ${minute.step} minutes from the full hour`;
  const minutes = numbersOf(minute);
  if (minutes === null) return null;
  if (minutes.length === 1 && minutes[0] === 0) return "every hour";
  return `every hour at minute ${listed(minutes.map(String))}`;
}

function hourWords(hour: Field): string | null {
  if (hour.kind === "any") return "";
  if (hour.kind === "step") return `in every ${ordinal(hour.step)} hour from 00:00`;
  if (hour.kind !== "list") return null;
  return `within ${listed(
    hour.ranges.map(({ from, to, step }) =>
      step === 1
        ? `${two(from)}:00–${two(to)}:59`
        : `every ${ordinal(step)} hour of ${two(from)}:00–${two(to)}:59`,
    ),
  )}`;
}

interface DayFields {
  readonly dayOfMonth: Field;
  readonly month: Field;
  readonly dayOfWeek: Field;
}

function dayWords({ dayOfMonth, month, dayOfWeek }: DayFields): string | null {
  const inMonths = month.kind === "any" ? "" : month.kind === "step" ? null : monthNames(month);
  if (inMonths === null) return null;
  const weekdays = dayOfWeek.kind === "any" ? "" : weekdayNames(dayOfWeek);
  const days = dayOfMonth.kind === "any" ? "" : monthDays(dayOfMonth);
  if (weekdays === null || days === null) return null;
  const months = inMonths === "" ? "" : ` in ${inMonths}`;
  if (days === "" && weekdays === "") return months === "" ? "every day" : `every day${months}`;
  if (days === "") return `${weekdays}${months}`;
  const ofMonth = `on ${days}${inMonths === "" ? " of the month" : ` of ${inMonths}`}`;
  // Where both are limited, either is enough.
  return weekdays === "" ? ofMonth : `${ofMonth}, and ${weekdays}`;
}

function monthDays(field: Field): string | null {
  if (field.kind === "last") return "the last day";
  if (field.kind === "step") return `every ${ordinal(field.step)} day from day 1`;
  if (field.kind !== "list") return null;
  if (field.ranges.some(({ step }) => step !== 1)) return null;
  return `day ${listed(field.ranges.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)))}`;
}

function weekdayNames(field: Field): string | null {
  if (field.kind !== "list" || field.ranges.some(({ step }) => step !== 1)) return null;
  const [only] = field.ranges;
  if (field.ranges.length === 1 && only?.from === 1 && only.to === 5) return "Monday to Friday";
  const name = (day: number) => DAYS[day % 7] ?? "";
  const words = field.ranges.map(({ from, to }) =>
    from === to ? `every ${name(from)}` : `${name(from)} to ${name(to)}`,
  );
  return listed(words.map((word, at) => (at > 0 ? word.replace("every ", "") : word)));
}

function monthNames(field: Field): string | null {
  if (field.kind !== "list" || field.ranges.some(({ step }) => step !== 1)) return null;
  const name = (month: number) => MONTHS[month - 1] ?? "";
  return listed(
    field.ranges.map(({ from, to }) => (from === to ? name(from) : `${name(from)} to ${name(to)}`)),
  );
}

/** Null: too many to be listed. */
function numbersOf(field: Field): readonly number[] | null {
  if (field.kind !== "list") return null;
  const all = field.ranges.flatMap(({ from, to, step }) =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step),
  );
  return all.length > 12 ? null : [...new Set(all)].sort((a, b) => a - b);
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function ordinal(count: number): string {
  if (count % 10 === 1 && count % 100 !== 11) return `${count}st`;
  if (count % 10 === 2 && count % 100 !== 12) return count === 2 ? "second" : `${count}nd`;
  return count % 10 === 3 && count % 100 !== 13 ? (count === 3 ? "third" : `${count}rd`) : `${count}th`;
}
