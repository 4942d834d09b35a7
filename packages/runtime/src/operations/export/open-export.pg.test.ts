import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DEFAULT_EXPORT, openExport, runExport } from "../index.ts";
import { type OperationFolder, operationFolder } from "../testing/operation.fixture.ts";

let database: TestDatabase;
let folder: OperationFolder;
beforeAll(async () => {
  database = await createTestDatabase("streams");
  await database.query(`CREATE SCHEMA s; CREATE TABLE s.users (id int PRIMARY KEY, name text);
    INSERT INTO s.users VALUES (1, 'Ada'), (2, NULL);
    CREATE TABLE s.wide (id int PRIMARY KEY, filling text);
    INSERT INTO s.wide SELECT n, repeat(md5(n::text), 60) FROM generate_series(1, 40000) n`);
  folder = await operationFolder({ here: { url: database.url } });
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const users = { ...DEFAULT_EXPORT, source: "here:s:users", format: "ndjson" } as const;
const wide = { ...users, source: "here:s:wide" } as const;

/** Sessions that read the wide table now. */
const readers = async () =>
  (
    await database.query(
      "SELECT FROM pg_stat_activity WHERE query ILIKE '%wide%' AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'",
    )
  ).length;

it("is the file byte for byte, but for the time", async () => {
  const path = join(folder.path, "users.ndjson");
  await runExport(folder.setting(), {
    ...users,
    output: { kind: "file", place: { path, label: "users.ndjson" }, overwrite: false },
  });
  const { stream, contentType, report } = await openExport(folder.setting(), users);
  const text = await new Response(stream).text();
  const timeless = (all: string) => all.replace(/"(created_at|sha256)":"[^"]*"/g, '"$1"');
  expect(timeless(text)).toBe(timeless(await readFile(path, "utf8")));
  expect(contentType).toBe("application/x-ndjson");
  expect(await report).toMatchObject({ counts: { unchanged: 2 }, files: [] });
});

it("rows of a place for another Syncline begin with what they are and end with their counts", async () => {
  const { stream } = await openExport(folder.setting(), { ...users, source: "here:s:*", tables: ["users"] });
  const lines = (await new Response(stream).text()).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      format: "syncline-export",
      tables: [{ name: "users", key: ["id"] }],
      scope: { tenant: "s", complete: true },
    },
    ["table", "users"],
    { id: 1, name: "Ada" },
    { id: 2, name: null },
    ["end", { parts: [{ table: "users", rows: 2 }] }],
  ]);
});

it("says at once what cannot be exported", async () => {
  const missing = { ...users, source: "here:s:nothing" };
  await expect(openExport(folder.setting(), missing)).rejects.toMatchObject({ code: "table.not_found" });
  const keyed = { ...users, recipients: ["age1xxxx"] };
  await expect(openExport(folder.setting(), keyed)).rejects.toMatchObject({ code: "usage.invalid" });
});

it("reads no faster than it is taken", async () => {
  const { stream, report } = await openExport(folder.setting(), wide);
  const reader = stream.getReader();
  await reader.read();
  await sleep(300);
  expect(await readers()).toBeGreaterThan(0);
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length;
  expect(bytes).toBeGreaterThan(40_000 * 1_920);
  await report;
  expect(await readers()).toBe(0);
});

it("ends the query soon when the client goes away", async () => {
  let ended: Promise<unknown> = Promise.resolve();
  const server = createServer(async (_, response) => {
    const { stream, report } = await openExport(folder.setting(), wide);
    ended = report.catch((error: unknown) => error);
    const body = Readable.fromWeb(stream as never);
    response.on("close", () => body.destroy());
    body.on("error", () => response.destroy());
    body.pipe(response);
  }).listen(0);
  await once(server, "listening");
  const client = request({ port: (server.address() as AddressInfo).port });
  client.end();
  const [response] = (await once(client, "response")) as [Readable];
  await once(response, "data");
  response.pause();
  await sleep(200);
  expect(await readers()).toBeGreaterThan(0);
  const since = performance.now();
  client.on("error", () => {});
  response.on("error", () => {});
  client.destroy();
  while ((await readers()) > 0 && performance.now() - since < 10_000) await sleep(20);
  expect(performance.now() - since).toBeLessThan(8_000);
  expect(await ended).toMatchObject({ code: "interrupted" });
  server.close();
});
