const DAY_MICROS = 86_400_000_000n;
const INSTANT =
  /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/** Microseconds of a date or timestamp in ISO output, or null for `infinity` and the like. */
export function instantMicros(text: string): bigint | null {
  const found = INSTANT.exec(text);
  if (found === null) return null;
  const [
    ,
    year = "0",
    month,
    day,
    hour,
    minute,
    second,
    fraction,
    sign,
    zoneHour,
    zoneMinute,
    zoneSecond,
    bc,
  ] = found;
  const days = daysFromCivil(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const time = clockMicros(hour, minute, second, fraction);
  const zone = clockMicros(zoneHour, zoneMinute, zoneSecond, undefined);
  return BigInt(days) * DAY_MICROS + time - (sign === "-" ? -zone : zone);
}

export function timeMicros(text: string): bigint | null {
  const found = TIME.exec(text);
  return found === null ? null : clockMicros(found[1], found[2], found[3], found[4]);
}

function clockMicros(hour = "0", minute = "0", second = "0", fraction = ""): bigint {
  const seconds = BigInt(hour) * 3600n + BigInt(minute) * 60n + BigInt(second);
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible low-level date algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

const UNIT_MICROS: readonly (readonly [RegExp, bigint])[] = [
  [/^(?:us|µs|usec|microseconds?)$/, 1n],
  [/^(?:ms|msec|milliseconds?)$/, 1_000n],
  [/^(?:s|secs?|seconds?)$/, 1_000_000n],
  [/^(?:m|mins?|minutes?)$/, 60_000_000n],
  [/^(?:h|hrs?|hours?)$/, 3_600_000_000n],
  [/^(?:d|days?)$/, DAY_MICROS],
  [/^(?:w|weeks?)$/, 7n * DAY_MICROS],
];

/** `1.5 seconds`, `2 h 30 min`, `00:00:01.5`; a bare number is seconds. Null when it is none, or has months. */
export function spanMicros(text: string): bigint | null {
  const clock = /^(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text.trim());
  if (clock !== null) return clockMicros(clock[1], clock[2], clock[3], clock[4]);
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-zµ]*)\s*/gi)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text.trim()) return null;
  let total = 0n;
  for (const [, number = "0", unit = ""] of parts) {
    const size =
      unit === "" ? 1_000_000n : UNIT_MICROS.find(([names]) => names.test(unit.toLowerCase()))?.[1];
    if (size === undefined) return null;
    const [whole = "0", fraction = ""] = number.split(".");
    total +=
      BigInt(whole) * size +
      (BigInt(fraction === "" ? "0" : fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return total;
}

const INTERVAL_PART = /([+-]?\d+) (year|mon|day)s?/g;
const INTERVAL_TIME = /([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/** Microseconds of an interval's output, months as 30 days as its own comparison has it. */
export function intervalMicros(text: string): bigint | null {
  const parts = [...text.matchAll(INTERVAL_PART)];
  const time = INTERVAL_TIME.exec(text);
  if (parts.length === 0 && time === null) return null;
  const days: Readonly<Record<string, bigint>> = { year: 360n, mon: 30n, day: 1n };
  let total = 0n;
  for (const [, number = "0", unit = ""] of parts) total += BigInt(number) * (days[unit] ?? 0n) * DAY_MICROS;
  if (time === null) return total;
  const clock = clockMicros(time[2], time[3], time[4], time[5]);
  return total + (time[1] === "-" ? -clock : clock);
}
