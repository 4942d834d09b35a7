import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type CleanableDump, planCleanup } from "./plan-cleanup.ts";

const dump = fc.record({
  job: fc.constantFrom("a", "b", "c"),
  name: fc.uuid(),
  at: fc.integer({ min: -100, max: 100 }).map((at) => new Date(1_000_000 + at)),
  bytes: fc.integer({ min: 0, max: 100 }),
  whole: fc.boolean(),
  read: fc.boolean(),
});
const limits = fc.record({
  maxAgeMs: fc.integer({ min: 0, max: 150 }),
  maxBytes: fc.integer({ min: 0, max: 1_000 }),
  minFreeBytes: fc.integer({ min: 0, max: 300 }),
});
const now = new Date(1_000_050);

it("keeps the newest whole dump of each job and what is read, and nothing that has to go", () => {
  fc.assert(
    fc.property(
      fc.array(dump, { maxLength: 20 }),
      limits,
      fc.integer({ min: 0, max: 300 }),
      (dumps, limits, freeBytes) => {
        const isRead = (name: string) => dumps.some((each) => each.name === name && each.read);
        const removed = planCleanup({ dumps, limits, now, freeBytes, isRead });
        const left = dumps.filter((each) => !removed.includes(each));
        for (const job of ["a", "b", "c"]) {
          const whole = dumps.filter((each) => each.job === job && each.whole);
          const newest = Math.max(...whole.map(({ at }) => at.getTime()));
          if (whole.length > 0)
            expect(left.some((each) => each.job === job && each.whole && each.at.getTime() === newest)).toBe(
              true,
            );
        }
        expect(removed.filter(({ read }) => read)).toEqual([]);
        const sum = (list: readonly CleanableDump[]) => list.reduce((all, { bytes }) => all + bytes, 0);
        const spare = left.filter((each) => !isKept(each, dumps));
        expect(spare.filter(({ at }) => now.getTime() - at.getTime() > limits.maxAgeMs)).toEqual([]);
        if (sum(left) > limits.maxBytes || freeBytes + sum(removed) < limits.minFreeBytes)
          expect(spare).toEqual([]);
      },
    ),
    { seed, numRuns: 500 },
  );
});

function isKept(
  each: CleanableDump & { read: boolean },
  dumps: readonly (CleanableDump & { read: boolean })[],
) {
  if (each.read) return true;
  const rivals = dumps.filter(({ job, whole }) => job === each.job && whole);
  return each.whole && rivals.every(({ at }) => at.getTime() <= each.at.getTime());
}

it("removes the oldest first, and no more than it has to", () => {
  const dumps = [3, 1, 2, 4].map((day) => ({
    job: "a",
    name: `${day}`,
    at: new Date(day),
    bytes: 10,
    whole: true,
  }));
  const input = { dumps, now: new Date(5), freeBytes: 100, isRead: () => false };
  const names = (limits: { maxBytes: number; minFreeBytes: number }) =>
    planCleanup({ ...input, limits: { maxAgeMs: 1_000, ...limits } }).map(({ name }) => name);
  expect(names({ maxBytes: 40, minFreeBytes: 100 })).toEqual([]);
  expect(names({ maxBytes: 25, minFreeBytes: 100 })).toEqual(["1", "2"]);
  expect(names({ maxBytes: 40, minFreeBytes: 105 })).toEqual(["1"]);
  expect(names({ maxBytes: 0, minFreeBytes: 0 })).toEqual(["1", "2", "3"]);
});
