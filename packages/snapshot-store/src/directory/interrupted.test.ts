import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileTable } from "@syncline/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDirectoryWriter } from "./directory-writer.ts";
import { READY_FOLDER } from "./finish-replacement.ts";
import { openDirectory } from "./open-directory.ts";

const table = (name: string): FileTable => ({
  name,
  columns: [{ name: "a", type: "text" }],
  key: [],
  fingerprint: null,
});
const signal = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-interrupted-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, tables: Readonly<Record<string, readonly string[]>>, overwrite = false) {
  const names = Object.keys(tables);
  const writer = await createDirectoryWriter({
    path,
    overwrite,
    tables: names,
    header: {
      format: "ndjson",
      createdAt: "2026-01-01T00:00:00Z",
      source: { locator: "dev:public:*", version: null },
      scope: null,
      definitions: null,
    },
  });
  try {
    for (const [name, values] of Object.entries(tables)) {
      const file = await writer.table(table(name));
      for (let at = 0; at < values.length; at += 100)
        await file.rows(values.slice(at, at + 100).map((value) => [value]));
      await file.end();
    }
    await writer.commit();
  } finally {
    await writer.discard();
  }
}

async function read(path: string): Promise<Record<string, (string | null | undefined)[]>> {
  const files = await openDirectory(path);
  const all: Record<string, (string | null | undefined)[]> = {};
  for (const { name } of files.tables) {
    all[name] = [];
    for await (const batch of files.rows(name, signal))
      all[name].push(...batch.map(({ values }) => values[0]));
  }
  return all;
}

const OLD = { a: ["old"], b: ["old"], c: ["old"] };
const NEW = { a: ["new"], b: ["new", "more"], d: ["new"] };

describe("a replacement that was interrupted", () => {
  it("is the old directory before everything is written, and the new one from then on, wherever it stopped", async () => {
    const [old, fresh] = [join(folder, "old"), join(folder, "fresh")];
    await write(old, OLD);
    await write(fresh, NEW);
    const files = (await readdir(fresh)).filter((name) => name !== "manifest.json");
    for (let moved = 0; moved <= files.length; moved += 1) {
      for (const removed of moved === files.length ? [false, true] : [false]) {
        const place = join(folder, `place-${moved}-${removed}`);
        await cp(old, place, { recursive: true });
        await cp(fresh, join(place, READY_FOLDER), { recursive: true });
        for (const name of files.slice(0, moved))
          await rename(join(place, READY_FOLDER, name), join(place, name));
        if (removed) await rm(join(place, "c.ndjson"));
        await writeFile(join(place, "mine.txt"), "mine");
        expect(await read(place)).toEqual(NEW);
        expect(await readdir(place)).toEqual([
          "a.ndjson",
          "b.ndjson",
          "d.ndjson",
          "manifest.json",
          "mine.txt",
        ]);
      }
    }
  });

  it("leaves the old directory when it stops while rows are written", async () => {
    const place = join(folder, "place");
    await write(place, OLD);
    await mkdir(join(place, ".syncline-staging-0"));
    await writeFile(join(place, ".syncline-staging-0", "a.ndjson"), '{"a":"half');
    expect(await read(place)).toEqual(OLD);
    await write(place, NEW, true);
    expect(await read(place)).toEqual(NEW);
  });
});

describe("a directory that is not what it seems", () => {
  it("never leads out of itself", async () => {
    const place = join(folder, "place");
    await write(place, OLD);
    await writeFile(join(folder, "secret"), '{"a":"secret"}\n');
    const manifest = await readFile(join(place, "manifest.json"), "utf8");
    for (const name of [
      "../secret",
      "..",
      ".",
      "/etc/passwd",
      "a/b",
      "a\\\\b",
      "c:x",
      "manifest.json",
      "MANIFEST.JSON",
      ".hidden",
      "",
      "\\u0000",
    ]) {
      await writeFile(join(place, "manifest.json"), manifest.replace('"a.ndjson"', `"${name}"`));
      await expect(read(place), name).rejects.toMatchObject({ code: "file.damaged" });
      await expect(write(place, NEW, true)).rejects.toMatchObject({ code: "file.exists" });
    }
    await writeFile(join(place, "manifest.json"), manifest);
    await rm(join(place, "a.ndjson"));
    await expect(read(place)).rejects.toMatchObject({
      code: "file.damaged",
      message: expect.stringContaining("is not there"),
    });
    await symlink(join(folder, "secret"), join(place, "a.ndjson"));
    await expect(read(place)).rejects.toMatchObject({
      code: "file.damaged",
      message: expect.stringContaining("not a regular file"),
    });
  });

  it("is refused for what its manifest says wrong, with what it is", async () => {
    const place = join(folder, "place");
    await write(place, OLD);
    const manifest = await readFile(join(place, "manifest.json"), "utf8");
    for (const [from, to, code] of [
      ['"version": 1', '"version": 2', "file.unsupported"],
      ['"syncline-directory"', '"syncline-export"', "file.damaged"],
      ['"ndjson"', '"xml"', "file.damaged"],
      ['"name": "a"', '"name": "b"', "file.damaged"],
      ['"name": "a"', '"name": "a b"', "file.damaged"],
      ['["a", "text"]', '["a", "text"], ["a", "text"]', "file.damaged"],
      ['["a", "text"]', '["a"]', "file.damaged"],
      ['"key": []', '"key": ["x"]', "file.damaged"],
      ['"rows": 1', '"rows": -1', "file.damaged"],
      ['"rows": 1', '"rows": 7', "file.damaged"],
      ['"version": 1', '"version": 1, "version": 1', "file.damaged"],
      ['"version": 1', '"version": 1, "more": 1', "file.damaged"],
    ] as const) {
      expect(manifest).toContain(from);
      await writeFile(join(place, "manifest.json"), manifest.replace(from, to));
      await expect(read(place), to).rejects.toMatchObject({ code });
    }
    await expect(openDirectory(join(folder, "none"))).rejects.toMatchObject({ code: "file.not_found" });
  });
});

/** A small file system of its own; null where this user cannot make one. */
function mountSmall(path: string): string | null {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    return null;
  }
}

describe("a full disk", () => {
  it("fails with file.io_failed and leaves the old directory as it was", async ({ skip }) => {
    const disk = join(folder, "disk");
    await mkdir(disk);
    if (mountSmall(disk) === null) return skip("no small file system can be made here");
    try {
      const place = join(disk, "place");
      await write(place, OLD);
      const many = Array.from({ length: 4000 }, (_, index) => `${index}`.padEnd(1000, "x"));
      await expect(write(place, { a: many }, true)).rejects.toMatchObject({ code: "file.io_failed" });
      await expect(write(join(disk, "second"), { a: many })).rejects.toMatchObject({
        code: "file.io_failed",
      });
      expect(await readdir(disk)).toEqual(["place"]);
      expect(await readdir(place)).toEqual(["a.ndjson", "b.ndjson", "c.ndjson", "manifest.json"]);
      expect(await read(place)).toEqual(OLD);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});
