import { expect, it } from "vitest";
import { exportPath } from "./export-path.ts";

it("carries the whole filter", () => {
  const path = exportPath(
    "p/1",
    { kind: ["insert", "delete"], text: "a&b=ü", value: ['{"column":"x"}'] },
    "csv",
  );
  const url = new URL(path, "http://x");
  expect(url.pathname).toBe("/api/v1/patches/p%2F1/changes/export");
  expect([...url.searchParams]).toEqual([
    ["format", "csv"],
    ["kind", "insert"],
    ["kind", "delete"],
    ["text", "a&b=ü"],
    ["value", '{"column":"x"}'],
  ]);
});
