import { describe, expect, it } from "vitest";
import { EMPTY_CONFIG } from "./config.ts";
import { effectiveLimits } from "./limit-settings.ts";
import { withEnvironmentLimits } from "./limits-from-environment.ts";
import { limitsSchema } from "./limits-schema.ts";

const limits = (set: object) => limitsSchema.parse(set);
const leaves = (value: object, path = ""): string[] =>
  Object.entries(value).flatMap(([key, each]) =>
    typeof each === "object" && each !== null ? leaves(each, `${path}${key}.`) : [`${path}${key}`],
  );

describe("effective limits", () => {
  const defaults = limits({});

  it("are all that a config can set, each by the variable that really sets it", () => {
    const found = effectiveLimits({ now: defaults, atStart: defaults, environment: {} });
    expect(found.map(({ key }) => key).sort()).toEqual(leaves(defaults).sort());
    for (const { key, variable, unit, value } of found) {
      const text = { count: "3", bytes: "3MB", milliseconds: "3h" }[unit];
      const environment = { [variable]: text };
      const now = withEnvironmentLimits(EMPTY_CONFIG, environment).limits;
      const after = effectiveLimits({ now, atStart: now, environment }).find((each) => each.key === key);
      expect(after, variable).toMatchObject({
        value: { count: 3, bytes: 3_000_000, milliseconds: 10_800_000 }[unit],
        origin: "environment",
      });
      expect(after?.value, variable).not.toBe(value);
    }
  });

  it("tell what a config changed, and what waits for a restart", () => {
    const now = limits({ workUnits: 8, results: { maxAge: "30d" } });
    const found = effectiveLimits({ now, atStart: defaults, environment: {} });
    const of = (key: string) => found.find((each) => each.key === key);
    expect(of("workUnits")).toMatchObject({ value: 2, afterRestart: 8, origin: "config" });
    expect(of("results.maxAge")).toMatchObject({ value: 30 * 86_400_000, afterRestart: null });
    expect(of("perServer")).toMatchObject({ value: 4, afterRestart: null, origin: "default" });
  });
});
