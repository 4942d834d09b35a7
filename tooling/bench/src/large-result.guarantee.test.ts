import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scale, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { largeResultSql } from "./large-result-rows.ts";
import { installPackedCli } from "./packed-cli.ts";
import { memoryBytes, type ServerProcess, startServer } from "./server-process.ts";

const CHANGES = scaled(1_000_000);
/** A tenth is in a table whose key is two texts. */
const ORDERS = CHANGES - Math.floor(CHANGES / 10);
const LINES = CHANGES - ORDERS;
const LONG = 30 * 60_000;
const MOST_MS = 200;
const MOST_BYTES = 300_000_000;
const MB = 1_000_000;
const PAGE = 500;

let folder: string;
let database: TestDatabase;
let server: ServerProcess;
let patch: string;
let peak = 0;
let built = 0;
let failures = 0;
const told: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-large-"));
  database = await createTestDatabase("large_result");
  for (const sql of largeResultSql({ orders: ORDERS, lines: LINES })) await database.query(sql);
  await database.query("ANALYZE");
  await writeFile(join(folder, "syncline.yaml"), `version: 1\nservers: { a: { url: "${database.url}" } }\n`);
  const binary = await installPackedCli(folder);
  const args = ["--database-url", database.url];
  server = await startServer({
    binary,
    folder,
    args,
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
}, LONG);
afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  recordGuarantee({
    id: "RUN3",
    claim: "a stored result is listed, filtered and searched exactly, each page within 200 ms",
    figure: `${CHANGES.toLocaleString("en")} changes over HTTP`,
    failures,
    details: `made in ${Math.round(built / 1000)} s with ${Math.round(peak / MB)} MB resident at most; slowest pages in ms: ${told.join(", ")}`,
  });
}, LONG);

interface Change {
  readonly n: number;
  readonly table: string;
  readonly kind: "insert" | "update" | "delete";
  readonly key: Readonly<Record<string, string>>;
}

interface Walk {
  readonly items: readonly Change[];
  readonly slowestMs: number;
  /** Of a hundred pages, 99 come sooner. */
  readonly p99Ms: number;
}

/** All pages of a list. */
async function walk(query: Readonly<Record<string, string>>): Promise<Walk> {
  const items: Change[] = [];
  const times: number[] = [];
  for (let after: string | null = null; ; ) {
    const wanted: Record<string, string> = {
      ...query,
      limit: String(PAGE),
      ...(after === null ? {} : { after }),
    };
    const begun = performance.now();
    const answer = await server.ask(`/api/v1/patches/${patch}/changes?${new URLSearchParams(wanted)}`);
    const page = (await answer.json()) as { readonly items: readonly Change[]; readonly next: string | null };
    times.push(performance.now() - begun);
    expect(answer.status).toBe(200);
    items.push(...page.items);
    if (page.next === null) return { items, ...slowest(times) };
    after = page.next;
  }
}

function slowest(times: number[]): Pick<Walk, "slowestMs" | "p99Ms"> {
  const sorted = times.sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
  return { slowestMs: at(1), p99Ms: at(0.99) };
}

/** What the list should hold, worked out by PostgreSQL from the tables alone: `table|kind|key`, sorted. */
async function expected(where: string): Promise<string[]> {
  const rows = await database.query(`
    WITH changes AS (
      SELECT 'orders' AS name, id::text AS key, s.id IS NULL AS gone, d.id IS NULL AS made, s.status IS DISTINCT FROM d.status AS status,
        s.note AS new, d.note AS old, ARRAY[s.customer, d.customer] AS more FROM src.orders s FULL JOIN dst.orders d USING (id)
      UNION ALL
      SELECT 'lines', a || '/' || b, s.a IS NULL, d.a IS NULL, false, s.note, d.note, '{}'
        FROM src.lines s FULL JOIN dst.lines d USING (a, b))
    SELECT concat_ws('|', name, CASE WHEN made THEN 'insert' WHEN gone THEN 'delete' ELSE 'update' END, key) COLLATE "C" AS change
    FROM changes WHERE ${where} ORDER BY 1`);
  return rows.map(({ change }) => String(change));
}

const named = ({ table, kind, key }: Change) => `${table}|${kind}|${Object.values(key).join("/")}`;

it(
  "is made through the service, in slices, with little memory",
  async () => {
    const begun = performance.now();
    const body = JSON.stringify({ source: "a:src:*", target: "a:dst:*" });
    const started = await server.ask("/api/v1/diff", { method: "POST", body });
    const { id } = (await started.json()) as { readonly id: string };
    let run: { state: string; summary: { patchId: string } | null; error: unknown };
    do {
      await new Promise((resolve) => setTimeout(resolve, 200));
      run = (await (await server.ask(`/api/v1/runs/${id}`)).json()) as typeof run;
    } while (["queued", "running"].includes(run.state));
    expect(run).toMatchObject({ state: "succeeded", error: null });
    built = performance.now() - begun;
    patch = run.summary?.patchId ?? "";
    if (process.platform !== "linux") return;
    peak = memoryBytes(server.child, "VmHWM");
    if (peak > MOST_BYTES) failures += 1;
    expect(peak / MB).toBeLessThan(MOST_BYTES / MB);
  },
  LONG,
);

it.each([
  ["everything", {}, "true"],
  ["a table", { table: "lines" }, "name = 'lines'"],
  ["a kind", { kind: "delete" }, "gone"],
  ["a column", { column: "status" }, "name = 'orders' AND NOT made AND NOT gone AND status"],
  ["a key", { table: "orders", key: "777" }, "name = 'orders' AND key LIKE '777%'"],
  ["a composite key", { table: "lines", key: "a77" }, "name = 'lines' AND key LIKE 'a77%'"],
  ["a rare text", { text: "needle" }, "old LIKE '%needle%' OR new LIKE '%needle%'"],
  ["a common text", { text: "Neighbour" }, "true"],
  ["a scattered text", { text: "fragile" }, "old LIKE '%fragile%' OR new LIKE '%fragile%'"],
  ["an absent text of common parts", { text: "neighbour leave" }, "false"],
  ["a text of three hexadecimal digits", { text: "f0f" }, "old LIKE '%f0f%' OR new LIKE '%f0f%'"],
  [
    "table, kind, column and text",
    { table: "orders", kind: "update", column: "note", text: "needle" },
    "name = 'orders' AND NOT made AND NOT gone AND (old LIKE '%needle%' OR new LIKE '%needle%')",
  ],
  [
    "kind, key and text",
    { table: "orders", kind: "insert", key: "12", text: "fragile" },
    "name = 'orders' AND made AND key LIKE '12%' AND new LIKE '%fragile%'",
  ],
] as [string, Record<string, string>, string][])(
  "lists by %s what the tables say, once and in order",
  async (name, query, where) => {
    const { items, slowestMs, p99Ms } = await walk(query);
    told.push(`${name} ${Math.round(slowestMs)} (99 %: ${Math.round(p99Ms)})`);
    if (slowestMs > MOST_MS && scale === 1) failures += 1;
    expect(items.every(({ n }, at) => at === 0 || n > (items[at - 1]?.n ?? 0))).toBe(true);
    const wanted = await expected(where);
    const found = items.map(named).sort();
    expect(found.length).toBe(wanted.length);
    expect(found.findIndex((text, at) => text !== wanted[at])).toBe(-1);
  },
  LONG,
);
