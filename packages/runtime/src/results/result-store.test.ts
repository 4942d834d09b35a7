import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_CHECKSUMS, openPatch, type PatchOperation, type PatchTable } from "@syncline/core";
import type { ObjectStore } from "@syncline/engine";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { seed } from "@syncline/tooling-vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSha256 } from "../files/patch-files.ts";
import { openResultStore } from "./open-result-store.ts";
import type {
  ChangeFilter,
  OpenResult,
  ResultStore,
  ValueCondition,
  WriteResultInput,
} from "./result-contract.ts";
import { numbers, ORDERS, orderChange, resultHeader } from "./testing/sample-results.ts";

let folder: string;
let objectStore: ObjectStore;
let store: ResultStore;
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-results-"));
  objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  store = await openResultStore({ objectStore, cacheFolder: join(folder, "cache") });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function* batches(operations: readonly PatchOperation[], size = 256) {
  for (let at = 0; at < operations.length; at += size) yield operations.slice(at, at + size);
}

function inputOf(
  operations: readonly PatchOperation[],
  more: Partial<WriteResultInput> & { readonly tables?: readonly PatchTable[] } = {},
): WriteResultInput {
  return {
    signal,
    name: "unit-1.7",
    header: resultHeader(more.tables ?? [ORDERS]),
    operations: batches(operations),
    end: async () => ({ complete: true, checksums: NO_CHECKSUMS }),
    ...more,
  };
}

async function openedResult(
  operations: readonly PatchOperation[],
  tables: readonly PatchTable[] = [ORDERS],
): Promise<OpenResult> {
  const { indexKey } = await store.writeResult(inputOf(operations, { tables }));
  return store.openResult(indexKey ?? "");
}

