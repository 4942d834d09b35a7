import type { ByteSource } from "@syncline/core";
import type { FileRow, FileTable } from "@syncline/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROW_FORMAT_CODECS, type RowFormatCodec, type WrittenRow } from "./index.ts";

const FORMATS = [...ROW_FORMAT_CODECS.values()].map((codec) => [codec.format, codec] as const);
const signal = new AbortController().signal;

const TABLE: FileTable = {
  name: "odd",
  columns: [
    { name: "id", type: "integer" },
    { name: "__proto__", type: "text" },
    { name: "constructor", type: "numeric(10,2)" },
    { name: 'q"uo,te: #x', type: "text" },
    { name: "yes", type: "boolean" },
    { name: " spaced\n", type: "jsonb" },
    { name: "\ufeffmark", type: "bytea" },
    { name: "untyped", type: null },
    { name: "<<", type: "text" },
  ],
  key: ["id"],
  fingerprint: null,
};
const _WIDTH = TABLE.columns.length;

const HOSTILE = [
  "",
  " ",
  "null",
  "NULL",
  "~",
  "yes",
  "No",
  "1e5",
  "0x1F",
  "2001-01-01",
  "1_000",
  ".inf",
  "- x",
  "key: value",
  "a #b",
  "&a",
  "*a",
  "!t",
  "'",
  '"',
  '""',
  "a,b",
  "line\nbreak",
  "carriage\r",
  "\r\n",
  "\t tab ",
  "\\",
  "\\n",
  "{",
  "[]",
  "|",
  ">",
  "%",
  "@",
  "`",
  "Zoë",
  "日本語",
  "\u{1F600}",
  "\u2028",
  "\u0085",
  "\u007f",
  "\u0001",
  "\ufeff",
  "---",
  "...",
  "<null>",
  "true",
  "a: ",
  "x:",
  "#",
  "? ",
  "=cmd()",
  "end ",
];

function sourceOf(bytes: Uint8Array, chunk = bytes.length || 1): ByteSource {
  return {
    name: "rows.file",
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
  };
}

function write(codec: RowFormatCodec, rows: readonly WrittenRow[], table = TABLE): Buffer {
  const writer = codec.createWriter(table);
  const parts = [writer.begin()];
  for (const row of rows) parts.push(...writer.rows([row]));
  return Buffer.concat([...parts, writer.end()]);
}

async function read(
  codec: RowFormatCodec,
  bytes: Uint8Array,
  { table = TABLE, chunk }: { table?: FileTable; chunk?: number } = {},
) {
  const rows: FileRow[] = [];
  for await (const batch of codec.read({ source: sourceOf(bytes, chunk), table, referenced: false, signal }))
    rows.push(...batch);
  return rows;
}

const valuesOf = async (...args: Parameters<typeof read>) =>
  (await read(...args)).map(({ values }) => values);
const text = (value: string) => Buffer.from(value);

const SAMPLE: readonly WrittenRow[] = [
  ["1", "a", "1.50", "x", "t", '{"a": 1}', "\\x00", "9007199254740993", "m"],
  ["-2147483648", null, null, null, null, null, null, null, null],
  ["0", "", "NaN", "", "f", "", "", "", ""],
  ...HOSTILE.map(
    (value, index): WrittenRow => [String(index), value, value, value, "f", value, value, value, value],
  ),
];

