import type { ByteSink, FileRow, FileTable } from "@syncline/engine";
import { describe, expect, it } from "vitest";
import { EXPORT_FORMATS, type ExportFormat } from "./export-layout.ts";
import { createExportWriter } from "./export-writer.ts";
import { openExport } from "./open-export.ts";

const signal = new AbortController().signal;
const USERS: FileTable = {
  name: "users",
  columns: [
    { name: "id", type: "integer" },
    { name: "part", type: "text" },
  ],
  key: ["id"],
  fingerprint: "f1",
};
const GROUPS: FileTable = { ...USERS, name: 'billing."odd ]] name"' };
const SCOPE = {
  tenant: "public",
  tables: ["users"],
  filter: null,
  dataset: { name: "accounts", root: "users", selection: null },
  complete: true,
};
const HOSTILE = [
  '--- # ["table","users"]',
  '["end",{}]',
  '{"part":["table","x"],"rows":[',
  "\n---\n",
  "a\n...\n",
];

async function write(format: ExportFormat): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const sink: ByteSink = {
    write: async (bytes) => void chunks.push(Uint8Array.from(bytes)),
    commit: async () => {},
    discard: async () => {},
  };
  const header = { format, createdAt: "2026-01-01T00:00:00Z", source: { locator: "a:b:*", version: null } };
  const writer = await createExportWriter({
    sink,
    header: { ...header, scope: SCOPE, definitions: null },
    tables: [USERS, GROUPS],
  });
  const users = await writer.table(USERS);
  await users.rows([["1", "ä"], ...HOSTILE.map((text, index) => [String(index + 2), text] as const)]);
  await users.end();
  const referenced = await writer.table(USERS, { referenced: true });
  await referenced.rows([["9", null]]);
  await referenced.end();
  await (await writer.table(GROUPS)).end();
  await writer.commit();
  return Buffer.concat(chunks);
}

function open(bytes: Uint8Array, edited = false) {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  return openExport({ source: { name: "x.export", open: pieces }, label: "x", edited, signal });
}

async function rowsOf(bytes: Uint8Array, table: string, edited = false): Promise<FileRow[]> {
  const rows: FileRow[] = [];
  const files = await open(bytes, edited);
  for await (const batch of files.rows(table, signal)) rows.push(...batch);
  return rows;
}

describe.each(EXPORT_FORMATS)("an export as %s", (format) => {
  it("gives back every row, with its part and line", async () => {
    const bytes = await write(format);
    const lines = bytes.toString().split("\n");
    const rows = await rowsOf(bytes, "users");
    expect(rows.map(({ values, referenced }) => [...values, referenced])).toEqual([
      ["1", "ä", false],
      ...HOSTILE.map((text, index) => [String(index + 2), text, false]),
      ["9", null, true],
    ]);
    expect(lines[(rows[0]?.line ?? 0) - 1]).toMatch(/"?id"?: ?1/);
    expect(lines[(rows.at(-1)?.line ?? 0) - 1]).toMatch(/"?id"?: ?9/);
    expect(await rowsOf(bytes, GROUPS.name)).toEqual([]);
    const files = await open(bytes);
    expect(files.tables).toEqual([USERS, GROUPS]);
    expect(files.scope).toEqual(SCOPE);
  });

  it("is refused wherever it is cut", async () => {
    const bytes = await write(format);
    for (let length = 0; length < bytes.length - 2; length += 5)
      await expect(open(bytes.subarray(0, length))).rejects.toMatchObject({ code: /^file\./ });
  });

  it("is refused when it was changed, unless that was meant", async () => {
    const changed = Buffer.from((await write(format)).toString().replace("ä", "ö"));
    await expect(open(changed)).rejects.toMatchObject({ code: "file.damaged" });
    expect((await rowsOf(changed, "users", true))[0]?.values[1]).toBe("ö");
  });
});

it("JSON and NDJSON are valid, line by line or whole", async () => {
  JSON.parse((await write("json")).toString());
  for (const line of (await write("ndjson")).toString().trim().split("\n")) JSON.parse(line);
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments((await write("yaml")).toString());
  expect(Array.isArray(documents) && documents.every(({ errors }) => errors.length === 0)).toBe(true);
});
