import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_CHECKSUMS, type PatchOperation } from "@syncline/core";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { expect, test } from "vitest";
import { openResultStore } from "./open-result-store.ts";
import { numbers, ORDERS, orderChange, resultHeader } from "./testing/sample-results.ts";

/** A small file system of its own; null where this user cannot make one. */
function mountSmall(): string | null {
  const path = mkdtempSync(join(tmpdir(), "syncline-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

async function* changes(count: number, step: number): AsyncGenerator<readonly PatchOperation[]> {
  const next = numbers(5);
  for (let at = 0; at < count; at += 100)
    yield Array.from({ length: 100 }, (_, each) => orderChange(((at + each) * step) % 1_000_003, next));
}

test.each([
  ["cache", "in order", 1],
  ["cache", "shuffled", 7_919],
  ["objects", "in order", 1],
])("a full disk under %s (changes %s) is said, and nothing half is left", async (full, _, step) => {
  const disk = mountSmall();
  if (disk === null) return;
  const roomy = mkdtempSync(join(tmpdir(), "syncline-roomy-"));
  try {
    const place = (name: string) => join(full === name ? disk : roomy, name);
    const objectStore = await openDiskObjectStore({ folder: place("objects") });
    const store = await openResultStore({ objectStore, cacheFolder: place("cache") });
    const write = (name: string, count: number) =>
      store.writeResult({
        signal: new AbortController().signal,
        name,
        header: resultHeader([ORDERS]),
        operations: changes(count, step),
        end: async () => ({ complete: true, checksums: NO_CHECKSUMS }),
      });
    const small = await write("small.1", 200);
    await expect(write("large.1", 30_000)).rejects.toMatchObject({ code: "file.io_failed" });
    const left = (await objectStore.list({ prefix: "", limit: 9 })).items.map(({ key }) => key);
    expect(left).toEqual([small.indexKey, small.objectKey]);
    expect(readdirSync(join(place("cache"), "work"))).toEqual([]);
    expect(readdirSync(join(place("objects"), ".incoming"))).toEqual([]);
    const opened = await store.openResult(small.indexKey ?? "");
    expect(opened.total).toBe(200);
    opened.close();
    await write("small.2", 200);
    await store.close();
  } finally {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
    rmSync(roomy, { recursive: true });
  }
});
