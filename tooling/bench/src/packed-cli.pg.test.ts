import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackedCli } from "./packed-cli.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const ENOUGH_BYTES = 1_000_000;

let folder: string;
let binary: string;
let database: TestDatabase;
let server: ServerProcess;

const environment = () => ({ PATH: process.env["PATH"] ?? "", HOME: folder });
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [binary, ...args], { cwd: folder, env: environment() });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-packed-"));
  await chmod(folder, 0o755); // the embedded database runs under another user
  binary = await installPackedCli(folder);
  database = await createTestDatabase("packed");
  await database.query(`
    CREATE SCHEMA src; CREATE SCHEMA dst;
    CREATE TABLE src.users (id int PRIMARY KEY, name text);
    CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
    INSERT INTO src.users SELECT n, 'name ' || n FROM generate_series(1, 20) n;`);
  const config = `
version: 1
servers: { a: { url: "${database.url}" } }
jobs: [{ name: nightly, kind: copy, source: "a:src:users", target: "a:dst:users" }]
`;
  await writeFile(join(folder, "syncline.yaml"), config);
  server = await startServer({ binary, folder, args: ["--state-directory", "state"] });
}, 60_000);
afterAll(async () => {
  const code = await server.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

describe("the published package, in a folder of its own", () => {
  it("serves on an embedded database, with migrations and the viewer of its API", async () => {
    expect(await (await server.ask("/livez")).json()).toMatchObject({ status: "ok" });
    expect(await (await server.ask("/api/v1/me")).json()).toMatchObject({ scopes: ["*"], version: "0.1.0" });
    const viewer = await server.ask("/docs/viewer.js");
    expect(viewer.headers.get("content-type")).toContain("javascript");
    expect((await viewer.arrayBuffer()).byteLength).toBeGreaterThan(ENOUGH_BYTES);
  });

  it("compares, keeps the result with its index and lists from it", async () => {
    const body = JSON.stringify({ source: "a:src:users", target: "a:dst:users" });
    const answer = await server.ask("/api/v1/diff?wait=30", { method: "POST", body });
    const compared = (await answer.json()) as { readonly summary: { readonly patchId: string } };
    expect(compared).toMatchObject({ state: "succeeded", error: null });
    const found = await server.ask(`/api/v1/patches/${compared.summary.patchId}/changes?text=name 17`);
    expect(await found.json()).toMatchObject({ items: [{ kind: "insert", key: { id: "17" } }] });
  });

  it("runs the jobs of its file once", async () => {
    await run("service", "--once", "--state-directory", "other", "--database-url", database.url);
    expect(await database.query("SELECT count(*)::int AS n FROM dst.users")).toEqual([{ n: 20 }]);
  });

  it("writes definitions and SQL, and parses what it is given", async () => {
    await run("pull", "a:src:users", "pulled");
    await run("export", "a:src:*", "--output", "rows.sql");
    await database.query("DROP SCHEMA src CASCADE");
    await run("import", "rows.sql", "a:src:*");
    expect(await database.query("SELECT count(*)::int AS n FROM src.users")).toEqual([{ n: 20 }]);
  });
});
