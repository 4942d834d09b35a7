import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  NO_CHECKSUMS,
  openPatch,
  type PatchOperation,
  type PatchTable,
  patchSql,
  scriptHead,
} from "@syncline/core";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSha256 } from "../files/patch-files.ts";
import { openResultStore } from "./open-result-store.ts";
import type { OpenResult, ResultStore } from "./result-contract.ts";
import { resultHeader } from "./testing/sample-results.ts";

const ITEMS: PatchTable = {
  name: "items",
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["price", "numeric(12,2)"],
    ["seen", "timestamp with time zone"],
  ],
  key: ["id"],
  fingerprint: "f1",
};
const CODES: PatchTable = {
  name: "codes",
  columns: [
    ["code", "text"],
    ["note", "text"],
  ],
  key: ["code"],
  fingerprint: "f2",
};

let folder: string;
let store: ResultStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-insight-"));
  const objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  store = await openResultStore({ objectStore, cacheFolder: join(folder, "cache") });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

type Values = Readonly<Record<string, string | null>>;
const row = (values: Values) => new Map(Object.entries(values));
const update = (id: number, old: Values, fresh: Values): PatchOperation => ({
  op: "update",
  table: "items",
  key: row({ id: String(id) }),
  old: row(old),
  new: row(fresh),
});
const whole = (id: number) => row({ id: String(id), name: `n${id}`, price: "1.00", seen: null });
const insert = (id: number): PatchOperation => {
  return { op: "insert", table: "items", key: row({ id: String(id) }), new: whole(id), count: 1 };
};
const remove = (id: number): PatchOperation => {
  return { op: "delete", table: "items", key: row({ id: String(id) }), old: whole(id), count: 1, of: 1 };
};

async function opened(
  operations: readonly PatchOperation[],
  name = "unit-1.7",
): Promise<OpenResult & { readonly file: string }> {
  const stored = await store.writeResult({
    signal: new AbortController().signal,
    name,
    header: resultHeader([ITEMS, CODES]),
    operations: (async function* () {
      yield operations;
    })(),
    end: async () => ({ complete: true, checksums: NO_CHECKSUMS }),
  });
  return { ...(await store.openResult(stored.indexKey ?? "")), file: stored.objectKey };
}

const signal = undefined;

it("counts what updates change, and what nothing else", async () => {
  const result = await opened([
    update(1, { name: "a", price: "1" }, { name: "b", price: "2" }),
    update(2, { price: "1" }, { price: "2" }),
    update(3, { price: "1" }, { price: "2" }),
    update(4, { name: "a", price: "1", seen: null }, { name: "b", price: "2", seen: "x" }),
    insert(5),
  ]);
  expect(await result.tables()).toEqual([
    {
      name: "items",
      key: ["id"],
      inserts: 1,
      updates: 4,
      deletes: 0,
      changedColumns: [
        { name: "price", updates: 4, only: 2 },
        { name: "name", updates: 2, only: 0 },
        { name: "seen", updates: 1, only: 0 },
      ],
    },
  ]);
});

it("tells where along the key changes lie", async () => {
  const result = await opened([
    ...Array.from({ length: 100 }, (_, at) => insert(1 + at)),
    ...Array.from({ length: 50 }, (_, at) => remove(901 + at * 2)),
  ]);
  const all = await result.histogram({ table: "items", buckets: 10, signal });
  expect(all).toMatchObject({ along: "key", exact: true, column: null });
  expect(all.buckets.map((each) => [each.from, each.to, each.insert, each.delete])).toEqual([
    ["1", "100", 100, 0],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((at) => [String(at * 100 + 1), String(at * 100 + 100), 0, 0]),
    ["901", "999", 0, 50],
  ]);
  const deletes = await result.histogram({
    table: "items",
    buckets: 2,
    filter: { kinds: ["delete"] },
    signal,
  });
  expect(deletes.buckets.map((each) => [each.insert, each.delete])).toEqual([
    [0, 0],
    [0, 50],
  ]);
  const searched = await result.histogram({ table: "items", buckets: 1, filter: { text: "n1" }, signal });
  expect(searched.buckets[0]).toMatchObject({ insert: 12, delete: 0 });
  expect((await result.histogram({ table: "codes", buckets: 4, signal })).buckets).toEqual([]);
});

