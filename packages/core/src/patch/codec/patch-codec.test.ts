import { describe, expect, it } from "vitest";
import { CodedError } from "../../errors/coded-error.ts";
import {
  collect,
  memorySource,
  patchBytes,
  row,
  SAMPLE_OPERATIONS,
  sampleHeader,
  sha256,
  USERS,
} from "../testing/sample-patch.ts";
import { openPatch } from "./patch-reader.ts";

const SAMPLE = patchBytes();
const TEXT = Buffer.from(SAMPLE).toString();

async function read(bytes: Uint8Array | string, size?: number) {
  const patch = await openPatch(memorySource(Buffer.from(bytes), size), { createDigest: sha256 });
  return { patch, operations: await collect(patch.operations()) };
}

async function refusal(bytes: Uint8Array | string): Promise<CodedError> {
  const error = await read(bytes).then(
    () => new Error("it was read"),
    (error: unknown) => error,
  );
  if (!(error instanceof CodedError)) throw error;
  return error;
}

/** The sample with digests that fit again, as a hostile writer would make it. */
function resealed(text: string): string {
  const lines = text.split("\n");
  const digest = (part: string) => {
    const hash = sha256();
    hash.update(Buffer.from(part));
    return hash.hex();
  };
  const middle = lines
    .slice(1, -2)
    .map((line) => `${line}\n`)
    .join("");
  const closing = (lines.at(-2) ?? "").replace(
    /"operations":"sha256:[0-9a-f]*"/,
    `"operations":"sha256:${digest(middle)}"`,
  );
  const start = closing.slice(0, closing.indexOf(',"content"'));
  const content = digest(`${lines[0]}\n${middle}${start}`);
  return `${lines[0]}\n${middle}${start},"content":"sha256:${content}"}}\n`;
}

