import { describe, expect, it } from "vitest";
import type { ColumnSpec } from "../schema/table-spec.ts";
import { parseTolerance } from "./tolerance.ts";

const column = (base: string): ColumnSpec => ({
  name: "c",
  type: { name: base, base, kind: "base", portable: true },
  notNull: false,
  generated: false,
  identity: null,
  hasDefault: false,
  nondeterministicCollation: null,
});

describe("a tolerance", () => {
  it.each([
    ["numeric", "0.1", "0.3", "0.2", true],
    ["numeric", "0.1", "0.30000000000000000001", "0.2", false],
    ["numeric", "0", "1.0", "1.00", true],
    ["numeric", "1", "NaN", "NaN", false],
    ["double precision", "1e-9", "1e-10", "5e-10", true],
    ["bigint", "1", "9007199254740993", "9007199254740992", true],
    ["bigint", "1", "-9007199254740993", "9007199254740992", false],
    ["money", "0.05", "$1,234.50", "$1,234.55", true],
    ["date", "1 day", "2024-02-28", "2024-02-29", true],
    ["date", "1 day", "0001-12-31 BC", "0001-01-01", true],
    ["timestamp with time zone", "1.5 s", "2024-01-01 00:00:00+00", "2023-12-31 23:59:58.5+00", true],
    ["timestamp with time zone", "1.5 s", "2024-01-01 00:00:00+00", "2023-12-31 23:59:58.499999+00", false],
    ["timestamp with time zone", "1 s", "infinity", "2024-01-01 00:00:00+00", false],
    ["time without time zone", "00:01:00", "10:00:00", "10:01:00", true],
    ["interval", "2 hours", "1 day 02:00:00", "1 day", true],
    ["interval", "1 day", "1 mon", "29 days", true],
    ["interval", "1 s", "-00:00:01", "00:00:00.000001", false],
  ])("of %s, %s, between %s and %s: %s", (type, limit, a, b, accepted) => {
    expect(parseTolerance(column(type), limit).accepts(a, b)).toBe(accepted);
    expect(parseTolerance(column(type), limit).accepts(b, a)).toBe(accepted);
  });

  it.each([
    ["numeric", "-1"],
    ["numeric", "1 second"],
    ["interval", "1 month"],
    ["date", "soon"],
    ["text", "1"],
  ])("for %s cannot be %s", (type, limit) => {
    expect(() => parseTolerance(column(type), limit)).toThrow(
      expect.objectContaining({ code: "usage.invalid" }),
    );
  });
});
