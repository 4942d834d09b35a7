import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findPlatformBinDir } from "./platform-binaries.ts";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "./start-embedded-postgres.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres(options);
  cleanups.push(() => server.stop("immediate"));
  return server;
}

function openFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-embedded-test-"));
  chmodSync(folder, mode);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A temporary folder for this test alone. */
function useTempRoot(): string {
  const folder = openFolder();
  vi.stubEnv("TMPDIR", folder);
  cleanups.push(() => vi.unstubAllEnvs());
  return folder;
}

async function ask(server: EmbeddedPostgres, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    const { rows } = await client.query({ text, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

it("runs with the settings asked for, and removes its temporary data", async () => {
  const server = await start({ settings: { work_mem: "7MB" } });
  expect(await ask(server, "SELECT current_setting('work_mem') || current_setting('fsync')")).toBe("7MBoff");
  expect(await ask(server, "SHOW server_encoding")).toBe("UTF8");
  await server.stop();
  await server.stop();
  expect(existsSync(server.dataDir)).toBe(false);
});

it("keeps the data of a given folder, with fsync when durable", async () => {
  const dataDir = join(openFolder(), "data");
  const first = await start({ dataDir, durable: true });
  expect(await ask(first, "SHOW fsync")).toBe("on");
  await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  const second = await start({ dataDir, durable: true });
  expect(await ask(second, "SELECT answer FROM kept")).toBe(42);
});

it("keeps committed data when it is stopped at once", async () => {
  const dataDir = join(openFolder(), "data");
  const first = await start({ dataDir, durable: true });
  await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop("immediate");
  const second = await start({ dataDir, durable: true });
  expect(await ask(second, "SELECT answer FROM kept")).toBe(42);
});

it("takes another locale and encoding", async () => {
  const server = await start({ encoding: "LATIN1", locale: "C", initdbArgs: ["--data-checksums"] });
  expect(await ask(server, "SHOW server_encoding")).toBe("LATIN1");
  expect(await ask(server, "SHOW data_checksums")).toBe("on");
});

describe("refuses", () => {
  it("data of another major version, with a way out", async () => {
    const dataDir = openFolder();
    writeFileSync(join(dataDir, "PG_VERSION"), "15\n");
    const refusal = startEmbeddedPostgres({ dataDir });
    await expect(refusal).rejects.toMatchObject({
      code: "other-major-version",
      message: expect.stringMatching(/PostgreSQL 15, the server is PostgreSQL 18/),
      hint: expect.stringContaining("pg_dump"),
    });
  });

  it("a folder with foreign files, which stay", async () => {
    const dataDir = openFolder();
    writeFileSync(join(dataDir, "notes.txt"), "mine");
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: "data-directory-unusable",
    });
    expect(readdirSync(dataDir)).toEqual(["notes.txt"]);
  });

  it("a data directory that a server runs on", async () => {
    const dataDir = join(openFolder(), "data");
    await start({ dataDir });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: "data-directory-in-use" });
  });

  it("a taken port, with the server's words, and leaves nothing", async () => {
    const { port } = await start();
    const temporary = useTempRoot();
    await expect(startEmbeddedPostgres({ port })).rejects.toMatchObject({
      code: "start-failed",
      message: expect.stringContaining(String(port)),
    });
    expect(readdirSync(temporary).filter((name) => !name.includes("-binaries-"))).toEqual([]);
  });

  it("a folder without binaries", async () => {
    await expect(startEmbeddedPostgres({ binDir: openFolder() })).rejects.toMatchObject({
      code: "binaries-missing",
    });
  });
});

describe.skipIf(process.getuid?.() !== 0)("as root", () => {
  it("runs as another user, who owns the data", async () => {
    const server = await start();
    expect(statSync(server.dataDir).uid).not.toBe(0);
  });

  it("copies binaries that this user cannot reach, once", async () => {
    const home = openFolder(0o700);
    cpSync(join(findPlatformBinDir(), ".."), join(home, "native"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const cacheRoot = useTempRoot();
    const binDir = join(home, "native", "bin");
    await (await start({ binDir })).stop();
    const [cache = ""] = readdirSync(cacheRoot);
    const copies = readdirSync(join(cacheRoot, cache));
    expect(copies).toHaveLength(1);
    await (await start({ binDir })).stop();
    expect(readdirSync(join(cacheRoot, cache))).toEqual(copies);
  });

  it("says which folder is closed when the data cannot be reached", async () => {
    const home = openFolder(0o700);
    await expect(startEmbeddedPostgres({ dataDir: join(home, "data") })).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: expect.stringContaining(home),
    });
  });
});
