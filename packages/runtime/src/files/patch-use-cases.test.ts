import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ConflictRecord,
  type PatchOperation,
  type PatchRow,
  parsePatchSelection,
  type Resolution,
  type RowChange,
  readConflicts,
} from "@syncline/core";
import {
  type ApplyConflict,
  buildPatch,
  type DiffResult,
  type DiffRun,
  invertPatch,
  type RunContext,
  readPatch,
  resolveConflicts,
  selectOperations,
  verifyPatch,
  writeConflicts,
} from "@syncline/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSha256 as createDigest, localPatchFiles as files } from "./patch-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-patch-"));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const ctx: RunContext = {
  signal: new AbortController().signal,
  progress: () => {},
  warn: () => {},
  actor: "ann",
  now: () => new Date("2026-01-02T03:04:05Z"),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

const CHANGES: readonly RowChange[] = [
  { kind: "insert", table: 0, key: ["1"], after: ["1", "a"], count: 1 },
  { kind: "update", table: 0, key: ["2"], changes: [{ column: "name", before: "b", after: "c" }] },
  { kind: "delete", table: 0, key: ["3"], before: ["3", null], count: 1, of: 1 },
];

function run(options: { readonly complete?: boolean; readonly fail?: boolean } = {}): DiffRun {
  const counts = { sourceRows: 3, targetRows: 3, unchanged: 1, inserts: 1, updates: 1, deletes: 1 };
  const complete = options.complete ?? true;
  const explain = { path: "stream", reason: "", steps: [] } as const;
  const checksum = { source: "3-1-2", target: "3-3-4" };
  const result: DiffResult = {
    complete,
    stopped: complete ? null : "--max-differences 3",
    hash: "record-1",
    tables: [{ counts, explain, changedBytes: 9, checksum, recheck: null }],
    totals: counts,
    elapsedMs: 5,
  };
  const name = { schema: "public", name: "users" };
  const columns = [
    ["id", "integer"],
    ["name", "text"],
  ] as const;
  async function* changes() {
    yield* CHANGES;
    if (options.fail) throw new Error("connection lost");
  }
  return {
    tables: [
      {
        source: name,
        target: name,
        patchTable: { name: "users", columns, key: ["id"], fingerprint: "f" },
        compared: ["id", "name"],
      },
    ],
    versions: { source: "PostgreSQL 18.4", target: null },
    changes: changes(),
    result: Promise.resolve(result),
    close: async () => {},
  } as DiffRun;
}

function build(
  path: string,
  options: { readonly complete?: boolean; readonly fail?: boolean; readonly mayStop?: boolean } = {},
) {
  const metadata = { filter: null, ignoreFields: [], fields: null, scope: {} };
  const mayStop = options.mayStop ?? false;
  return buildPatch({
    ctx,
    run: run(options),
    source: "a:b",
    target: "c:d",
    metadata,
    mayStop,
    path,
    overwrite: false,
    files,
    createDigest,
  });
}

async function operations(path: string): Promise<readonly PatchOperation[]> {
  const all: PatchOperation[] = [];
  for await (const batch of (await readPatch({ path, files, createDigest })).operations()) all.push(...batch);
  return all;
}

const row = (values: Record<string, string | null>): PatchRow => new Map(Object.entries(values));