/** All pages, with a look at their sizes. */
async function listed(result: OpenResult, filter: ChangeFilter, limit = 37) {
  const items = [];
  let after: string | undefined;
  for (;;) {
    const page = await result.list({ filter, limit, ...(after === undefined ? {} : { after }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.next === null) return items;
    after = page.next;
  }
}

/** Asks until a search has come to its end. */
async function finished<Answer>(ask: () => Promise<Answer>, isDone: (answer: Answer) => boolean) {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await ask();
    if (isDone(answer)) return answer;
  }
  throw new Error("the search did not end");
}

/** Pages by offset are pieces of the whole list, counts are its length, and each row is found at its place. */
async function expectOffsets(result: OpenResult, filter: ChangeFilter): Promise<void> {
  const ids = (await listed(result, filter, 1_000)).map(({ id }) => id);
  const said = JSON.stringify(filter);
  const { count, kinds } = await finished(
    () => result.count({ filter }),
    ({ exact }) => exact,
  );
  expect(count, said).toBe(ids.length);
  expect(kinds.insert + kinds.update + kinds.delete, said).toBe(count);
  const next = numbers(seed + ids.length);
  const offsets = [
    0,
    1,
    ids.length - 1,
    ids.length,
    ids.length + 5,
    ...Array.from({ length: 6 }, () => next(count + 1)),
  ];
  for (const offset of offsets.filter((each) => each >= 0)) {
    const limit = 1 + next(40);
    const page = await finished(
      () => result.list({ filter, offset, limit }),
      ({ searching }) => !searching,
    );
    expect(
      page.items.map(({ id }) => id),
      `${said} at ${offset}`,
    ).toEqual(ids.slice(offset, offset + limit));
    expect(page.next === null, `${said} at ${offset}`).toBe(offset + limit >= ids.length);
  }
  const at = next(Math.max(1, ids.length));
  const operation = ids[at] === undefined ? null : await result.operation(ids[at]);
  if (operation === null || operation.key.size === 0) return;
  const wanted = { table: operation.table, values: [...operation.key.values()].map(String), filter };
  const found = await finished(
    () => result.find(wanted),
    ({ offset }) => offset !== null,
  );
  expect(found, said).toEqual({ id: ids[at], offset: at });
}

const values = (operation: PatchOperation) => [
  ...operation.key.values(),
  ...(operation.op === "insert" ? [] : operation.old.values()),
  ...(operation.op === "delete" ? [] : operation.new.values()),
];

/** What a filter means, said plainly. */
function matches(operation: PatchOperation, filter: ChangeFilter): boolean {
  const { table, kinds, column, columns = [], key, text, values: conditions = [] } = filter;
  if (table !== undefined && operation.table !== table) return false;
  if (kinds !== undefined && !kinds.includes(operation.op)) return false;
  for (const each of [...(column === undefined ? [] : [column]), ...columns])
    if (operation.op !== "update" || !operation.new.has(each)) return false;
  if (key !== undefined) {
    const own = [...operation.key.values()];
    if (own.length === 0 || !key.values.every((value, at) => own[at] === value)) return false;
    if (key.prefix !== undefined && own[key.values.length]?.startsWith(key.prefix) !== true) return false;
  }
  if (!conditions.every((condition) => meets(operation, condition))) return false;
  if (text === undefined) return true;
  return values(operation).some((value) => value?.toLowerCase().includes(text.toLowerCase()) === true);
}

function meets(operation: PatchOperation, { column, side, test, value }: ValueCondition): boolean {
  const before = operation.op === "insert" ? new Map() : operation.old;
  const after = operation.op === "delete" ? new Map() : operation.new;
  const known = [
    side !== "new" && before.has(column) && before,
    side !== "old" && after.has(column) && after,
  ];
  const keyed = operation.op === "update" && !operation.new.has(column) && operation.key.has(column);
  return [...known, keyed && operation.key]
    .filter((row) => row !== false)
    .map((row) => row.get(column) ?? null)
    .some((found) =>
      value === null || found === null
        ? value === found
        : test === "equals"
          ? found === value
          : found.toLowerCase().includes(value.toLowerCase()),
    );
}

const POSITIONS: PatchTable = {
  name: "billing.positions",
  columns: [
    ["amount", "numeric(12,2)"],
    ["code", "text"],
    ["note", "text"],
  ],
  key: ["amount", "code"],
  fingerprint: "f2",
};
const LOG: PatchTable = {
  name: "log",
  columns: [
    ["line", "text"],
    ["level", "text"],
  ],
  key: [],
  fingerprint: "f3",
};

function mixed(count: number): PatchOperation[] {
  const next = numbers(seed);
  const operations = Array.from({ length: count }, (_, at) => orderChange(at * 7 + 1, next));
  for (let at = 0; at < count / 4; at += 1) {
    const amount = `${next(2) === 0 ? "-" : ""}${next(400)}.${String(at % 100).padStart(2, "0")}`;
    const key = new Map([
      ["amount", amount],
      ["code", `C-${at}`],
    ]);
    const [old, fresh] = [new Map([["note", null]]), new Map([["note", `position ${at} Äpfel ΟΔΟΣ`]])];
    operations.push({ op: "update", table: POSITIONS.name, key, old, new: fresh });
    const line = new Map([
      ["line", `line ${at}`],
      ["level", at % 3 === 0 ? null : "info"],
    ]);
    operations.push(
      at % 2 === 0
        ? { op: "insert", table: "log", key: new Map(), new: line, count: 1 + (at % 4), of: at % 3 }
        : { op: "delete", table: "log", key: new Map(), old: line, count: 1, of: 2 },
    );
  }
  return operations;
}

const TABLES = [ORDERS, POSITIONS, LOG];

function shuffled<Item>(items: readonly Item[]): Item[] {
  const next = numbers(seed + 1);
  const all = [...items];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = next(at + 1);
    [all[at], all[other]] = [all[other] as Item, all[at] as Item];
  }
  return all;
}

const identity = (operation: PatchOperation) =>
  JSON.stringify([operation, [...operation.key], values(operation)]);
const sortedOnes = (operations: readonly PatchOperation[]) => operations.map(identity).sort();

