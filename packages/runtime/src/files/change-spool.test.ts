import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { createChangeSpool } from "./change-spool.ts";

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("syncline-merge-"));

describe.each([
  ["in memory", 1_000_000],
  ["on disk", 0],
  ["spilled in the middle", 40],
])("a spool %s", (_, inMemory) => {
  it("gives every value back once, and the rest as what is left", () => {
    const spool = createChangeSpool(inMemory);
    for (let at = 0; at < 50; at += 1) {
      spool.put(0, `["k${at}"]`, `value ${at}`);
      spool.put(1, `["k${at}"]`, "ünï€😀\u0001");
    }
    expect([spool.count(0), spool.count(1), spool.count(2)]).toEqual([50, 50, 0]);
    for (let at = 0; at < 49; at += 1) expect(spool.take(0, `["k${at}"]`)).toBe(`value ${at}`);
    expect(spool.take(0, '["k0"]')).toBeUndefined();
    expect(spool.take(2, '["k0"]')).toBeUndefined();
    expect([...spool.left(0)]).toEqual([{ key: '["k49"]', value: "value 49" }]);
    expect(spool.count(0)).toBe(1);
    expect(spool.take(1, '["k7"]')).toBe("ünï€😀\u0001");
    spool.close();
    spool.close();
  });
});

it("keeps memory flat with many changes, and leaves no file behind", { timeout: 60_000 }, () => {
  const before = folders();
  const spool = createChangeSpool(1024 * 1024);
  const value = "x".repeat(200);
  global.gc?.();
  const start = process.memoryUsage().heapUsed;
  for (let at = 0; at < 200_000; at += 1) spool.put(0, `["${at * 7919}"]`, value);
  const grown = process.memoryUsage().heapUsed - start;
  for (let at = 0; at < 200_000; at += 2) expect(spool.take(0, `["${at * 7919}"]`) === value).toBe(true);
  expect(spool.count(0)).toBe(100_000);
  let left = 0;
  for (const { key } of spool.left(0)) left += key.length > 0 ? 1 : 0;
  expect(left).toBe(100_000);
  expect(grown).toBeLessThan(64 * 1024 * 1024);
  spool.close();
  expect(folders()).toEqual(before);
});
