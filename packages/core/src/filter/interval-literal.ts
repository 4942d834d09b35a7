import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

const ISO =
  /^P(?!$)(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?!$)(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)(?:\.(\d{1,6}))?S)?)?$/;
const POSTGRES =
  /^(?=.)(?:([+-]?\d+) years?(?: |$))?(?:([+-]?\d+) mons?(?: |$))?(?:([+-]?\d+) days?(?: |$))?(?:([+-]?)(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/;
const MAX_INT4 = 2n ** 31n - 1n;
const MAX_INT8 = 2n ** 63n - 1n;

/** `P1Y2M3DT4H5M6.7S`, or the server's `1 year 2 mons 3 days 04:05:06.7`. Written as ISO 8601, which no session setting changes. */
export function intervalLiteral(text: string, precision: number): Accepted | Refused {
  const parts = readIso(text) ?? readPostgres(text);
  if (parts === null) return refused('an interval such as "P1DT2H" or "1 day 02:00:00"');
  const { months, days, microseconds } = parts;
  if (abs(months) > MAX_INT4 || abs(days) > MAX_INT4 || abs(microseconds) > MAX_INT8)
    return refused("an interval within its type's range");
  if (microseconds % 10n ** BigInt(6 - precision) !== 0n)
    return refused(`at most ${precision} digits after the second`);
  return accepted(`P${months}M${days}DT${writeSeconds(microseconds)}S`);
}

interface Parts {
  readonly months: bigint;
  readonly days: bigint;
  readonly microseconds: bigint;
}

function readIso(text: string): Parts | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, years, months, weeks, days, hours, minutes, seconds = "0", fraction = ""] = match;
  const part = BigInt(fraction.padEnd(6, "0")) * (seconds.startsWith("-") ? -1n : 1n);
  const clock = (whole(hours) * 60n + whole(minutes)) * 60n + whole(seconds);
  return {
    months: whole(years) * 12n + whole(months),
    days: whole(weeks) * 7n + whole(days),
    microseconds: clock * 1_000_000n + part,
  };
}

function readPostgres(text: string): Parts | null {
  const match = POSTGRES.exec(text);
  if (match === null || text.endsWith(" ")) return null;
  const [, years, months, days, sign, hours, minutes = "0", seconds = "0", fraction = ""] = match;
  if (Number(minutes) > 59 || Number(seconds) > 59) return null;
  const clock =
    ((whole(hours) * 60n + whole(minutes)) * 60n + whole(seconds)) * 1_000_000n +
    BigInt(fraction.padEnd(6, "0"));
  return {
    months: whole(years) * 12n + whole(months),
    days: whole(days),
    microseconds: sign === "-" ? -clock : clock,
  };
}

function whole(text: string | undefined): bigint {
  return BigInt((text ?? "0").replace(/^\+/, ""));
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function writeSeconds(microseconds: bigint): string {
  const magnitude = abs(microseconds);
  const fraction = (magnitude % 1_000_000n).toString().padStart(6, "0");
  return `${microseconds < 0n ? "-" : ""}${magnitude / 1_000_000n}.${fraction}`;
}