describe("patch file", () => {
  it("reads back what was written, whatever the pieces", async () => {
    for (const size of [1, 7, 65_536]) {
      const { patch, operations } = await read(SAMPLE, size);
      expect(operations).toEqual(SAMPLE_OPERATIONS);
      expect(patch.header).toEqual({
        ...sampleHeader(),
        metadata: { ...sampleHeader().metadata, hash: "sha256" },
      });
      expect(patch.footer.summary).toMatchObject({ inserts: 4, updates: 2, deletes: 3 });
    }
  });

  it("is one JSON document, also without operations", async () => {
    expect(JSON.parse(TEXT).operations).toHaveLength(SAMPLE_OPERATIONS.length);
    const empty = patchBytes([]);
    expect(JSON.parse(Buffer.from(empty).toString()).summary.inserts).toBe(0);
    expect((await read(empty)).operations).toEqual([]);
  });

  it("has one operation a line, no control character bare", () => {
    const lines = TEXT.split("\n");
    expect(lines).toHaveLength(SAMPLE_OPERATIONS.length + 3);
    for (const line of lines.slice(1, -2)) expect(JSON.parse(line.replace(/,$/, ""))).toHaveProperty("op");
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
  });

  it("names its content: digest of operations and of all as coreutils compute them", async () => {
    const { patch } = await read(SAMPLE);
    const hash = sha256();
    hash.update(Buffer.from(TEXT.replace(/,"content":"sha256:[0-9a-f]*"}}\n$/, "")));
    expect(patch.hash).toBe(hash.hex());
    expect(resealed(TEXT)).toBe(TEXT);
  });

  it("refuses a file cut at any byte", async () => {
    for (let length = 0; length < SAMPLE.length; length += 1) {
      const error = await refusal(SAMPLE.subarray(0, length));
      expect(error.code, `cut at ${length}`).toMatch(/^file\.(damaged|unsupported)$/);
    }
  });

  it("refuses a file with any byte flipped", async () => {
    for (let at = 0; at < SAMPLE.length; at += 1) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const bytes = Uint8Array.from(SAMPLE);
        bytes[at] = (bytes[at] ?? 0) ^ bit;
        const error = await refusal(bytes);
        expect(error.code, `bit ${bit} of byte ${at}`).toMatch(/^file\.(damaged|unsupported)$/);
        expect(error.message).toContain("sample.patch");
      }
    }
  });

  it("refuses lines dropped, repeated, swapped and added behind the end", async () => {
    const lines = TEXT.split("\n").slice(0, -1);
    const file = (changed: readonly string[]) => `${changed.join("\n")}\n`;
    for (let at = 0; at < lines.length; at += 1) {
      const line = lines[at] as string;
      await refusal(file(lines.toSpliced(at, 1)));
      await refusal(file(lines.toSpliced(at, 0, line)));
      if (at + 1 < lines.length) await refusal(file(lines.toSpliced(at, 2, lines[at + 1] as string, line)));
    }
    expect((await refusal(`${TEXT}${lines[1]}\n`)).message).toMatch(
      /line \d+: .*without its closing line|closing line/,
    );
    expect((await refusal(`${TEXT}\n`)).code).toBe("file.damaged");
    expect((await refusal(TEXT + TEXT)).code).toBe("file.damaged");
    expect((await refusal(`${TEXT}\0`)).code).toBe("file.damaged");
  });

  it("refuses dropped and swapped operations by their counts and digest alone", async () => {
    const lines = TEXT.split("\n");
    const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)].join("\n");
    const noContent = (text: string) => text.replace(/,"content":"sha256:[0-9a-f]*"/, "");
    expect((await read(noContent(TEXT))).operations).toHaveLength(6);
    expect((await refusal(noContent(swapped))).message).toContain("checksum.operations");
    expect((await refusal(noContent(lines.toSpliced(2, 1).join("\n")))).message).toContain('"summary"');
  });

  const hostile: readonly (readonly [string, RegExp | string, string, RegExp])[] = [
    ["unknown op", '"op":"insert"', '"op":"upsert"', /line 2.*insert, update and delete/],
    [
      "unknown table",
      '"table":"users","key":{"id":1}',
      '"table":"other","key":{"id":1}',
      /line 2, column \d+: .*header does not list/,
    ],
    ["unknown column", '"name":"Zoë"', '"nome":"Zoë"', /line 2, column \d+: table "users" carries no column/],
    ["repeated column", '"name":"Zoë"', '"name":"Zoë","name":"Zoe"', /line 2.*column is repeated/],
    ["missing column", ',"name":"Zoë"', "", /line 2.*insert must hold all 4 columns.*has 3/],
    [
      "repeated name",
      '"op":"insert","table"',
      '"op":"insert","op":"insert","table"',
      /line 2.*name is repeated/,
    ],
    ["unknown name", '"op":"insert","table"', '"op":"insert","__proto__":{},"table"', /line 2.*unknown name/],
    ["number for text", '"name":"Zoë"', '"name":5', /line 2.*expected a string/],
    ["boolean for text", '"name":"Zoë"', '"name":true', /line 2.*only a boolean column/],
    ["object for text", '"name":"Zoë"', '"name":{}', /line 2.*json goes into a string/],
    ["fraction for integer", '"key":{"id":1}', '"key":{"id":1.5}', /line 2.*whole number/],
    ["integer out of range", '"key":{"id":1}', '"key":{"id":2147483648}', /line 2.*range of integer/],
    ["key unlike row", '"key":{"id":1}', '"key":{"id":7}', /line 2.*row and its key/],
    ["no key", '"key":{"id":1}', '"key":{}', /line 2.*"key" must hold the key.*"id"/],
    ["NUL", '"name":"Zoë"', '"name":"\\u0000"', /line 2.*cannot store/],
    ["half a pair", '"name":"Zoë"', '"name":"\\ud83d"', /line 2.*cannot store/],
    ["deep nesting", '"name":"Zoë"', `"name":${"[".repeat(99)}${"]".repeat(99)}`, /line 2/],
    ["update without old", '"old":{"name":null},', "", /line 3.*"old"/],
    ["update of unequal columns", '"old":{"name":null}', '"old":{"ok":null}', /line 3.*same columns/],
    ["count in a keyed table", '"ok":true}}', '"ok":true},"count":2}', /line 2.*without a key/],
    ["of below count", '"count":2,"of":5', '"count":2,"of":1', /line 7.*"of"/],
    ["wrong counts", '"inserts":4,', '"inserts":5,', /"summary"/],
    ["unknown version", '"version":1', '"version":2', /line 1.*"version"/],
    ["unknown format", '"syncline-patch"', '"other"', /line 1.*"format"/],
    ["unknown header name", '"base":null', '"base":null,"extra":1', /line 1, column \d+: unknown name/],
    ["__proto__ at the top", '"base":null', '"__proto__":null,"base":null', /line 1.*unknown name/],
    ["__proto__ in scope", '"scope":{"tenant"', '"scope":{"__proto__"', /line 1.*__proto__/],
    ["constructor in metadata", '"complete":true', '"constructor":1,"complete":true', /line 1.*unknown name/],
    ["table twice", '"audit.log","columns"', '"users","columns"', /line 1.*twice/],
    [
      "table name as SQL",
      '"name":"users","columns"',
      '"name":"users; DROP TABLE x","columns"',
      /line 1.*table's name/,
    ],
    ["key outside columns", '"key":["id"]', '"key":["nope"]', /line 1.*key/],
  ];

  it.each(hostile)("refuses, although the digests fit: %s", async (_, from, to, message) => {
    const changed = TEXT.replace(from, to);
    expect(changed).not.toBe(TEXT);
    const error = await refusal(resealed(changed));
    expect(error.code).toMatch(/^file\.(damaged|unsupported)$/);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("Zoë");
  });

  it("keeps every digit of numbers that another writer left bare", async () => {
    const { operations } = await read(resealed(TEXT.replace('"9223372036854775807"', "9223372036854775807")));
    expect(operations).toEqual(SAMPLE_OPERATIONS);
  });

  it("takes names in any order and the older words", async () => {
    const older = TEXT.replace('"target":', '"destination":')
      .replace(/\{"op":"insert","table":"users","key":\{"id":1\},"new":/, '{"record":')
      .replace('"ok":true}}', '"ok":true},"id":1,"table":"users","op":"insert"}')
      .replace('"key":{"id":2},"old":{"name":null},"new":{', '"id":{"id":2},"old":{"name":null},"patch":{')
      .replace(
        '"key":{"id":3},"old":{"name":"","ok":true},"new":{"name":"NULL","ok":null}',
        '"id":3,"patch":{"name":{"old":"","new":"NULL"},"ok":{"old":true,"new":null}}',
      )
      .replace('"key":{"id":4},"old":', '"id":"4","record":');
    const { patch, operations } = await read(resealed(older));
    expect(operations).toEqual(SAMPLE_OPERATIONS);
    expect(patch.header.target.locator).toBe("staging:shop");
  });

  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    );
  };
  const layouts: readonly (readonly [string, (text: string) => string])[] = [
    ["jq .", (text) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`],
    ["jq -c .", (text) => JSON.stringify(JSON.parse(text))],
    ["jq -S .", (text) => JSON.stringify(sorted(JSON.parse(text)), null, 1)],
    ["carriage returns", (text) => text.replaceAll("\n", "\r\n")],
    ["a byte order mark", (text) => `\uFEFF${text}`],
  ];

  it.each(layouts)("takes a file of another layout, digests and all: %s", async (_, layout) => {
    for (const size of [1, 13, 65_536]) {
      const { patch, operations } = await read(layout(TEXT), size);
      expect(operations).toEqual(SAMPLE_OPERATIONS);
      expect(patch.hash).toBe((await read(TEXT)).patch.hash);
    }
    expect((await read(layout(Buffer.from(patchBytes([])).toString()))).operations).toEqual([]);
  });

  it.each(layouts)("refuses one where more was changed: %s", async (_, layout) => {
    for (const [from, to] of [
      ["Zoë", "Zoe"],
      ['"complete":true', '"complete":false'],
      ["staging", "prod"],
      ['"x"', '"y"'],
      ['"of":5', '"of":6'],
    ] as const) {
      expect((await refusal(layout(TEXT.replace(from, to)))).message, from).toMatch(/digests do not fit/);
    }
    const whole = layout(TEXT);
    for (let length = 0; length < whole.trimEnd().length; length += 7) await refusal(whole.slice(0, length));
    await refusal(`${whole}{}`);
    const message = (await refusal(layout(TEXT.replace('"op":"insert"', '"op":"upsert"')))).message;
    expect(message).toMatch(/line \d+, column \d+: .*insert, update and delete/);
  });

  it("refuses what is no patch at all", async () => {
    expect((await refusal("id,name\n1,x\n")).code).toBe("file.unsupported");
    expect((await refusal("{}")).code).toBe("file.unsupported");
    expect((await refusal("")).code).toBe("file.damaged");
  });

  it("keeps columns of any name apart from names of ours", async () => {
    const names = [
      "constructor",
      "__proto__",
      "old",
      "new",
      "op",
      'quo"te',
      "ünï",
      "1",
      "x".repeat(63),
      "back\\slash",
      "a\nb",
    ];
    const table = {
      ...USERS,
      columns: [["id", "uuid"] as const, ...names.map((name) => [name, "text"] as const)],
    };
    const image = new Map([["id", "u"], ...names.map((name) => [name, name] as [string, string])]);
    const operation = { op: "insert", table: "users", key: row({ id: "u" }), new: image, count: 1 } as const;
    expect((await read(patchBytes([operation], sampleHeader([table])))).operations).toEqual([operation]);
  });

  it("takes filters on columns of any name, here and in the scope", async () => {
    const where = Object.fromEntries([
      ["constructor", 1],
      ["__proto__", { $gte: 0.5 }],
    ]);
    const { metadata } = sampleHeader();
    const header = {
      ...sampleHeader(),
      metadata: { ...metadata, filter: { where }, scope: { filter: { where } } },
    };
    const { patch } = await read(patchBytes([], header));
    expect(JSON.stringify(patch.header.metadata.filter)).toBe(
      '{"where":{"__proto__":{"$gte":0.5},"constructor":1}}',
    );
    expect(Object.keys(patch.header.metadata.scope)).toEqual(["filter"]);
  });

  it("reads rows of 2 MB and refuses a line above the limit", async () => {
    const big = {
      ...SAMPLE_OPERATIONS[1],
      new: row({ name: "y".repeat(4_000_000) }),
    } as (typeof SAMPLE_OPERATIONS)[number];
    const bytes = patchBytes([big]);
    expect((await read(bytes)).operations).toEqual([big]);
    const open = openPatch(memorySource(bytes), { createDigest: sha256, maxLineBytes: 1_000_000 });
    await expect(open).rejects.toMatchObject({ code: "file.unsupported" });
  });
});