const FILTERS: readonly ChangeFilter[] = [
  {},
  { table: "orders" },
  { table: "log" },
  { kinds: ["delete"] },
  { kinds: ["insert", "update"], table: "orders" },
  { column: "note" },
  { column: "note", table: "orders" },
  { column: "total", kinds: ["update", "delete"] },
  { key: { values: ["701"] } },
  { key: { values: [], prefix: "7" } },
  { key: { values: [], prefix: "70" }, kinds: ["update"] },
  { key: { values: [], prefix: "-1" } },
  { key: { values: [], prefix: "-" } },
  { key: { values: [], prefix: "12." }, table: "billing.positions" },
  { key: { values: [], prefix: "0" } },
  { key: { values: [], prefix: "00" } },
  { key: { values: [], prefix: "x" } },
  { text: "hopper" },
  { text: "Grace Hopper", kinds: ["delete"] },
  { text: "äPFEL" },
  { text: "οδος" },
  { text: "position 1", column: "note" },
  { text: "e" },
  { text: "zz" },
  { text: "-" },
  { text: "NOWHERE to be found" },
  { text: '"source": "web"', table: "orders" },
  { columns: ["status", "note"] },
  { column: "total", columns: ["status"] },
  { values: [{ column: "status", side: "either", test: "equals", value: "paid" }] },
  { values: [{ column: "status", side: "old", test: "equals", value: "paid" }], kinds: ["update"] },
  { values: [{ column: "note", side: "new", test: "equals", value: null }], table: "orders" },
  { values: [{ column: "note", side: "old", test: "equals", value: null }] },
  { values: [{ column: "customer", side: "either", test: "contains", value: "HOPPER" }], text: "web" },
  { values: [{ column: "id", side: "either", test: "equals", value: "701" }] },
  {
    values: [
      { column: "status", side: "old", test: "equals", value: "new" },
      { column: "status", side: "new", test: "contains", value: "p" },
    ],
  },
];