describe.each(FORMATS)("%s", (_, codec) => {
  it("gives back every value, whatever the size of the chunks, and is written the same again", async () => {
    const bytes = write(codec, SAMPLE);
    for (const chunk of [1, 2, 3, 7, 64, undefined]) {
      const values = await valuesOf(codec, bytes, chunk === undefined ? {} : { chunk });
      expect(values).toEqual(SAMPLE);
      expect(write(codec, values).equals(bytes)).toBe(true);
    }
  });

  it("holds no rows, and tables with one column or none", async () => {
    expect(await read(codec, write(codec, []))).toEqual([]);
    const one = { ...TABLE, columns: [{ name: "only", type: "text" }], key: [] };
    const rows = [[null], [""], ["x"], [null], [" "]];
    expect(await valuesOf(codec, write(codec, rows, one), { table: one })).toEqual(rows);
    const none = { ...TABLE, columns: [], key: [] };
    expect(await valuesOf(codec, write(codec, [[], []], none), { table: none })).toEqual([[], []]);
  });

  it("names the line of every row", async () => {
    const bytes = write(codec, SAMPLE.slice(0, 2));
    const lines = (await read(codec, bytes)).map(({ line }) => line);
    const first = { ndjson: 1, json: 2, yaml: 1, csv: 3 }[codec.format];
    expect(lines[0]).toBe(first);
    expect(bytes.toString().split("\n")[(lines[1] ?? 0) - 1]).toContain("-2147483648");
  });

  it("refuses a file cut anywhere, but for whole rows or with the line named", async () => {
    const rows = SAMPLE.slice(0, 3);
    const bytes = write(codec, rows);
    for (let length = 0; length < bytes.length; length += 1) {
      const outcome = await valuesOf(codec, bytes.subarray(0, length)).catch((error: unknown) => error);
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({ code: "file.damaged", message: expect.stringMatching(/line \d+/) });
      else {
        const whole = codec.format === "json" && length === bytes.length - 1; // the last line feed alone is gone
        expect(whole || codec.format === "ndjson" || codec.format === "csv", `cut at ${length}`).toBe(true);
        expect(rows.slice(0, (outcome as unknown[]).length), `cut at ${length}`).toEqual(outcome);
      }
    }
  });

  it("takes a byte order mark and CRLF, and refuses other encodings, NUL and bytes that are no UTF-8", async () => {
    const bytes = write(codec, SAMPLE.slice(0, 1));
    expect(await valuesOf(codec, Buffer.concat([text("\ufeff"), bytes]))).toEqual(SAMPLE.slice(0, 1));
    const simple = { ...TABLE, columns: TABLE.columns.slice(0, 3) };
    const rows = [
      ["1", "a", "1.50"],
      ["2", null, null],
    ];
    const crlf = text(write(codec, rows, simple).toString().replaceAll("\n", "\r\n"));
    expect(await valuesOf(codec, crlf, { table: simple })).toEqual(rows);
    const wide = Buffer.from(`\ufeff${bytes.toString()}`, "utf16le");
    await expect(read(codec, wide)).rejects.toMatchObject({
      code: "file.unsupported",
      hint: expect.stringContaining("UTF-8"),
    });
    await expect(read(codec, wide.subarray(2))).rejects.toMatchObject({ code: "file.unsupported" });
    const bad = Buffer.concat([bytes]);
    bad[bytes.indexOf("1.50")] = 0xff;
    await expect(read(codec, bad)).rejects.toMatchObject({
      code: "file.damaged",
      message: expect.stringContaining(`byte ${bytes.indexOf("1.50") + 1} of the file`),
    });
    bad[bytes.indexOf("1.50")] = 0;
    await expect(read(codec, bad)).rejects.toMatchObject({
      code: "file.damaged",
      message: expect.stringContaining("NUL"),
    });
  });

  it("holds values longer than a chunk", async () => {
    const long = `${"é\n\"'\\,:# ".repeat(100_000)}end`;
    const quotes = '"'.repeat(65_535);
    const rows = [["1", long, null, `${quotes}a${quotes}${quotes}""`, "t", null, null, `x${quotes}`, null]];
    expect(await valuesOf(codec, write(codec, rows), { chunk: 65_536 })).toEqual(rows);
  });

  it("round trips whatever text there is", async () => {
    const value = fc.option(
      fc.string({ unit: "binary", maxLength: 20 }).filter((one) => !/\0|\p{Surrogate}/u.test(one)),
      { nil: null },
    );
    const row = fc.tuple(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
      value,
      value,
      value,
      fc.constantFrom("t", "f", null),
      value,
      value,
      value,
      value,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
        const bytes = write(codec, rows);
        expect(await valuesOf(codec, bytes, { chunk: 5 })).toEqual(rows);
      }),
      { numRuns: 100 },
    );
  });
});

