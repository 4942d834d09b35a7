const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds to add to an instant to get the wall clock of a zone, written as if it were UTC. */
export function zoneOffset(timeZone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  return wall - Math.floor(instant / 1000) * 1000;
}

function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn-hc-h23", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, made);
  return made;
}

/**
 * The instant at which a clock in the zone shows this wall time first. A wall time that the clock jumps over belongs to
 * the instant of the jump.
 */
export function firstInstant(timeZone: string, wall: number): number {
  const before = zoneOffset(timeZone, wall - DAY_MS);
  const after = zoneOffset(timeZone, wall + DAY_MS);
  const fits = [wall - before, wall - after].filter((at) => at + zoneOffset(timeZone, at) === wall);
  if (fits.length > 0) return Math.min(...fits);
  return offsetChange(timeZone, { from: wall - DAY_MS - before, to: wall + DAY_MS - after });
}

/** The first instant in a range whose offset is another than at its start. Offsets change at full seconds. */
export function offsetChange(
  timeZone: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const old = zoneOffset(timeZone, from);
  let [same, other] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (zoneOffset(timeZone, middle * 1000) === old) same = middle;
    else other = middle;
  }
  return other * 1000;
}
