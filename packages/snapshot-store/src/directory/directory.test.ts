import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileTable, RowFormat } from "@syncline/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDirectoryWriter } from "./directory-writer.ts";
import { openDirectory } from "./open-directory.ts";

const USERS: FileTable = {
  name: "users",
  columns: [
    { name: "id", type: "integer" },
    { name: "name", type: "text" },
    { name: "__proto__", type: "numeric(10,2)" },
  ],
  key: ["id"],
  fingerprint: "f1",
};
const NOTES: FileTable = {
  name: '"../Odd name"',
  columns: [{ name: "x", type: "text" }],
  key: [],
  fingerprint: null,
};
const signal = new AbortController().signal;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-directory-"));
  path = join(folder, "rows");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ROWS = [
  ["1", "Zoë", "1.50"],
  ["2", null, null],
  ["3", "", "NaN"],
];

interface WriteOptions {
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly tables?: readonly FileTable[];
  readonly overwrite?: boolean;
  readonly createdAt?: string;
  readonly format?: RowFormat;
}

async function write({
  rows = ROWS,
  tables = [USERS],
  overwrite = false,
  createdAt = "2026-01-01T00:00:00Z",
  format = "ndjson",
}: WriteOptions = {}) {
  const writer = await createDirectoryWriter({
    path,
    overwrite,
    tables: tables.map(({ name }) => name),
    header: {
      format,
      createdAt,
      source: { locator: "dev:public:*", version: "PostgreSQL 18.4" },
      scope: {
        tenant: "public",
        tables: tables.map(({ name }) => name),
        filter: null,
        dataset: null,
        complete: true,
      },
      definitions: null,
    },
  });
  try {
    for (const table of tables) {
      const file = await writer.table(table);
      if (table === USERS) await file.rows(rows);
      await file.end();
    }
    return await writer.commit();
  } finally {
    await writer.discard();
  }
}

async function read(table = "users") {
  const files = await openDirectory(path);
  const rows = [];
  for await (const batch of files.rows(table, signal)) rows.push(...batch);
  return rows;
}

describe("a directory of rows", () => {
  it("gives back what was written, with lines", async () => {
    await write({ tables: [USERS, NOTES] });
    expect(await read()).toEqual(
      ROWS.map((values, index) => ({ values, line: index + 1, referenced: false })),
    );
    expect(await read(NOTES.name)).toEqual([]);
    expect(await readdir(path)).toEqual(["%2e%2e%2fOdd%20name.ndjson", "manifest.json", "users.ndjson"]);
    expect(await readdir(folder)).toEqual(["rows"]);
  });

  it("is byte for byte the same when nothing changed, but for what changed", async () => {
    await write();
    const before = await stat(join(path, "manifest.json"));
    expect(await write({ overwrite: true, createdAt: "2027-01-01T00:00:00Z" })).toMatchObject({
      unchanged: true,
    });
    expect((await stat(join(path, "manifest.json"))).mtimeMs).toBe(before.mtimeMs);
    expect(await write({ overwrite: true, rows: ROWS.slice(1) })).toMatchObject({ unchanged: false });
    expect(await read()).toHaveLength(2);
    expect(await readdir(path)).toEqual(["manifest.json", "users.ndjson"]);
  });

  it("never empties a folder that is somebody's", async () => {
    await mkdir(path);
    await writeFile(join(path, "thesis.txt"), "years of work");
    for (const overwrite of [false, true])
      await expect(write({ overwrite })).rejects.toMatchObject({ code: "file.exists" });
    await writeFile(join(path, "manifest.json"), '{"name":"my browser extension"}');
    await expect(write({ overwrite: true })).rejects.toMatchObject({ code: "file.exists" });
    expect(await readdir(path)).toEqual(["manifest.json", "thesis.txt"]);
  });

  it("replaces with --overwrite what its manifest lists, and nothing else", async () => {
    await write({ tables: [USERS, NOTES] });
    await writeFile(join(path, "README.md"), "mine");
    await mkdir(join(path, ".git"));
    await expect(write()).rejects.toMatchObject({ code: "file.exists" });
    await write({ overwrite: true });
    expect(await readdir(path)).toEqual([".git", "README.md", "manifest.json", "users.ndjson"]);
    await writeFile(join(path, "%2e%2e%2fOdd%20name.ndjson"), "mine too");
    await expect(write({ overwrite: true, tables: [USERS, NOTES] })).rejects.toMatchObject({
      code: "file.exists",
    });
    expect(await readFile(join(path, "%2e%2e%2fOdd%20name.ndjson"), "utf8")).toBe("mine too");
    expect(await read()).toHaveLength(3);
  });
});
