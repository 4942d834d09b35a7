import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localPatchFiles as files } from "./patch-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const BLOCK = Buffer.from("0123456789abcdef".repeat(4096));

async function write(path: string, blocks: number, overwrite = false): Promise<void> {
  const sink = await files.create(path, { overwrite });
  try {
    for (let index = 0; index < blocks; index += 1) await sink.write(BLOCK);
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

async function read(path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await files.open(path)).open()) parts.push(part);
  return Buffer.concat(parts);
}

describe("patch files on disk", () => {
  it("writes plain, gzip and zstd by suffix and reads them by content", async () => {
    for (const name of ["a.patch", "a.patch.gz", "a.patch.zst"]) {
      await write(at(name), 8);
      const renamed = at(`renamed-${name.replace(/\W/g, "")}`);
      await writeFile(renamed, await readFile(at(name)));
      expect((await read(renamed)).length).toBe(8 * BLOCK.length);
    }
    expect(gunzipSync(await readFile(at("a.patch.gz"))).length).toBe(8 * BLOCK.length);
    expect(zstdDecompressSync(await readFile(at("a.patch.zst"))).length).toBe(8 * BLOCK.length);
  });

  it("reads one source several times, also when left early", async () => {
    await write(at("a.gz"), 30);
    const source = await files.open(at("a.gz"));
    for await (const _ of source.open()) break;
    expect((await read(at("a.gz"))).length).toBe(30 * BLOCK.length);
  });

  it("shows nothing under the name before the end, and nothing at all after a failure", async () => {
    const sink = await files.create(at("a"), { overwrite: false });
    await sink.write(BLOCK);
    await expect(readFile(at("a"))).rejects.toThrow();
    await sink.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it("refuses an existing file, also one that came meanwhile", async () => {
    const sink = await files.create(at("a"), { overwrite: false });
    await sink.write(BLOCK);
    await writeFile(at("a"), "theirs");
    await expect(sink.commit()).rejects.toMatchObject({ code: "file.exists" });
    await sink.discard();
    await expect(files.create(at("a"), { overwrite: false })).rejects.toMatchObject({ code: "file.exists" });
    expect(await readFile(at("a"), "utf8")).toBe("theirs");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("replaces a file only when asked, through a link too", async () => {
    await writeFile(at("a"), "old");
    await symlink(at("a"), at("link"));
    await write(at("link"), 1, true);
    expect((await readFile(at("a"))).length).toBe(BLOCK.length);
    expect((await readdir(folder)).sort()).toEqual(["a", "link"]);
  });

  it("says so when a link leads nowhere", async () => {
    await symlink(at("nowhere"), at("dangling"));
    await expect(write(at("dangling"), 1, true)).rejects.toMatchObject({
      code: "file.exists",
      message: expect.stringContaining("leads nowhere"),
    });
    await rm(at("dangling"));
  });

  it("reports a full disk and leaves it as it was", async () => {
    for (const name of ["full", "full.gz"]) {
      await symlink("/dev/full", at(name));
      await expect(write(at(name), 40)).rejects.toMatchObject({ code: "file.io_failed" });
    }
    expect(await readdir(folder)).toHaveLength(2);
  });

  it("says what is wrong with a path", async () => {
    await expect(files.open(at("none"))).rejects.toMatchObject({ code: "file.not_found" });
    await expect(files.open(folder)).rejects.toMatchObject({ code: "file.unsupported" });
    await expect(files.create(at("no/such/a"), { overwrite: false })).rejects.toMatchObject({
      code: "file.not_found",
    });
    await expect(files.create(folder, { overwrite: true })).rejects.toMatchObject({ code: "file.exists" });
    await expect(files.create(at("a.age"), { overwrite: false })).rejects.toMatchObject({
      code: "encryption.required",
    });
    await writeFile(at("b"), "age-encryption.org/v1\n");
    await expect(files.open(at("b"))).rejects.toMatchObject({ code: "encryption.wrong_key" });
  });

  it("finds compressed data that is cut or damaged", async () => {
    for (const name of ["a.gz", "a.zst"]) {
      await write(at(name), 3);
      const bytes = await readFile(at(name));
      await writeFile(at(name), bytes.subarray(0, bytes.length - 9));
      await expect(read(at(name)), name).rejects.toMatchObject({ code: "file.damaged" });
      bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0xff;
      await writeFile(at(name), bytes);
      const damaged = await read(at(name)).then(
        (content) => content.length !== 3 * BLOCK.length,
        (error: { code: string }) => error.code === "file.damaged",
      );
      expect(damaged, name).toBe(true);
    }
  });

  it("keeps a scratch file until it is removed", async () => {
    const scratch = await files.scratch(at("a"));
    await scratch.write(BLOCK);
    let length = 0;
    for await (const part of scratch.open()) length += part.length;
    expect(length).toBe(BLOCK.length);
    await scratch.remove();
    expect(await readdir(folder)).toEqual([]);
  });
});
