import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodedError } from "@syncline/core";
import type { FileTable, RowFormat } from "@syncline/engine";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createDirectoryWriter } from "./directory-writer.ts";
import { openDirectory } from "./open-directory.ts";

const FORMATS: readonly RowFormat[] = ["ndjson", "json", "yaml", "csv"];
const MAX_MS = 2000;
const signal = new AbortController().signal;

const TABLE: FileTable = {
  name: "users",
  columns: [
    { name: "id", type: "integer" },
    { name: "name", type: "text" },
    { name: "__proto__", type: "numeric" },
    { name: "ok", type: "boolean" },
  ],
  key: ["id"],
  fingerprint: "f",
};

/** What a hostile or clumsy hand puts into a file. */
const PIECES = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "'",
  "\\",
  "\n",
  "\r",
  "\t",
  "- ",
  "  ",
  "&a ",
  "*a",
  "<<: *a",
  "!!js/function ",
  "!!binary ",
  "|",
  ">",
  "? ",
  "---\n",
  "...\n",
  "%YAML 9.9\n",
  "#",
  "__proto__",
  "constructor",
  "null",
  "~",
  "NaN",
  "1e999999",
  "-0",
  "99999999999999999999",
  "0x10",
  "true",
  "\\u0000",
  "\\ud800",
  "\u0000",
  "\ufeff",
  "é",
  "\u2028",
  '""',
  '"""',
  "../",
  "/etc/passwd",
  "manifest.json",
  "2147483648",
  "\u001b[2J",
  "{".repeat(200),
  "[".repeat(5000),
  "- ".repeat(2000),
  '"'.repeat(999),
  "a".repeat(70_000),
  "\\".repeat(5001),
  "9".repeat(20_000),
  "{a: ".repeat(500),
  "\n".repeat(3000),
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-mutated-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("never crash, hang or reach outside of the directory (G5)", { timeout: 1_800_000 }, async () => {
  const random = seeded(seed);
  const failures: string[] = [];
  const cases = scaled(5000);
  const outcomes = new Map<string, number>();
  for (const format of FORMATS) await write(format);
  for (let at = 0; at < cases; at += 1) {
    const format = FORMATS[at % FORMATS.length] as RowFormat;
    const path = join(folder, format);
    const names = await readdir(path);
    const file = join(path, names[Math.floor(random() * names.length)] as string);
    const original = await readFile(file);
    await writeFile(file, mutate(original, random));
    const started = performance.now();
    const outcome = await readAll(path).catch((error: unknown) => error);
    const elapsed = performance.now() - started;
    const verdict = judge(outcome, elapsed);
    outcomes.set(verdict.kind, (outcomes.get(verdict.kind) ?? 0) + 1);
    if (verdict.problem !== null) failures.push(`case ${at} (${file}): ${verdict.problem}`);
    await writeFile(file, original);
  }
  recordGuarantee({
    id: "G5",
    claim: "mutated directories are read or refused with their place, and nothing else happens",
    figure: `${cases} mutated manifests, NDJSON, JSON, YAML and CSV files`,
    failures: failures.length,
    details: [...outcomes].map(([kind, count]) => `${kind} ${count}`).join(", "),
  });
  expect(failures).toEqual([]);
  expect((await readdir(folder)).sort()).toEqual([...FORMATS].sort());
});

function judge(
  outcome: unknown,
  elapsed: number,
): { readonly kind: string; readonly problem: string | null } {
  if (elapsed > MAX_MS) return { kind: "slow", problem: `took ${Math.round(elapsed)} ms` };
  if (typeof outcome === "number") return { kind: "read", problem: null };
  if (!(outcome instanceof CodedError)) return { kind: "crash", problem: String((outcome as Error).stack) };
  const expected = outcome.code === "file.damaged" || outcome.code === "file.unsupported";
  if (!expected) return { kind: "other", problem: `${outcome.code}: ${outcome.message}` };
  return {
    kind: "refused",
    problem:
      outcome.message.includes("line ") || outcome.message.includes("is not there")
        ? null
        : `no place: ${outcome.message}`,
  };
}

async function readAll(path: string): Promise<number> {
  const files = await openDirectory(path);
  let rows = 0;
  for (const { name, columns } of files.tables) {
    for await (const batch of files.rows(name, signal)) {
      rows += batch.length;
      for (const { values } of batch)
        if (
          values.length !== columns.length ||
          values.some((value) => value !== null && value !== undefined && typeof value !== "string")
        )
          throw new TypeError("a row is not of its table");
    }
  }
  return rows;
}

async function write(format: RowFormat): Promise<void> {
  const writer = await createDirectoryWriter({
    path: join(folder, format),
    overwrite: false,
    tables: ["users", "notes"],
    header: {
      format,
      createdAt: "2026-01-01T00:00:00Z",
      source: { locator: "dev:public:*", version: null },
      scope: {
        tenant: "public",
        tables: ["users", "notes"],
        filter: { where: { id: 1 } },
        dataset: null,
        complete: true,
      },
      definitions: null,
    },
  });
  for (const name of ["users", "notes"]) {
    const table = await writer.table({ ...TABLE, name });
    await table.rows([
      ["1", "Zoë", "1.50", "t"],
      ["2", null, null, null],
      ["3", 'quo"ted, line\nbreak', "NaN", "f"],
      ["4", "", "-0.00", "t"],
    ]);
    await table.end();
  }
  await writer.commit();
}

function mutate(bytes: Buffer, random: () => number): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(random() * (changed.length + 1));
    const length = Math.floor(random() * 20);
    const piece = Buffer.from(PIECES[Math.floor(random() * PIECES.length)] as string);
    const kind = Math.floor(random() * 6);
    if (kind === 0) changed = changed.subarray(0, at);
    else if (kind === 1 && changed.length > 0) changed[at % changed.length] = Math.floor(random() * 256);
    else if (kind === 2) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + length)]);
    else if (kind === 3)
      changed = Buffer.concat([changed.subarray(0, at), changed.subarray(Math.max(0, at - length))]);
    else
      changed = Buffer.concat([
        changed.subarray(0, at),
        piece,
        changed.subarray(kind === 4 ? at : at + length),
      ]);
  }
  return changed;
}

function seeded(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
