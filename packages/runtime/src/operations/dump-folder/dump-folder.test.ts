import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NOTHING_MOVED } from "../copy/load-summary.ts";
import { DumpFolder } from "./dump-folder.ts";
import type { DumpLimits } from "./plan-cleanup.ts";

const WIDE: DumpLimits = { maxAgeMs: 1e12, maxBytes: 1e12, minFreeBytes: 0 };
const DAY = 86_400_000;
const NOON = new Date("2026-01-31T12:00:00Z");

let base: string;
let path: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "syncline-dumps-"));
  path = join(base, "dumps");
});
afterEach(() => rm(base, { recursive: true, force: true }));

const open = (limits: Partial<DumpLimits> = {}, now = NOON) =>
  DumpFolder.open({ path, limits: { ...WIDE, ...limits }, now: () => now });

interface Written {
  readonly job?: string;
  readonly at?: Date;
  readonly text?: string;
  readonly applicationId?: string;
}

async function write(
  folder: DumpFolder,
  file: string,
  { job = "j", at = NOON, text = "rows", applicationId = "unit" }: Written = {},
) {
  const dump = await folder.begin({ job, file, at });
  try {
    await writeFile(dump.place.path, text);
    return await dump.commit({ job, at, applicationId, report: { ...NOTHING_MOVED, bytes: text.length } });
  } finally {
    await dump.discard();
  }
}

/** Names that people see. */
const visible = async () =>
  (await readdir(path, { recursive: true })).filter((name) => !name.startsWith(".syncline")).sort();
const leftOver = () => readdir(join(path, ".syncline", "partial"));

describe("writing", () => {
  it("appears under its name when it is whole, and not before", async () => {
    const folder = await open();
    const dump = await folder.begin({ job: "j", file: "n/{time}.ndjson", at: NOON });
    expect(dump.place.label).toBe("n/2026-01-31T12-00-00.000Z.ndjson");
    await writeFile(dump.place.path, "rows");
    expect(await visible()).toEqual([]);
    await dump.commit({ job: "j", at: NOON, applicationId: null, report: NOTHING_MOVED });
    await dump.discard();
    expect(await visible()).toEqual(["n", "n/2026-01-31T12-00-00.000Z.ndjson"]);
    expect(await leftOver()).toEqual([]);
    expect(await folder.list()).toMatchObject([{ job: "j", bytes: 4, at: NOON }]);
  });

  it("leaves nothing of what is given up", async () => {
    const folder = await open();
    const dump = await folder.begin({ job: "j", file: "a.csv", at: NOON });
    await mkdir(dump.place.path);
    await writeFile(join(dump.place.path, "users.csv"), "id");
    await dump.discard();
    expect([await visible(), await leftOver()]).toEqual([[], []]);
  });

  it("replaces a dump of the same job, file or folder, and nobody else's", async () => {
    const folder = await open();
    await write(folder, "a.ndjson", { text: "old" });
    await write(folder, "a.ndjson", { text: "newer" });
    expect(await readFile(join(path, "a.ndjson"), "utf8")).toBe("newer");
    for (const word of ["old", "new"]) {
      const dump = await folder.begin({ job: "c", file: "all", at: NOON });
      await mkdir(dump.place.path);
      await writeFile(join(dump.place.path, word), "");
      await dump.commit({ job: "c", at: NOON, applicationId: null, report: NOTHING_MOVED });
      await dump.discard();
    }
    expect(await readdir(join(path, "all"))).toEqual(["new"]);
    await expect(write(folder, "a.ndjson", { job: "other" })).rejects.toMatchObject({
      code: "file.exists",
      message: expect.stringContaining('the job "j"'),
    });
    await writeFile(join(path, "mine.sql"), "SELECT 1");
    await expect(write(folder, "mine.sql")).rejects.toMatchObject({ code: "file.exists" });
    expect(await readFile(join(path, "mine.sql"), "utf8")).toBe("SELECT 1");
  });

  it("a unit finds what it wrote, as long as it is whole", async () => {
    const folder = await open();
    const wanted = { job: "j", file: "a-{time}.ndjson", at: NOON };
    await write(folder, wanted.file, { text: "12345" });
    expect(await folder.writtenBy(wanted, "unit")).toMatchObject({ report: { bytes: 5 } });
    expect(await folder.writtenBy(wanted, "another")).toBeNull();
    expect(await folder.writtenBy(wanted, null)).toBeNull();
    await writeFile(join(path, "a-2026-01-31T12-00-00.000Z.ndjson"), "123");
    expect(await folder.writtenBy(wanted, "unit")).toBeNull();
  });

  it("does not begin without room", async () => {
    const folder = await open({ minFreeBytes: 1e15 });
    await expect(write(folder, "a.ndjson")).rejects.toMatchObject({
      code: "limit.exceeded",
      retryable: true,
    });
    expect([await visible(), (await folder.list()).length]).toEqual([[], 0]);
  });
});

