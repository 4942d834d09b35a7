import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UploadSpool } from "./upload-spool.ts";

const LEFT = "0f8fad5b-d9cb-469f-a165-70867728950e.patch";
const HOUR_S = 3_600;

let folder: string;
let spool: UploadSpool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-spool-"));
  spool = new UploadSpool(folder);
});
afterEach(() => rm(folder, { recursive: true }));

async function* bytes() {
  yield Buffer.from("ab");
  yield Buffer.from("c");
}
const input = { bytes: bytes(), signal: new AbortController().signal, suffix: "patch" };

async function age(name: string): Promise<void> {
  const then = Date.now() / 1_000 - HOUR_S;
  await utimes(join(folder, name), then, then);
}

it("gives a body as a private file with its digest, and takes it away also after a failure", async () => {
  const used = spool.with({ ...input, bytes: bytes() }, async ({ path, digest }) => {
    expect(await readFile(path, "utf8")).toBe("abc");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(digest).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    throw new Error("no");
  });
  await expect(used).rejects.toThrow("no");
  expect(await readdir(folder)).toEqual([]);
});

it("removes what a process that was killed left, nothing young and nothing of others", async () => {
  const young = LEFT.replace("0f8f", "1f8f");
  for (const name of [LEFT, young, "notes.txt"]) await writeFile(join(folder, name), "");
  for (const name of [LEFT, "notes.txt"]) await age(name);
  expect(await spool.sweep()).toBe(1);
  expect((await readdir(folder)).sort()).toEqual([young, "notes.txt"].sort());
  await expect(new UploadSpool(join(folder, "nowhere")).sweep()).resolves.toBe(0);
});

it("keeps what it works on, however long, and shows that to others who share the folder", async () => {
  await spool.with({ ...input, bytes: bytes() }, async ({ path }) => {
    await age(path.slice(folder.length + 1));
    await spool.sweep();
    expect(await new UploadSpool(folder).sweep()).toBe(0);
    expect(await readFile(path, "utf8")).toBe("abc");
  });
});