const SIMPLE: FileTable = {
  name: "t",
  columns: [
    { name: "id", type: "integer" },
    { name: "price", type: "numeric" },
    { name: "name", type: "text" },
    { name: "ok", type: "boolean" },
  ],
  key: ["id"],
  fingerprint: null,
};

async function simple(format: string, content: string) {
  const codec = ROW_FORMAT_CODECS.get(format) as RowFormatCodec;
  return valuesOf(codec, text(content), { table: SIMPLE });
}

describe("what people write", () => {
  it.each([
    ["ndjson", '{"price":12345678901234567890.10,"id":1}\n\n  {"id":"2","ok":true,"name":null}  \n'],
    ["json", '[{"price":12345678901234567890.10,\n"id":1},\n\n {"id": "2","ok":true, "name" : null} ]'],
    [
      "yaml",
      "# prices\n---\n- price: 12345678901234567890.10\n  id: 1\n\n- id: '2'\n  ok: true\n  name: ~ # nobody\n...\n",
    ],
    [
      "yaml",
      '  -\n    {price: 12345678901234567890.10, id: 1}\n  # more\n  - {id: "2",\n     ok: True, name: }\n...\n',
    ],
  ])("is read without losing digits or touching columns that are left out (%s)", async (format, content) => {
    expect(await simple(format, content)).toEqual([
      ["1", "12345678901234567890.10", undefined, undefined],
      ["2", undefined, null, "t"],
    ]);
  });

  it("is read from CSV with its columns in any order", async () => {
    expect(await simple("csv", 'ok,id\r\ntrue,1\r\n,2\r\n\r\n"f",3\r\n')).toEqual([
      ["1", undefined, undefined, "t"],
      ["2", undefined, undefined, null],
      ["3", undefined, undefined, "f"],
    ]);
  });

  it("keeps YAML's texts as they stand", async () => {
    expect(
      await simple(
        "yaml",
        "- name: 01234\n- name: no\n- name: 1e3\n- name: |\n    a\n    b\n- name: >-\n    folded\n    text\n- name: 'it''s'\n...\n",
      ),
    ).toEqual(
      ["01234", "no", "1e3", "a\nb\n", "folded text", "it's"].map((name) => [
        undefined,
        undefined,
        name,
        undefined,
      ]),
    );
  });

  const DAMAGED: readonly (readonly [format: string, content: string, message: RegExp])[] = [
    ["ndjson", '{"id":1}\n{"id":1,"nmae":"x"}\n', /line 2, column 9: the table has no column/],
    ["ndjson", '{"id":1,"id":2}\n', /line 1, column 9: a column is repeated/],
    ["ndjson", '{"id":1.5}\n', /line 1, column 7: expected a whole number/],
    ["ndjson", '{"id":2147483648}\n', /expected a whole number within the range/],
    ["ndjson", '{"name":1}\n', /expected a string/],
    ["ndjson", '{"name":{"a":1}}\n', /json goes into a string/],
    ["ndjson", '{"ok":1}\n', /line 1, column 7/],
    ["ndjson", '{"name":"\\u0000"}\n', /cannot store/],
    ["ndjson", '{"name":"\\ud800"}\n', /cannot store/],
    ["ndjson", '{"id":1} {"id":2}\n', /line 1, column 10: expected nothing more/],
    ["ndjson", "[1]\n", /expected a row/],
    ["json", '[{"id":1},]', /line 1, column 11: expected a row/],
    ["json", '[{"id":1}\n{"id":2}]', /expected nothing more/],
    ["json", '[{"id":1}] []', /expected nothing more/],
    ["json", '{"id":1}', /expected a list of rows/],
    ["json", "", /expected a list of rows/],
    ["json", '[{"id":1}}]', /expected nothing more/],
    ["yaml", "- id: 1\n- id: 1\n  nmae: x\n...\n", /line 3, column 3: the table has no column/],
    ["yaml", "- id: 1\n  id: 2\n...\n", /repeated/],
    ["yaml", "- id: 1\n  'id': 2\n...\n", /repeated/],
    ["yaml", "- id: one\n...\n", /line 1, column 7: expected a whole number/],
    ["yaml", "- ok: yes\n...\n", /expected true, false or null/],
    ["yaml", "- &a {id: 1}\n- *a\n...\n", /anchors/],
    ["yaml", "- *a\n...\n", /alias|anchor/],
    ["yaml", "- id: &a 1\n...\n", /anchors/],
    ["yaml", "- name: !!binary aGk=\n...\n", /tags|tag/],
    ["yaml", "- <<: {id: 1}\n...\n", /merge keys/],
    ["yaml", "- name: [a, b]\n...\n", /single value/],
    ["yaml", "- name: {a: b}\n...\n", /single value/],
    ["yaml", "- [1, 2]\n...\n", /expected a row/],
    ["yaml", "id: 1\n...\n", /line 1: expected a list of rows/],
    ["yaml", '[{"id": 1}]\n...\n', /expected a list of rows/],
    ["yaml", "- id: 1\nname: x\n...\n", /line 2: expected the next row/],
    ["yaml", '- name: "a\\0b"\n...\n', /cannot store/],
    ["yaml", "- ? [a]\n  : b\n...\n", /column's name/],
    ["csv", "id,nmae\n", /line 1, column 4: the table has no column/],
    ["csv", "id,id\n", /line 1, column 4: a column is repeated/],
    ["csv", "id,name\n1\n", /line 2: the row has 1 fields, expected 2/],
    ["csv", "id,name\n1,2,3\n", /line 2: the row has 3 fields, expected 2/],
    ["csv", 'id,name\n1,5" pipe\n', /line 2: a quote stands inside/],
    ["csv", 'id,name\n1,"a"b\n', /line 2: text stands behind/],
    ["csv", 'id,name\n1,"a\n', /line 2: the file ends here/],
    ["csv", "id,name\n1,a\rb\n", /carriage return/],
    ["csv", "id,name\n1,a", /line 2: the file ends here/],
    ["csv", "", /expected a line with the columns' names/],
  ];
  it.each(DAMAGED)("is refused with its place when it is wrong: %s %j", async (format, content, message) => {
    await expect(simple(format, content)).rejects.toMatchObject({
      code: "file.damaged",
      message: expect.stringMatching(message),
    });
    await expect(simple(format, content)).rejects.toMatchObject({
      message: expect.stringContaining('"rows.file", line '),
    });
  });

  it.each([
    ["json", `[{"id":${"[".repeat(100)}`],
    ["ndjson", `{"name":${"[".repeat(100_000)}\n`],
    ["yaml", `- name: ${"[".repeat(100_000)}\n...\n`],
    ["yaml", `- ${"- ".repeat(50_000)}1\n...\n`],
    ["yaml", `- ${"? ".repeat(50_000)}1\n...\n`],
    ["yaml", `- name: ${"{a: ".repeat(20_000)}\n...\n`],
    ["yaml", "- id: 1\n---\n- id: 2\n"],
    ["yaml", `- {${"id: 1, ".repeat(2_000_000)}}\n...\n`],
  ])("cannot hang or crash the reader: %s %.20s", async (format, content) => {
    const started = performance.now();
    await expect(simple(format, content)).rejects.toMatchObject({
      code: expect.stringMatching(/^file\.(damaged|unsupported)$/),
    });
    expect(performance.now() - started).toBeLessThan(5000); // 2 s on a machine that does nothing else
  });
});