describe("links", () => {
  it.each(["out", "out/x.ndjson", "out/deep/x.ndjson"])("do not lead out of the folder: %s", async (name) => {
    const folder = await open();
    const elsewhere = join(base, "elsewhere");
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, "x.ndjson"), "secret");
    await symlink(elsewhere, join(path, "out"));
    await expect(write(folder, name)).rejects.toMatchObject({ code: "usage.invalid" });
    await expect(folder.read(name)).rejects.toMatchObject({ code: "usage.invalid" });
    await expect(folder.read("out/*")).rejects.toMatchObject({ code: "file.not_found" });
    expect(await readdir(elsewhere)).toEqual(["x.ndjson"]);
  });

  it("that come while a dump is written are not followed", async () => {
    const folder = await open();
    const elsewhere = join(base, "elsewhere");
    await mkdir(elsewhere);
    const dump = await folder.begin({ job: "j", file: "n/a.ndjson", at: NOON });
    await writeFile(dump.place.path, "rows");
    await symlink(elsewhere, join(path, "n"));
    const commit = dump.commit({ job: "j", at: NOON, applicationId: null, report: NOTHING_MOVED });
    await expect(commit).rejects.toMatchObject({ code: "usage.invalid" });
    expect(await readdir(elsewhere)).toEqual([]);
    await dump.discard();
  });

  it("the folder itself may be one", async () => {
    await mkdir(join(base, "real"));
    await symlink(join(base, "real"), path);
    await write(await open(), "a.ndjson");
    expect(await readdir(join(base, "real"))).toContain("a.ndjson");
  });
});

describe("reading", () => {
  it("takes the newest that a name fits", async () => {
    const folder = await open();
    for (const [day, job] of [
      [1, "j"],
      [3, "j"],
      [2, "k"],
    ] as const)
      await write(folder, `${job}-{time}.ndjson`, { at: new Date(NOON.getTime() + day * DAY), job });
    await writeFile(join(path, "j-by-hand.ndjson"), "");
    await utimes(join(path, "j-by-hand.ndjson"), NOON, NOON);
    const label = async (pattern: string) => {
      const { place, close } = await folder.read(pattern);
      await close();
      return place.label;
    };
    expect(await label("*.ndjson")).toBe("j-2026-02-03T12-00-00.000Z.ndjson");
    expect(await label("k-{time}.ndjson")).toBe("k-2026-02-02T12-00-00.000Z.ndjson");
    expect(await label("j-by-hand.ndjson")).toBe("j-by-hand.ndjson");
    await expect(folder.read("none-*.ndjson")).rejects.toMatchObject({ code: "file.not_found" });
    await expect(folder.read("J-BY-HAND.ndjson")).rejects.toMatchObject({ code: "file.not_found" });
  });
});

