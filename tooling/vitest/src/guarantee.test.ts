import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GUARANTEE_SCALE, GUARANTEE_SEED } from "./guarantee-environment.ts";

beforeEach(() => void vi.resetModules());
afterEach(() => void vi.unstubAllEnvs());

async function load(environment: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return import("./guarantee.ts");
}

it.each([
  ["0.05", 200, 10],
  ["0.05", 201, 11],
  ["0.05", 1, 1],
  ["1", 200, 200],
])("scale %s of %i is %i", async (scale, count, expected) => {
  const { scaled } = await load({ [GUARANTEE_SCALE]: scale });
  expect(scaled(count)).toBe(expected);
});

it("takes the seed of the run, and has one without", async () => {
  expect((await load({ [GUARANTEE_SEED]: "99" })).seed).toBe(99);
  vi.resetModules();
  expect((await load({ [GUARANTEE_SEED]: undefined })).seed).toBeGreaterThan(0);
});

it("refuses a seed that is no number", async () => {
  await expect(load({ [GUARANTEE_SEED]: "abc" })).rejects.toThrow("SYNCLINE_SEED must be a number");
});