it("takes equal parts of the changes where keys are texts", async () => {
  const result = await opened(
    ["x", "a", "m", "b"].map((code): PatchOperation => {
      return { op: "insert", table: "codes", key: row({ code }), new: row({ code, note: "" }), count: 1 };
    }),
  );
  const { along, buckets } = await result.histogram({ table: "codes", buckets: 2, signal });
  expect(along).toBe("order");
  expect(buckets.map((each) => [each.from, each.to, each.insert])).toEqual([
    ["a", "b", 2],
    ["m", "x", 2],
  ]);
});

it("tells what updates do to a column", async () => {
  const names: [string | null, string | null][] = [
    ["a", null],
    [null, "b"],
    ["a b", "a  b "],
    ["Ada", "ADA"],
    ["x", "y"],
    ["x", "y"],
    ["x", "y"],
  ];
  const result = await opened([
    ...names.map(([old, fresh], at) => update(at, { name: old }, { name: fresh })),
    ...[1, 2, 3, 10].map((by, at) => update(50 + at, { price: "5.00" }, { price: `${5 + by}.00` })),
    insert(99),
  ]);
  const { column } = await result.histogram({ table: "items", column: "name", buckets: 1, signal });
  expect(column).toMatchObject({
    name: "name",
    type: "text",
    updates: 7,
    sampled: 7,
    becameNull: 1,
    wasNull: 1,
    whitespaceOnly: 1,
    caseOnly: 1,
    numeric: null,
  });
  expect(column?.pairs[0]).toEqual({ old: "x", new: "y", count: 3 });
  const price = (await result.histogram({ table: "items", column: "price", buckets: 1, signal })).column;
  expect(price?.numeric).toMatchObject({ count: 4, min: 1, median: 2.5, max: 10 });
  expect(price?.numeric?.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  const cents = await opened(
    Array.from({ length: 50 }, (_, at) => update(at, { price: `${at * 3}.01` }, { price: `${at * 3}.00` })),
    "unit-1.8",
  );
  const { column: alike } = await cents.histogram({ table: "items", column: "price", buckets: 1, signal });
  expect(alike?.numeric).toMatchObject({ min: -0.01, median: -0.01, max: -0.01, buckets: [{ count: 50 }] });
  const none = await result.histogram({
    table: "items",
    column: "price",
    buckets: 1,
    filter: { kinds: ["insert"] },
    signal,
  });
  expect(none.column).toMatchObject({ updates: 0, sampled: 0 });
});

it("takes an even sample of very many", async () => {
  const many = Array.from({ length: 20_000 }, (_, at) =>
    update(at, { price: "0" }, { price: at < 10_000 ? "1" : "2" }),
  );
  const result = await opened(many);
  const { column } = await result.histogram({ table: "items", column: "price", buckets: 1, signal });
  expect(column?.updates).toBe(20_000);
  expect(column?.sampled).toBeGreaterThan(500);
  expect(column?.sampled).toBeLessThanOrEqual(4_096);
  const [one = 0, two = 0] = column?.pairs.map(({ count }) => count) ?? [];
  expect(one / two).toBeGreaterThan(0.8);
  expect(one / two).toBeLessThan(1.25);
});

it("says how many updates would be none under a rule", async () => {
  const result = await opened([
    update(1, { price: "1.00" }, { price: "1.01" }),
    update(2, { price: "1.00" }, { price: "1.02" }),
    update(
      3,
      { price: "1.00", seen: "2026-01-01 00:00:00+00" },
      { price: "1.01", seen: "2026-01-01 00:00:01+00" },
    ),
    update(4, { seen: null }, { seen: "2026-01-01 00:00:00+00" }),
    update(5, { name: "a", price: "1.00" }, { name: "b", price: "1.01" }),
    insert(6),
  ]);
  const preview = (ignoreFields: string[], tolerance: Record<string, string>) =>
    finishedPreview(result, { ignoreFields, tolerance });
  expect(await preview(["price"], {})).toMatchObject({ vanish: 2, remain: 3, notes: [] });
  expect(await preview(["price", "items.seen"], {})).toMatchObject({ vanish: 4, remain: 1 });
  expect(await preview([], { price: "0.01" })).toMatchObject({ vanish: 1, remain: 4 });
  expect(await preview([], { price: "0.01", seen: "1 second" })).toMatchObject({ vanish: 2, remain: 3 });
  expect(await preview(["name"], { "items.price": "0.01", price: "9" })).toMatchObject({
    vanish: 2,
    remain: 3,
  });
  expect((await preview(["nowhere", "id"], {})).notes).toEqual([
    'No table of the patch has a column "nowhere".',
    '"id" is part of the key of "items": rows are told apart by it all the same.',
  ]);
  const keyless = await opened(
    [insert(1), { op: "insert", table: "items", key: row({}), new: whole(2), count: 1 }],
    "unit-1.8",
  );
  expect((await finishedPreview(keyless, { ignoreFields: ["name"], tolerance: {} })).notes).toEqual([
    'Rows of "items" without a key may turn out alike without "name": such inserts and deletes would be gone as well, and are not counted here.',
  ]);
  await expect(preview([], { name: "1" })).rejects.toMatchObject({ code: "usage.invalid" });
});

async function finishedPreview(
  result: OpenResult,
  rules: { readonly ignoreFields: string[]; readonly tolerance: Record<string, string> },
) {
  for (;;) {
    const preview = await result.previewIgnore({ ...rules, signal });
    if (preview.exact) return preview;
  }
}

it("shows the statements of the script, at any place", async () => {
  const operations = [
    insert(1),
    update(2, { name: "a" }, { name: "b" }),
    remove(3),
    insert(4),
    remove(5),
    update(6, { name: "long" }, { name: "x".repeat(30_000) }),
  ];
  const result = await opened(operations);
  const patch = await openPatch(store.patchSource(result.file), { createDigest: createSha256 });
  let script = "";
  for await (const text of patchSql(patch)) script += text;
  const lines = script.split("\n").filter((line) => line.startsWith("WITH changed"));
  expect(script.startsWith(scriptHead([]).slice(0, 0))).toBe(true);
  const listed = async (direction: "forward" | "undo", offset: number, limit: number) =>
    result.statements({ direction, offset, limit, signal });
  const all = await listed("forward", 0, 100);
  expect(all).toMatchObject({ total: 6, next: null });
  expect(all.items.map(({ n, kind, cut }) => [n, kind, cut])).toEqual([
    [1, "delete", false],
    [2, "delete", false],
    [3, "update", false],
    [4, "update", true],
    [5, "insert", false],
    [6, "insert", false],
  ]);
  for (const [at, { text, cut }] of all.items.entries())
    expect(text).toBe(cut ? lines[at]?.slice(0, 20_000) : lines[at]);
  for (const offset of [0, 1, 2, 3, 5, 6]) {
    const page = await listed("forward", offset, 2);
    expect(page.items).toEqual(all.items.slice(offset, offset + 2));
    expect(page.next).toBe(offset + 2 < 6 ? String(offset + 2) : null);
  }
  const undo = await listed("undo", 0, 100);
  expect(undo.items.map(({ kind, change }) => [kind, change])).toEqual([
    ["delete", 0],
    ["delete", 3],
    ["update", 1],
    ["update", 5],
    ["insert", 2],
    ["insert", 4],
  ]);
  expect(undo.items[2]?.text).toContain(`SET "name" = 'a'`);
});