describe("cleaning up", () => {
  const at = (day: number) => new Date(NOON.getTime() - day * DAY);

  it("removes what is too old, but the newest of a job, what is read and what people put there", async () => {
    const folder = await open();
    for (const day of [9, 8, 7]) await write(folder, "j-{time}.ndjson", { at: at(day) });
    await write(folder, "k.ndjson", { at: at(50), job: "k" });
    await writeFile(join(path, "old.sql"), "");
    await utimes(join(path, "old.sql"), at(99), at(99));
    const oldest = `j-${at(9).toISOString().replaceAll(":", "-")}.ndjson`;
    const reading = await (await open()).read(oldest);
    const strict = await open({ maxAgeMs: DAY });
    expect(await strict.clean()).toEqual([`j-${at(8).toISOString().replaceAll(":", "-")}.ndjson`]);
    await reading.close();
    expect(await strict.clean()).toEqual([oldest]);
    expect(await strict.clean()).toEqual([]);
    expect(await visible()).toEqual([
      `j-${at(7).toISOString().replaceAll(":", "-")}.ndjson`,
      "k.ndjson",
      "old.sql",
    ]);
    expect(await folder.list()).toHaveLength(2);
  });

  it("leaves alone what people wrote in place of a dump, and keeps the newest dump beside it", async () => {
    const folder = await open();
    await write(folder, "a.ndjson", { at: at(3) });
    for (const [name, text] of [
      ["b.ndjson", "ro"],
      ["c.ndjson", "mine"],
    ] as const) {
      await write(folder, name, { at: at(2) });
      await sleep(5);
      await writeFile(join(path, name), text); // of the same size, or not
    }
    await (await open({ maxAgeMs: DAY, maxBytes: 1 })).clean();
    expect(await visible()).toEqual(["a.ndjson", "b.ndjson", "c.ndjson"]);
    expect((await folder.list()).map(({ name }) => name)).toEqual(["a.ndjson"]);
    await expect(write(folder, "b.ndjson")).rejects.toMatchObject({ code: "file.exists" });
    expect(await readFile(join(path, "c.ndjson"), "utf8")).toBe("mine");
  });

  it("knows what a process that died had put there, the new one or the one before", async () => {
    const folder = await open();
    await write(folder, "a.ndjson", { text: "old", applicationId: "old" });
    const entries = join(path, ".syncline", "entries");
    const file = join(entries, (await readdir(entries))[0] ?? "");
    const old = JSON.parse(await readFile(file, "utf8"));
    const wanted = { job: "j", file: "a.ndjson", at: NOON };
    // Told, and not put there.
    await writeFile(file, JSON.stringify({ ...old, applicationId: "new", bytes: 11, before: old }));
    expect(await folder.writtenBy(wanted, "new")).toBeNull();
    expect(await folder.writtenBy(wanted, "old")).toMatchObject({ bytes: 3 });
    // Put there, and the one before not forgotten.
    await write(folder, "a.ndjson", { text: "a newer one", applicationId: "new" });
    const next = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...next, before: old }));
    expect(await folder.writtenBy(wanted, "new")).toMatchObject({ bytes: 11 });
    await write(folder, "a.ndjson", { text: "and on" });
    await folder.clean();
    expect(await readFile(join(path, "a.ndjson"), "utf8")).toBe("and on");
  });

  it("keeps to the size of all together, before and after a dump", async () => {
    const folder = await open({ maxBytes: 250 });
    for (const day of [5, 4, 3, 2])
      await write(folder, "j-{time}.ndjson", { at: at(day), text: "x".repeat(100) });
    await folder.clean();
    expect(await visible()).toHaveLength(2);
  });

  it("forgets what people removed, and what a process left that died long ago", async () => {
    const folder = await open();
    await write(folder, "a.ndjson");
    await rm(join(path, "a.ndjson"));
    const dump = await folder.begin({ job: "j", file: "b.ndjson", at: NOON });
    await writeFile(dump.place.path, "half");
    await folder.clean();
    expect(await folder.list()).toEqual([]);
    expect(await leftOver()).toHaveLength(1);
    await dump.discard();
  });

  it("several at once remove each dump once, and never the last", async () => {
    const folder = await open();
    for (const day of [9, 8, 7, 6, 5, 4, 3]) await write(folder, "j-{time}.ndjson", { at: at(day) });
    const cleaners = await Promise.all([1, 2, 3].map(() => open({ maxAgeMs: 1 })));
    const removed = (await Promise.all(cleaners.map((each) => each.clean()))).flat();
    expect(new Set(removed).size).toBe(removed.length);
    expect(removed).toHaveLength(6);
    expect(await visible()).toHaveLength(1);
  });
});

it("a full disk is said, and nothing half is left", async () => {
  await mkdir(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return; // this user may not make a file system
  }
  try {
    const folder = await open();
    await write(folder, "small.ndjson", { text: "x".repeat(1_000) });
    const { createFile } = await import("@syncline/snapshot-store/files");
    const dump = await folder.begin({ job: "j", file: "large.ndjson", at: NOON });
    const sink = await createFile(dump.place.path, { overwrite: false });
    const fill = async () => {
      for (let at = 0; at < 100; at += 1) await sink.write(Buffer.alloc(50_000, "x"));
    };
    await expect(fill()).rejects.toMatchObject({ code: "file.io_failed" });
    await sink.discard();
    await dump.discard();
    expect([await visible(), await leftOver()]).toEqual([["small.ndjson"], []]);
    expect((await folder.list()).map(({ name }) => name)).toEqual(["small.ndjson"]);
  } finally {
    execFileSync("umount", [path]);
  }
});
