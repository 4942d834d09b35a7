import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

const DATE = String.raw`(\d{4,7})-(\d\d)-(\d\d)`;
const TIME = String.raw`(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?`;
const OFFSET = String.raw`(Z|[+-]\d\d(?::\d\d(?::\d\d)?|\d\d)?)`;
const DATE_ONLY = new RegExp(`^${DATE}( BC)?$`);
const TIMESTAMP = new RegExp(`^${DATE}(?:[T ]${TIME} ?${OFFSET}?)?( BC)?$`);
const TIME_ONLY = new RegExp(`^${TIME}${OFFSET}?$`);

const INFINITE = new Set(["infinity", "-infinity"]);
const MAX_DATE_YEAR = 5_874_897;
const MAX_TIMESTAMP_YEAR = 294_276;
const MIN_YEAR = -4712; // 4713 BC, where Julian days begin

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** `2024-02-29`, `0044-03-15 BC`, `infinity`; no other spelling and no day that does not exist. */
export function dateLiteral(text: string): Accepted | Refused {
  if (INFINITE.has(text)) return accepted(text);
  const expected = 'a date such as "2024-02-29"';
  const [, year, month, day, bc] = DATE_ONLY.exec(text) ?? [];
  const found = readDay(year, month, day, bc);
  return found !== null && exists(found, MAX_DATE_YEAR) ? accepted(text) : refused(expected);
}

/**
 * `2024-02-29T13:45:00.123456` or only its date (midnight). With a zone, a missing offset means UTC; without one,
 * an offset is refused, because PostgreSQL would drop it silently. `precision`: digits after the second.
 */
export function timestampLiteral(
  text: string,
  options: { readonly zone: boolean; readonly precision: number },
): Accepted | Refused {
  if (INFINITE.has(text)) return accepted(text);
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", offset, bc] =
    TIMESTAMP.exec(text) ?? [];
  const found = readDay(year, month, day, bc);
  const valid = found !== null && exists(found, MAX_TIMESTAMP_YEAR) && isClock(hour, minute, second);
  const example = options.zone ? '"2024-02-29T13:45:00Z"' : '"2024-02-29 13:45:00", without an offset';
  if (!valid || (offset !== undefined && (!options.zone || !isOffset(offset))))
    return refused(`a timestamp such as ${example}`);
  if (significant(fraction) > options.precision)
    return refused(`at most ${options.precision} digits after the second`);
  const clock = `${hour}:${minute}:${second}${fraction === "" ? "" : `.${fraction}`}`;
  return accepted(`${year}-${month}-${day} ${clock}${options.zone ? (offset ?? "Z") : ""}${bc ?? ""}`);
}

/** `13:45:00.5`, up to `24:00:00`; with a zone the offset is required. */
export function timeLiteral(
  text: string,
  options: { readonly zone: boolean; readonly precision: number },
): Accepted | Refused {
  const [whole, hour = "", minute = "", second = "00", fraction = "", offset] = TIME_ONLY.exec(text) ?? [];
  const midnight = hour === "24" && minute === "00" && second === "00" && significant(fraction) === 0;
  const valid = whole !== undefined && (midnight || isClock(hour, minute, second));
  const offsetFits = options.zone ? offset !== undefined && isOffset(offset) : offset === undefined;
  if (!valid || !offsetFits)
    return refused(`a time such as ${options.zone ? '"13:45:00+02"' : '"13:45:00", without an offset'}`);
  return significant(fraction) > options.precision
    ? refused(`at most ${options.precision} digits after the second`)
    : accepted(text);
}

function readDay(year?: string, month?: string, day?: string, bc?: string): Day | null {
  if (year === undefined || Number(year) === 0) return null;
  return { year: bc === undefined ? Number(year) : 1 - Number(year), month: Number(month), day: Number(day) };
}

function exists({ year, month, day }: Day, maxYear: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || year > maxYear) return false;
  return year > MIN_YEAR || (year === MIN_YEAR && (month === 12 || (month === 11 && day >= 24)));
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isClock(hour: string, minute: string, second: string): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

/** PostgreSQL takes offsets below 16 hours. */
function isOffset(offset: string): boolean {
  if (offset === "Z") return true;
  const [hour = "", minute = "00", second = "00"] = offset.slice(1).replaceAll(":", "").match(/\d\d/g) ?? [];
  return Number(hour) < 16 && Number(minute) < 60 && Number(second) < 60;
}

function significant(fraction: string): number {
  return fraction.replace(/0+$/, "").length;
}
