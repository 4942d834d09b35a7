import { randomUUID } from "node:crypto";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ControlPlane,
  createRun,
  getPatch,
  MasterKey,
  openControlPlane,
  recordPatch,
} from "@syncline/control-plane";
import { NO_CHECKSUMS } from "@syncline/core";
import { jobSchema } from "@syncline/jobs";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type FoundResult, openResultStore, type ResultStore } from "../../results/index.ts";
import { numbers, ORDERS, orderChange, resultHeader } from "../../results/testing/sample-results.ts";
import { cleanResults } from "./clean-results.ts";

let database: TestDatabase;
let cp: ControlPlane;
let folder: string;
let results: ResultStore;
let objectStore: Awaited<ReturnType<typeof openDiskObjectStore>>;
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase("janitor");
  cp = await openControlPlane({
    url: database.url,
    masterKey: new MasterKey(Buffer.alloc(32, 7)),
    applicationName: "syncline-test",
    maxConnections: 2,
  });
  folder = await mkdtemp(join(tmpdir(), "syncline-janitor-"));
  objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  results = await openResultStore({ objectStore, cacheFolder: join(folder, "cache") });
});

afterAll(async () => {
  await results.close();
  await cp.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const call = () => ({ scope: cp.defaultScope, actor: "tester" });

async function write(name: string) {
  const next = numbers(3);
  const operations = (async function* () {
    yield Array.from({ length: 40 }, (_, at) => orderChange(at, next));
  })();
  const end = async () => ({ complete: true, checksums: NO_CHECKSUMS });
  return results.writeResult({ signal, name, header: resultHeader([ORDERS]), operations, end });
}

async function record(name: string, keepMs: number | null) {
  const stored = await write(name);
  const { objectKey, indexKey, hash, complete, operations, bytes, summary } = stored;
  const of = {
    origin: "diff" as const,
    source: "a",
    target: "b",
    hash,
    complete,
    operations,
    bytes,
    summary,
  };
  return { ...stored, patch: await recordPatch(cp, call(), { ...of, objectKey, indexKey, keepMs }) };
}

async function age(name: string): Promise<void> {
  for (const file of ["patch.zst", "index.sqlite"])
    await utimes(join(folder, "objects", "results", name, file), 1_000, 1_000);
}

async function stored() {
  const all: FoundResult[] = [];
  for await (const found of results.listResults()) all.push(found);
  return all;
}

const names = async () => (await stored()).map(({ name }) => name).sort();
const clean = (maxBytes = Number.POSITIVE_INFINITY) =>
  cleanResults({ controlPlane: cp, objectStore, results, maxBytes, signal });

test("what nothing names goes after an hour, what a unit at work names stays", async () => {
  const definition = jobSchema.parse({ name: "j", kind: "diff", source: "a:x", target: "b:y" });
  const run = await createRun(cp, call(), { definition, trigger: "manual", firstUnit: "whole" });
  const [unit] = await cp.sql`SELECT id FROM syncline_control.work_units WHERE run_id = ${run.id}`;
  const [atWork, orphan, young] = [`${unit?.["id"]}.4`, `${randomUUID()}.9`, `${randomUUID()}.2`];
  for (const name of [atWork, orphan, young]) await write(name);
  const kept = await record(`${randomUUID()}.1`, null);
  for (const name of [atWork, orphan, kept.objectKey.split("/")[1] ?? ""]) await age(name);
  await writeFile(join(folder, "objects", ".incoming", "dead.tmp"), "half");
  await utimes(join(folder, "objects", ".incoming", "dead.tmp"), 1_000, 1_000);
  expect(await clean()).toEqual({ expired: 0, forSize: 0, orphans: 1, unfinished: 1 });
  expect(await names()).not.toContain(orphan);
  expect(await names()).toHaveLength(3);
  await cp.sql`UPDATE syncline_control.runs SET state = 'failed', finished_at = now()`;
  expect(await clean()).toMatchObject({ orphans: 1 });
  expect(await names()).not.toContain(atWork);
});

test("results go when their time has passed, and the record stays", async () => {
  const old = await record(`${randomUUID()}.1`, 0);
  expect(await clean()).toMatchObject({ expired: 1, forSize: 0 });
  expect(await objectStore.head(old.objectKey)).toBeNull();
  expect(await objectStore.head(old.indexKey ?? "")).toBeNull();
  const patch = await getPatch(cp, cp.defaultScope, { patchId: old.patch.id });
  expect(patch.removedAt).not.toBeNull();
});

test("the oldest go when all take too much room, never one in use", async () => {
  const three = [];
  for (let at = 0; at < 3; at += 1) {
    const each = await record(`${randomUUID()}.1`, null);
    await cp.sql`UPDATE syncline_control.patches SET created_at = now() - ${`${9 - at} days`}::interval WHERE id = ${each.patch.id}`;
    three.push(each);
  }
  const [first, second, third] = three;
  const opened = await results.openResult(first?.indexKey ?? "");
  const all = (await stored()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(await clean(all - 1)).toMatchObject({ forSize: 1 });
  expect(await objectStore.head(second?.objectKey ?? "")).toBeNull();
  expect(await objectStore.head(third?.objectKey ?? "")).not.toBeNull();
  expect((await opened.list({ limit: 5 })).items).toHaveLength(5);
  opened.close();
  await clean(0);
  expect(await objectStore.head(first?.objectKey ?? "")).toBeNull();
  expect((await getPatch(cp, cp.defaultScope, { patchId: first?.patch.id ?? "" })).removedAt).not.toBeNull();
});

test("what was just written stays where this process's clock is a day ahead", async () => {
  const written = await write(`${randomUUID()}.1`);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 86_400_000 });
  try {
    const cleaned = await cleanResults({ controlPlane: cp, objectStore, results, maxBytes: 1e12, signal });
    expect(cleaned).toMatchObject({ orphans: 0, unfinished: 0 });
  } finally {
    vi.useRealTimers();
  }
  expect(await objectStore.head(written.objectKey)).not.toBeNull();
});