it("builds, reads and verifies a patch", async () => {
  const { header, hash, footer } = await build(at("p.zst"));
  const patch = await readPatch({ path: at("p.zst"), files, createDigest });
  expect(patch.header).toEqual({ ...header, metadata: { ...header.metadata, hash: "record-1" } });
  expect(patch).toMatchObject({ hash, footer: { checksum: { source: "3-1-2", target: "3-3-4" } } });
  expect(footer.summary).toMatchObject({ inserts: 1, updates: 1, deletes: 1 });
  expect(await verifyPatch({ ctx, patch })).toMatchObject({ hash, operations: 3, complete: true });
  expect(header.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
});

it("knows in the first line whether a limited comparison was complete", async () => {
  for (const complete of [true, false]) {
    await build(at(`${complete}`), { complete, mayStop: true });
    expect(JSON.parse(await readFile(at(`${complete}`), "utf8")).metadata.complete).toBe(complete);
    expect(await operations(at(`${complete}`))).toHaveLength(3);
  }
  expect(await readdir(folder)).toHaveLength(2);
});

it("leaves no file when the comparison fails", async () => {
  await expect(build(at("p"), { fail: true })).rejects.toThrow("connection lost");
  await expect(build(at("p"), { fail: true, mayStop: true })).rejects.toThrow("connection lost");
  expect(await readdir(folder)).toEqual([]);
});

it("inverts, and inverts back", async () => {
  await build(at("p"));
  const invert = async (from: string, to: string) =>
    invertPatch({
      ctx,
      patch: await readPatch({ path: at(from), files, createDigest }),
      path: at(to),
      overwrite: false,
      files,
      createDigest,
    });
  const { header, footer } = await invert("p", "q");
  expect(header).toMatchObject({ source: { locator: "c:d" }, target: { locator: "a:b" } });
  expect(footer.checksum).toMatchObject({ source: "3-3-4", target: "3-1-2" });
  await invert("q", "r");
  expect(await operations(at("r"))).toEqual(await operations(at("p")));
});

it("selects operations under an id and hash of their own", async () => {
  await build(at("p"));
  const patch = await readPatch({ path: at("p"), files, createDigest });
  const select = (text: string) =>
    selectOperations({ patch, selections: [parsePatchSelection(text)], createDigest });
  const chosen: PatchOperation[] = [];
  for await (const batch of select("table=users,kind=update|delete").operations()) chosen.push(...batch);
  expect(chosen.map(({ op }) => op)).toEqual(["update", "delete"]);
  expect(select("key=2").hash).toBe(select("key=2").hash);
  expect(select("key=2").hash).not.toBe(patch.hash);
  expect(select("key=2").header.id).not.toBe(select("key=3").header.id);
  for (const wrong of ["table=none", "kind=upsert", "id=5", "key", "key.nope=4", "table=users,table=users"]) {
    expect(() => select(wrong), wrong).toThrow(/cannot be used/);
  }
});

const OURS = row({ id: "2", name: "drifted" });

async function conflictsOf(conflicts: readonly ApplyConflict[]) {
  await build(at("p"));
  const patch = await readPatch({ path: at("p"), files, createDigest });
  const sink = writeConflicts({
    ctx,
    patch,
    patchPath: at("p"),
    target: "c:d",
    path: at("c"),
    overwrite: false,
    files,
  });
  for (const conflict of conflicts) await sink.add(conflict);
  await sink.commit();
  return patch;
}

const resolve = async (choose?: (record: ConflictRecord) => Resolution | undefined) => {
  const patch = await readPatch({ path: at("p"), files, createDigest });
  const conflicts = await readConflicts(await files.open(at("c")));
  await rm(at("r"), { force: true });
  await resolveConflicts({
    ctx,
    conflicts,
    patch,
    ...(choose ? { choose } : {}),
    path: at("r"),
    overwrite: false,
    files,
    createDigest,
  });
  return operations(at("r"));
};

it("turns decided conflicts into a patch that applies now", async () => {
  await build(at("x"));
  const [insert, update, remove] = (await operations(at("x"))) as [
    PatchOperation,
    PatchOperation,
    PatchOperation,
  ];
  await conflictsOf([
    { kind: "update-update", operation: update, ours: OURS },
    { kind: "delete-update", operation: remove, ours: row({ id: "3", name: "kept" }) },
    { kind: "insert-insert", operation: insert, ours: row({ id: "1", name: "other" }) },
  ]);
  await expect(resolve()).rejects.toMatchObject({
    code: "patch.conflicts",
    message: expect.stringContaining("line 2, 3, 4"),
  });
  expect(await resolve(() => "ours")).toEqual([]);
  expect(await resolve(() => "theirs")).toEqual([
    {
      op: "update",
      table: "users",
      key: row({ id: "1" }),
      old: row({ name: "other" }),
      new: row({ name: "a" }),
    },
    {
      op: "update",
      table: "users",
      key: row({ id: "2" }),
      old: row({ name: "drifted" }),
      new: row({ name: "c" }),
    },
    {
      op: "delete",
      table: "users",
      key: row({ id: "3" }),
      old: row({ id: "3", name: "kept" }),
      count: 1,
      of: 1,
    },
  ]);
  expect(await resolve(() => "base")).toEqual([
    {
      op: "delete",
      table: "users",
      key: row({ id: "1" }),
      old: row({ id: "1", name: "other" }),
      count: 1,
      of: 1,
    },
    {
      op: "update",
      table: "users",
      key: row({ id: "2" }),
      old: row({ name: "drifted" }),
      new: row({ name: "b" }),
    },
    {
      op: "update",
      table: "users",
      key: row({ id: "3" }),
      old: row({ name: "kept" }),
      new: row({ name: null }),
    },
  ]);
});

it("takes what people wrote into the file, in any layout, and points at what they wrote wrong", async () => {
  await build(at("x"));
  const update = (await operations(at("x")))[1] as PatchOperation;
  await conflictsOf([{ kind: "update-update", operation: update, ours: OURS }]);
  const text = await readFile(at("c"), "utf8");
  const edit = (resolution: string, layout = text) =>
    writeFile(at("c"), layout.replace('"resolution":""', `"resolution":${resolution}`));
  const other = (await operations(at("p"))).filter(({ op }) => op !== "update");
  await edit('"theirs"');
  expect((await resolve()).length).toBe(3);
  await edit("null");
  expect(await resolve()).toContainEqual({
    op: "delete",
    table: "users",
    key: row({ id: "2" }),
    old: OURS,
    count: 1,
    of: 1,
  });
  await edit('{"name":"by hand"}');
  expect(await resolve()).toContainEqual({
    op: "update",
    table: "users",
    key: row({ id: "2" }),
    old: row({ name: "drifted" }),
    new: row({ name: "by hand" }),
  });
  await writeFile(
    at("c"),
    JSON.stringify(
      { ...JSON.parse(text), conflicts: [{ ...JSON.parse(text).conflicts[0], resolution: "ours" }] },
      null,
      2,
    ),
  );
  expect(await resolve()).toEqual(other);
});

it("refuses resolutions that cannot be carried out, with their line", async () => {
  await build(at("x"));
  const update = (await operations(at("x")))[1] as PatchOperation;
  await conflictsOf([{ kind: "update-delete", operation: update, ours: null }]);
  await expect(resolve(() => "theirs")).rejects.toMatchObject({
    code: "patch.conflicts",
    message: expect.stringContaining("line 2"),
  });
  expect(await resolve(() => row({ id: "2", name: "again" }))).toContainEqual({
    op: "insert",
    table: "users",
    key: row({ id: "2" }),
    new: row({ id: "2", name: "again" }),
    count: 1,
  });
  await expect(resolve(() => row({ id: "9", name: "again" }))).rejects.toMatchObject({
    code: "patch.conflicts",
  });
  const text = await readFile(at("c"), "utf8");
  await writeFile(at("c"), text.replace('"resolution":""', '"resolution":"mine"'));
  await expect(resolve()).rejects.toMatchObject({
    code: "file.damaged",
    message: expect.stringMatching(/line 2, column \d+/),
  });
  await writeFile(at("c"), text.replace('"key":{"id":2}', '"key":{"id":5}'));
  await expect(resolve(() => "ours")).rejects.toMatchObject({ code: "file.damaged" });
});
