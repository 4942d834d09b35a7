import { ERROR_CODES } from "@syncline/core";
import { describe, expect, it } from "vitest";
import { EXIT_CODES, exitCodeOf, formatExitCodes } from "./exit-codes.ts";

describe("exit codes", () => {
  it("are mapped for every error code, and never to success", () => {
    for (const code of ERROR_CODES) expect(exitCodeOf(code), code).toBeGreaterThan(1);
  });

  it("are distinct, ascending and all in --help", () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
    for (const code of codes) expect(formatExitCodes()).toMatch(new RegExp(`^ +${code}  `, "m"));
  });

  it("keep the numbers that scripts rely on", () => {
    expect(exitCodeOf("server.not_found")).toBe(10);
    expect(exitCodeOf("target.readonly")).toBe(7);
    expect(exitCodeOf("patch.conflicts")).toBe(6);
    expect(exitCodeOf("connection.refused")).toBe(5);
    expect(exitCodeOf("file.damaged")).toBe(9);
    expect(exitCodeOf("target.locked")).toBe(11);
    expect(exitCodeOf("interrupted")).toBe(130);
  });
});
