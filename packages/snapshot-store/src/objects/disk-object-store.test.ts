import { once as fromWorker } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { openDiskObjectStore } from "./disk-object-store.ts";
import { runObjectStoreContract } from "./testing/object-store-contract.ts";

async function openStore() {
  const folder = await mkdtemp(join(tmpdir(), "syncline-objects-"));
  return {
    folder,
    store: await openDiskObjectStore({ folder }),
    countUnfinished: async () => (await readdir(join(folder, ".incoming"))).length,
    remove: async () => rm(folder, { recursive: true }),
  };
}

runObjectStoreContract("disk", { open: openStore, largeBytes: 3_000_000 });

async function* once(text: string) {
  yield Buffer.from(text);
}

test("objects and folders are the owner's alone", async () => {
  const { folder, store, remove } = await openStore();
  await store.put({ key: "a/b/one", body: once("x"), ifAbsent: true });
  const modes = await Promise.all(
    ["a", "a/b", "a/b/one", ".incoming"].map(async (path) => (await stat(join(folder, path))).mode & 0o777),
  );
  expect(modes).toEqual([0o700, 0o700, 0o600, 0o700]);
  await remove();
});

test("removes what died writers left, and only that", async () => {
  const { folder, store, remove } = await openStore();
  await store.put({ key: "one", body: once("x"), ifAbsent: true });
  await writeFile(join(folder, ".incoming", "old.tmp"), "half");
  await writeFile(join(folder, ".incoming", "new.tmp"), "half");
  await utimes(join(folder, ".incoming", "old.tmp"), 1000, 1000);
  await utimes(join(folder, "one"), 1000, 1000);
  expect(await store.removeUnfinished(new Date(Date.now() - 60_000))).toBe(1);
  expect(await readdir(join(folder, ".incoming"))).toEqual(["new.tmp"]);
  expect(await store.head("one")).not.toBeNull();
  await remove();
});

test("links in the folder are neither listed nor followed", async () => {
  const { folder, store, remove } = await openStore();
  await writeFile(join(folder, "..", "syncline-outside"), "secret");
  await mkdir(join(folder, "a"));
  await symlink("../../syncline-outside", join(folder, "a", "link"));
  expect((await store.list({ prefix: "", limit: 5 })).items).toEqual([]);
  expect(await store.head("a/link")).toBeNull();
  const read = async () => {
    for await (const _ of store.get("a/link")) throw new Error("it was read");
  };
  await expect(read()).rejects.toMatchObject({ code: "file.not_found" });
  await rm(join(folder, "..", "syncline-outside"));
  await remove();
});

test("a folder that cannot be written says so", async () => {
  const { folder, store, remove } = await openStore();
  await rm(folder, { recursive: true });
  await expect(store.put({ key: "one", body: once("x"), ifAbsent: true })).rejects.toMatchObject({
    code: "file.not_found",
  });
  await writeFile(folder, "a file");
  await expect(openDiskObjectStore({ folder })).rejects.toMatchObject({ code: "file.io_failed" });
  await remove();
});

/** Another process that deletes, at its worst: it removes every folder that is empty at this moment. */
const REMOVE_EMPTY = `
  const { parentPort, workerData } = require("node:worker_threads");
  const { rmdirSync } = require("node:fs");
  let removed = 0;
  for (const end = Date.now() + 600; Date.now() < end; )
    for (const folder of workerData) try { rmdirSync(folder); removed += 1; } catch {}
  parentPort.postMessage(removed);
`;

test("objects find their folders while another process removes the empty ones", async () => {
  const { folder, store, remove } = await openStore();
  const key = "a/b/c/d/e/f/one";
  const folders = [6, 5, 4, 3, 2, 1].map((depth) => join(folder, ...key.split("/").slice(0, depth)));
  const worker = new Worker(REMOVE_EMPTY, { eval: true, workerData: folders });
  let removed = 0;
  const ended = fromWorker(worker, "message").then(([count]) => {
    removed = count;
  });
  while (removed === 0) {
    await store.put({ key, body: once("x"), ifAbsent: true });
    expect(await store.head(key)).toMatchObject({ sizeBytes: 1 });
    await store.delete(key);
  }
  await ended;
  expect(removed).toBeGreaterThan(20);
  await remove();
});
