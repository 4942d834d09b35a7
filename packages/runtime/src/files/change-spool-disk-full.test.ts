import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createChangeSpool } from "./change-spool.ts";

/** A small file system of its own; null where this user cannot make one. */
function mountSmall(): string | null {
  const path = mkdtempSync(join(tmpdir(), "syncline-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

it.each([
  ["at once", 0],
  ["when it spills", 500_000],
])("a full disk %s is said, and no file is left behind", (_, inMemory) => {
  const disk = mountSmall();
  if (disk === null) return;
  vi.stubEnv("TMPDIR", disk);
  try {
    const spool = createChangeSpool(inMemory);
    const value = "x".repeat(1000);
    const fill = () => {
      for (let at = 0; at < 60_000; at += 1) spool.put(0, `["${at}"]`, value);
    };
    expect(fill).toThrow(
      expect.objectContaining({ code: "file.io_failed", hint: expect.stringContaining("TMPDIR") }),
    );
    spool.close();
    spool.close();
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  }
});

it("a temporary folder that cannot be used is said as well", () => {
  vi.stubEnv("TMPDIR", "/nowhere/at/all");
  try {
    const spool = createChangeSpool(0);
    const put = () => {
      spool.put(0, "a", "long enough");
      spool.put(0, "b", "long enough");
    };
    expect(put).toThrow(expect.objectContaining({ code: "file.io_failed" }));
    spool.close();
  } finally {
    vi.unstubAllEnvs();
  }
});