describe.each(["in order", "shuffled"])("changes that come %s", (order) => {
  test.each([60, 2_000])("are found by every filter among %i", async (count) => {
    const operations = mixed(count);
    const result = await openedResult(order === "shuffled" ? shuffled(operations) : operations, TABLES);
    expect(result.total).toBe(operations.length);
    let before = -1;
    const all = await listed(result, {}, 1_000);
    for (const { id } of all) {
      expect(id).toBe(before + 1);
      before = id;
    }
    for (const filter of FILTERS) {
      const wanted = operations.filter((operation) => matches(operation, filter));
      const found = await listed(result, filter);
      expect(sortedOnes(found.map(({ operation }) => operation)), JSON.stringify(filter)).toEqual(
        sortedOnes(wanted),
      );
      const ids = found.map(({ id }) => id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      const { count, exact } = await result.count({ filter });
      // On a busy machine a search may end before it has seen everything; nothing else may.
      expect(exact || filter.text !== undefined || filter.values !== undefined).toBe(true);
      if (exact) expect(count).toBe(wanted.length);
      else expect(count).toBeLessThanOrEqual(wanted.length);
    }
    for (const id of [0, Math.floor(operations.length / 2), operations.length - 1])
      expect(await result.operation(id)).toEqual(all[id]?.operation);
    for (const filter of FILTERS) await expectOffsets(result, filter);
    const streamed: PatchOperation[] = [];
    for await (const batch of result.operations({ kinds: ["update"] })) streamed.push(...batch);
    expect(sortedOnes(streamed)).toEqual(sortedOnes(operations.filter(({ op }) => op === "update")));
    result.close();
  });
});

test("changes come in the order of tables and keys, numbers by size", async () => {
  const keys = [
    "10",
    "9",
    "-1.5",
    "-10",
    "-1",
    "0",
    "1.50",
    "1.05",
    "100",
    "NaN",
    "Infinity",
    "-Infinity",
    "-0.5",
  ];
  const operations = keys.map(
    (amount): PatchOperation => ({
      op: "update",
      table: POSITIONS.name,
      key: new Map([
        ["amount", amount],
        ["code", "x"],
      ]),
      old: new Map([["note", "a"]]),
      new: new Map([["note", "b"]]),
    }),
  );
  const result = await openedResult(operations, [POSITIONS]);
  const found = (await listed(result, {}, 3)).map(({ operation }) => operation.key.get("amount"));
  const sorted = [
    "-Infinity",
    "-10",
    "-1.5",
    "-1",
    "-0.5",
    "0",
    "1.05",
    "1.50",
    "9",
    "10",
    "100",
    "Infinity",
    "NaN",
  ];
  expect(found).toEqual(sorted);
  const prefixed = async (prefix: string) =>
    (await listed(result, { key: { values: [], prefix } })).map(({ operation }) =>
      operation.key.get("amount"),
    );
  expect(await prefixed("1")).toEqual(["1.05", "1.50", "10", "100"]);
  expect(await prefixed("-1")).toEqual(["-10", "-1.5", "-1"]);
  expect(await prefixed("-")).toEqual(["-Infinity", "-10", "-1.5", "-1", "-0.5"]);
  expect(await prefixed("I")).toEqual(["Infinity"]);
  expect(await listed(result, { key: { values: ["10"], prefix: "x" } })).toHaveLength(1);
  expect(await listed(result, { key: { values: ["10", "x"] } })).toHaveLength(1);
  expect(await listed(result, { key: { values: ["10", "x"], prefix: "y" } })).toEqual([]);
  result.close();
});

test("hostile names and values come back as they were", async () => {
  const name = `o"ne'; DROP TABLE x; -- ${"😀".repeat(8)}`;
  const table: PatchTable = {
    name,
    columns: [
      ["__proto__", "text"],
      [`"quoted" 'column'`, "jsonb"],
      ["ü".repeat(31), "text"],
      ["constructor", "text"],
    ],
    key: ["__proto__"],
    fingerprint: "f",
  };
  const columns = table.columns.map(([column]) => column);
  const long = `start ${"0123456789 ".repeat(190_000)}needle😀 end`;
  const contents: (string | null)[] = [
    "",
    null,
    "N",
    "V",
    "L5:abc",
    "\x01\x1f\n\r\t\\",
    '{"a": [1, null, "\\u0000"], "b": {"c": "😀"}}',
    "%_*'\"",
    long,
    "\u{10FFFF}\u{10FFFF}",
  ];
  const row = (at: number) =>
    new Map(
      columns.map((column, place) => [
        column,
        place === 0 ? `k${at}` : (contents[(at + place) % contents.length] ?? null),
      ]),
    );
  const operations = contents.map(
    (_, at): PatchOperation => ({
      op: "insert",
      table: name,
      key: new Map([["__proto__", `k${at}`]]),
      new: row(at),
      count: 1,
    }),
  );
  const result = await openedResult(operations, [table]);
  for (const [at, operation] of operations.entries()) expect(await result.operation(at)).toEqual(operation);
  const page = await result.list({ limit: 100 });
  expect(page.items).toHaveLength(contents.length);
  const cut = page.items.flatMap((item) => item.cut);
  expect(cut.map(({ length }) => length)).toEqual([long.length, long.length, long.length]);
  expect(JSON.stringify(page.items.map(({ operation }) => values(operation))).length).toBeLessThan(20_000);
  for (const text of ["NEEDLE😀", "needle", "l5:abc", "\\u0000", "%_*", "\n\r"])
    expect(await listed(result, { text }), text).toHaveLength(3);
  expect(await listed(result, { column: "constructor" })).toEqual([]);
  result.close();
});

test("what means nothing is refused", async () => {
  const result = await openedResult(mixed(20), TABLES);
  const refused = async (filter: ChangeFilter, code: string) => {
    await expect(result.list({ filter, limit: 5 }), JSON.stringify(filter)).rejects.toMatchObject({ code });
    await expect(result.count({ filter })).rejects.toMatchObject({ code });
  };
  await refused({ table: "nope" }, "table.not_found");
  await refused({ column: "nope" }, "column.not_found");
  await refused({ column: "line", table: "orders" }, "column.not_found");
  await refused({ text: "" }, "usage.invalid");
  await refused({ text: "a\0b" }, "usage.invalid");
  await refused({ text: "x".repeat(1_001) }, "usage.invalid");
  await refused({ key: { values: [] } }, "usage.invalid");
  for (const limit of [0, -1, 1.5, 1_001, Number.NaN])
    await expect(result.list({ limit })).rejects.toMatchObject({ code: "usage.invalid" });
  for (const after of ["x", "", "1e3", "-2", "9".repeat(40)])
    await expect(result.list({ limit: 1, after })).rejects.toMatchObject({ code: "usage.invalid" });
  for (const id of [-1, 1e9, 0.5, Number.NaN]) expect(await result.operation(id)).toBeNull();
  expect((await result.list({ limit: 5, after: "999999" })).items).toEqual([]);
  result.close();
});

test("the patch file is the patch, and says when it was cut short", async () => {
  const operations = mixed(300);
  const end = async () => ({ complete: false, checksums: NO_CHECKSUMS });
  const stored = await store.writeResult(inputOf(operations, { tables: TABLES, end }));
  expect(stored.complete).toBe(false);
  const patch = await openPatch(store.patchSource(stored.objectKey), { createDigest: createSha256 });
  expect(patch.hash).toBe(stored.hash);
  expect(patch.header.metadata.complete).toBe(false);
  const read: PatchOperation[] = [];
  for await (const batch of patch.operations()) read.push(...batch);
  expect(sortedOnes(read)).toEqual(sortedOnes(operations));
  const result = await store.openResult(stored.indexKey ?? "");
  expect(result.header.metadata.complete).toBe(false);
  expect(stored.operations).toBe(operations.length);
  expect((await objectStore.head(stored.objectKey))?.sizeBytes).toBe(stored.bytes);
  expect((await objectStore.head(stored.indexKey ?? ""))?.sizeBytes).toBe(stored.indexBytes);
  result.close();
});

test("parts become one result", async () => {
  const operations = mixed(900);
  const ordered = [...operations].sort(
    (a, b) =>
      TABLES.findIndex(({ name }) => name === a.table) - TABLES.findIndex(({ name }) => name === b.table),
  );
  const parts: string[] = [];
  for (const [at, slice] of [ordered.slice(0, 400), [], ordered.slice(400)].entries()) {
    const part = await store.writeResult(
      inputOf(slice, { name: `slice-${at}.1`, tables: TABLES, index: false }),
    );
    expect(part.indexKey).toBeNull();
    parts.push(part.objectKey);
  }
  const { operations: _, index: __, ...rest } = inputOf([], { name: "finish.3", tables: TABLES });
  const whole = await store.combineResults({ ...rest, parts });
  const result = await store.openResult(whole.indexKey ?? "");
  expect(sortedOnes((await listed(result, {})).map(({ operation }) => operation))).toEqual(
    sortedOnes(operations),
  );
  result.close();
  await expect(
    store.combineResults({ ...rest, name: "other.1", parts: ["results/none/patch.zst"] }),
  ).rejects.toMatchObject({ code: "file.not_found" });
});

test("an empty result is one", async () => {
  const result = await openedResult([]);
  expect(await result.list({ limit: 5 })).toEqual({ items: [], next: null, searching: false });
  expect(await result.list({ limit: 5, filter: { text: "x" } })).toEqual({
    items: [],
    next: null,
    searching: false,
  });
  expect(await result.count({ filter: { kinds: ["insert"] } })).toEqual({
    count: 0,
    exact: true,
    kinds: { insert: 0, update: 0, delete: 0 },
  });
  expect(await result.operation(0)).toBeNull();
  result.close();
});

test("a writer that fails leaves nothing, and a name is taken once", async () => {
  const failing = async function* () {
    yield mixed(400).slice(0, 300);
    throw new Error("the rows ended early");
  };
  const failed = store.writeResult(inputOf([], { tables: TABLES, operations: failing() }));
  await expect(failed).rejects.toThrow("the rows ended early");
  const stop = new AbortController();
  const stopping = async function* () {
    yield mixed(50);
    stop.abort(new Error("stopped"));
    yield mixed(50);
  };
  await expect(
    store.writeResult(inputOf([], { tables: TABLES, operations: stopping(), signal: stop.signal })),
  ).rejects.toThrow("stopped");
  expect((await objectStore.list({ prefix: "", limit: 9 })).items).toEqual([]);
  expect(await readdir(join(folder, "cache", "work"))).toEqual([]);
  await store.writeResult(inputOf(mixed(10), { tables: TABLES }));
  await expect(store.writeResult(inputOf(mixed(10), { tables: TABLES }))).rejects.toMatchObject({
    code: "file.exists",
  });
  expect((await objectStore.list({ prefix: "", limit: 9 })).items).toHaveLength(2);
  await expect(store.writeResult(inputOf([], { name: "../x" }))).rejects.toMatchObject({
    code: "usage.invalid",
  });
});

test("files with values are the owner's alone", async () => {
  await openedResult(mixed(50), TABLES);
  const modes: [string, number][] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const mode = (await stat(join(entry.parentPath, entry.name))).mode & 0o777;
    modes.push([entry.name, entry.isDirectory() ? mode - 0o700 : mode - 0o600]);
  }
  expect(modes.length).toBeGreaterThan(6);
  expect(modes.filter(([, excess]) => excess !== 0)).toEqual([]);
});

