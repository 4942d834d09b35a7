import { InvalidArgumentError } from "commander";

/** Parsers of option values. Each refuses what it does not understand and says what it expects. */

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

/** `a,b` or repeated; blanks around names do not count. */
export function collectList(value: string, previous: readonly string[] = []): string[] {
  const names = value.split(",").map((name) => name.trim());
  if (names.some((name) => name === ""))
    throw new InvalidArgumentError("expected names separated by commas, like a,b");
  return [...previous, ...names];
}

export function parseCount(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("expected a whole number, like 1000");
  return Number(value);
}

export function parsePositiveCount(value: string): number {
  const count = parseCount(value);
  if (count === 0) throw new InvalidArgumentError("expected a number above 0");
  return count;
}

export function parsePercent(value: string): number {
  const digits = value.endsWith("%") ? value.slice(0, -1) : value;
  const percent = Number(digits);
  if (!/^\d+(\.\d+)?$/.test(digits) || percent > 100)
    throw new InvalidArgumentError("expected 0 to 100, like 5 or 0.5");
  return percent;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`; a bare number means seconds. */
export function parseDuration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value);
  if (match === null) throw new InvalidArgumentError("expected a duration, like 500ms, 30s or 5m");
  return Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? "s"] ?? 1000));
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** `name=value`, repeatable; the first `=` splits. */
export function collectAssignments(value: string, previous: readonly Assignment[] = []): Assignment[] {
  const at = value.indexOf("=");
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError("expected name=value");
  const name = value.slice(0, at).trim();
  if (previous.some((earlier) => earlier.name === name))
    throw new InvalidArgumentError(`"${name}" is given twice`);
  return [...previous, { name, value: value.slice(at + 1).trim() }];
}
