import { describe, expect, it } from "vitest";
import { compareValues, resolveField } from "./field-policy.ts";

const choice = { source: "a", target: "b", sourceNewer: null, type: "text" };

describe("resolveField", () => {
  it.each([
    ["source", choice, "source"],
    ["source", { ...choice, source: null }, "source"],
    ["target", choice, "target"],
    ["never", { ...choice, target: null, sourceNewer: true }, "target"],
    ["newest", { ...choice, sourceNewer: true }, "source"],
    ["newest", { ...choice, source: null, sourceNewer: true }, "source"],
    ["newest", { ...choice, sourceNewer: false }, "target"],
    ["newest", choice, "target"],
    ["coalesce", choice, "source"],
    ["coalesce", { ...choice, source: null }, "target"],
    ["max", { ...choice, source: "10", target: "9", type: "integer" }, "source"],
    ["min", { ...choice, source: "10", target: "9", type: "integer" }, "target"],
    ["max", { ...choice, source: null, target: "9", type: "integer" }, "target"],
    ["max", { ...choice, source: "9", target: null, type: "integer" }, "source"],
    ["min", { ...choice, source: null, target: "9", type: "integer" }, "target"],
    ["min", { ...choice, source: "9", target: null, type: "integer" }, "source"],
    ["max", { ...choice, source: "1.0", target: "1.00", type: "numeric" }, "target"],
    ["min", { ...choice, source: "1.0", target: "1.00", type: "numeric" }, "target"],
  ] as const)("%s of %o is the %s's", (policy, given, expected) => {
    expect(resolveField(policy, given)).toBe(expected);
  });
});

describe("compareValues", () => {
  it.each([
    ["9007199254740993", "9007199254740992", "bigint"],
    ["0.1000000000000000000000000000000000002", "0.1000000000000000000000000000000000001", "numeric(50,40)"],
    ["-1", "-2", "integer"],
    ["1e-7", "9e-8", "double precision"],
    ["NaN", "Infinity", "numeric"],
    ["Infinity", "99999999999999999999", "double precision"],
    ["0", "-Infinity", "real"],
    ["infinity", "9999-12-31 23:59:59+00", "timestamp with time zone"],
    ["0044-03-15 00:00:00 BC", "0100-01-01 00:00:00 BC", "timestamp without time zone"],
    ["0001-01-01", "-infinity", "date"],
    ["12345-01-01", "9999-12-31", "date"],
    ["2026-01-01 00:00:00.000001+00", "2026-01-01 00:00:00+00", "timestamp(6) with time zone"],
    ["2026-01-01 00:00:00+00", "2026-01-01 00:00:00+01", "timestamp with time zone"],
    ["1 mon", "29 days", "interval"],
    ["23:59:59.999999", "23:59:59", "time without time zone"],
    ["t", "f", "boolean"],
    ["\u{1F600}", "\uE000", "text"],
    ["ab", "a", "text"],
  ])("%s is above %s (%s)", (above, below, type) => {
    expect(compareValues(above, below, type)).toBeGreaterThan(0);
    expect(compareValues(below, above, type)).toBeLessThan(0);
    expect(compareValues(above, above, type)).toBe(0);
  });
});