describe("copies of indexes", () => {
  const write = (name: string) => store.writeResult(inputOf(mixed(200), { name, tables: TABLES }));
  const copies = async () => readdir(join(folder, "cache", "indexes"));

  test("are fetched once and shared", async () => {
    const { indexKey } = await write("a.1");
    await rm(join(folder, "cache", "indexes"), { recursive: true });
    let fetched = 0;
    const counting: ObjectStore = {
      name: objectStore.name,
      put: (input) => objectStore.put(input),
      get: (key, options) => {
        fetched += 1;
        return objectStore.get(key, options);
      },
      head: (key) => objectStore.head(key),
      list: (input) => objectStore.list(input),
      delete: (key) => objectStore.delete(key),
      removeUnfinished: (olderThan) => objectStore.removeUnfinished(olderThan),
      close: () => objectStore.close(),
    };
    const other = await openResultStore({ objectStore: counting, cacheFolder: join(folder, "cache") });
    const results = await Promise.all(Array.from({ length: 20 }, () => other.openResult(indexKey ?? "")));
    const pages = await Promise.all(results.map((result) => result.list({ limit: 10 })));
    expect(new Set(pages.map(({ items }) => items.length))).toEqual(new Set([10]));
    expect(fetched).toBe(1);
    for (const result of results) result.close();
    await other.close();
    expect(await copies()).toHaveLength(1);
  });

  test("go when there are too many bytes, never one in use", async () => {
    await store.close();
    store = await openResultStore({
      objectStore,
      cacheFolder: join(folder, "cache"),
      limits: { cacheBytes: 1 },
    });
    const a = await write("a.1");
    const b = await write("b.1");
    const opened = await store.openResult(a.indexKey ?? "");
    const other = await store.openResult(b.indexKey ?? "");
    expect(await copies()).toHaveLength(2);
    expect(store.isOpen(a.indexKey ?? "")).toBe(true);
    opened.close();
    other.close();
    expect(store.isOpen(a.indexKey ?? "")).toBe(false);
    await store.close();
    store = await openResultStore({
      objectStore,
      cacheFolder: join(folder, "cache"),
      limits: { cacheBytes: 1 },
    });
    const again = await store.openResult(a.indexKey ?? "");
    expect((await again.list({ limit: 5 })).items).toHaveLength(5);
    expect(await copies()).toHaveLength(1);
    again.close();
  });

  test("stay readable until they are closed when the result is removed", async () => {
    const stored = await write("a.1");
    const result = await store.openResult(stored.indexKey ?? "");
    await store.removeResult(stored);
    await store.removeResult(stored);
    expect((await objectStore.list({ prefix: "", limit: 9 })).items).toEqual([]);
    expect((await listed(result, { text: "hopper" })).length).toBeGreaterThan(5);
    result.close();
    await expect(store.openResult(stored.indexKey ?? "")).rejects.toMatchObject({ code: "file.not_found" });
    expect(await copies()).toEqual([]);
  });

  test("that are damaged say so", async () => {
    const { indexKey } = await write("a.1");
    const [name = ""] = await copies();
    const path = join(folder, "cache", "indexes", name);
    const whole = await readFile(path);
    await writeFile(path, "not a database at all, but long enough to look at. ".repeat(100));
    await expect(store.openResult(indexKey ?? "")).rejects.toMatchObject({ code: "file.damaged" });
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const half = store.openResult(indexKey ?? "").then(async (result) => listed(result, {}));
    await expect(half).rejects.toMatchObject({ code: "file.damaged" });
  });

  test("are told from what no record names", async () => {
    await write("a.1");
    await write("b.1");
    const found = [];
    for await (const result of store.listResults()) found.push(result);
    expect(found.map(({ name, keys }) => [name, keys.length])).toEqual([
      ["a.1", 2],
      ["b.1", 2],
    ]);
  });
});
