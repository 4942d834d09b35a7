import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, EMPTY_CONFIG, readServiceSettings } from "@syncline/config";
import { createLogger } from "@syncline/observability";
import { createTestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, describe, expect, it } from "vitest";
import { openDesk, type ServiceInput, startService } from "./service.ts";
import { placesConfig, startTestService } from "./testing/start-test-service.ts";

const folders: string[] = [];
const processes: ChildProcess[] = [];
const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), "syncline-state-"));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const child of processes) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function inputFor(
  folder: string,
  environment: Record<string, string>,
  config: () => Config = () => EMPTY_CONFIG,
): ServiceInput {
  return {
    settings: readServiceSettings({ flags: {}, environment, config: config(), folder }),
    loadConfig: async () => config(),
    environment,
    folder,
    version: "0.0.0-test",
    logger: createLogger({ level: "silent" }),
    mode: "server",
  };
}

const fixture = resolve(import.meta.dirname, "testing/server-process.fixture.ts");

async function startProcess(environment: Record<string, string>) {
  const child = spawn(process.execPath, [fixture], {
    env: { ...process.env, PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  processes.push(child);
  const told = Promise.withResolvers<{ url: string; key: string | null }>();
  let text = "";
  child.stdout.on("data", (bytes) => {
    text += bytes;
    if (text.includes("\n")) told.resolve(JSON.parse(text));
  });
  const exited = new Promise<number | null>((end) => child.once("exit", (code) => end(code)));
  exited.then((code) => told.reject(new Error(`ended with ${code}`)));
  return { child, exited, ...(await told.promise) };
}

describe("without any setting", () => {
  it("keeps its state in its folder, prints the first key once, and goes on after SIGKILL", async () => {
    const folder = temporary();
    const state = join(folder, ".syncline/server");
    const first = await startProcess({ SYNCLINE_STATE_DIRECTORY: state });
    expect(first.key).toMatch(/^slk_/);
    expect(new URL(first.url).hostname).toBe("127.0.0.1");
    const headers = { Authorization: `Bearer ${first.key}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ slug: "kept", name: "Kept" });
    const made = await fetch(`${first.url}/api/v1/projects`, { method: "POST", headers, body });
    expect(made.status).toBe(201);
    expect(statSync(join(state, "master.key")).mode & 0o777).toBe(0o600);
    const desk = await openDesk(inputFor(folder, {}));
    expect(await desk.status()).toEqual([]);
    await desk.close();
    first.child.kill("SIGKILL");
    await first.exited;
    await sleep(500);

    const second = await startService(inputFor(folder, { PORT: "0" }));
    expect(second.firstKey).toBeNull();
    const projects = await (await fetch(`${second.url}/api/v1/projects`, { headers })).text();
    expect(projects).toContain("kept");
    await second.drain();
    await second.ended;
    await expect(openDesk(inputFor(folder, {}))).rejects.toMatchObject({ code: "control.unavailable" });
  });
});

describe("the config", () => {
  it("is taken over at the start and on reload; a wrong one changes nothing", async () => {
    let text = "jobs:\n  - {name: one, kind: diff, source: 'a:s:t', target: 'b:s:t'}\n";
    const config = () => placesConfig("postgres://nobody@127.0.0.1:1/none", text);
    const server = await startTestService({ label: "reload", config });
    try {
      const names = async () =>
        (await server.ask("GET", "/api/v1/jobs")).json.items.map(({ name }: { name: string }) => name);
      expect(await names()).toEqual(["one"]);
      const { id } = (await server.ask("GET", "/api/v1/jobs")).json.items[0];
      expect((await server.ask("DELETE", `/api/v1/jobs/${id}`)).status).toBe(403);
      text = text.replace("one", "two");
      await server.service.reload();
      expect(await names()).toEqual(["two"]);
      text = "jobs:\n  - {name: broken, kind: teleport}\n";
      await expect(server.service.reload()).rejects.toMatchObject({ code: "config.invalid" });
      expect(await names()).toEqual(["two"]);
      text = "alerts: {webhooks: [{name: ops, url: 'https://8.8.8.8/x', secret: {env: NOT_THERE}}]}\n";
      await expect(server.service.reload()).rejects.toMatchObject({ code: "config.secret_unavailable" });
      expect(await names()).toEqual(["two"]);
    } finally {
      await server.stop();
    }
  });

  it("a run has the same target to itself, by whatever name and whoever starts it", async () => {
    const rows = await createTestDatabase("triggered");
    const jobs = ["a", "b"].map(
      (server) =>
        `  - {name: ${server}, kind: copy, source: 'a:x:*', target: '${server}:y:*', confirm: ${server}}\n`,
    );
    const config = () => placesConfig(rows.url, `jobs:\n${jobs.join("")}`);
    const server = await startTestService({ label: "triggers", config });
    try {
      const environment = {
        SYNCLINE_DATABASE_URL: server.database.url,
        SYNCLINE_STATE_DIRECTORY: join(server.folder, "state"),
      };
      const desk = await openDesk(inputFor(server.folder, environment, config));
      for (const name of ["a", "b"]) await desk.trigger(name);
      await desk.close();
      const { items } = (await server.ask("GET", "/api/v1/jobs")).json;
      for (const { id } of items) await server.ask("POST", `/api/v1/jobs/${id}/run`);
      const runs = await server.database.query<{ keys: string[] }>(
        "SELECT target_keys AS keys FROM syncline_control.runs",
      );
      const { hostname, port, pathname } = new URL(rows.url);
      const key = `${hostname.replace("localhost", "127.0.0.1")}:${port}${pathname}`;
      expect(runs.map(({ keys }) => keys)).toEqual([1, 2, 3, 4].map(() => [key]));
    } finally {
      await server.stop();
      await rows.drop();
    }
  });

  it("--once runs each job and tells the worst outcome", async () => {
    const rows = await createTestDatabase("once_rows");
    await rows.query(
      "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA o; CREATE TABLE o.t (id int PRIMARY KEY)",
    );
    const database = await createTestDatabase("once");
    try {
      const folder = temporary();
      const run = async (jobs: string) => {
        const environment = { SYNCLINE_DATABASE_URL: database.url, SYNCLINE_ONCE: "on" };
        const config = () => placesConfig(rows.url, `jobs:\n${jobs}`);
        const service = await startService({
          ...inputFor(folder, environment, config),
          mode: "service",
        });
        expect(service.url).toBeNull();
        const outcome = await service.once;
        await service.ended;
        return outcome;
      };
      const good = "  - {name: good, kind: diff, source: 'a:public:t', target: 'a:o:t'}\n";
      const bad =
        "  - {name: bad, kind: diff, source: 'a:nowhere:t', target: 'a:o:t', retry: {attempts: 1}}\n";
      expect(await run(good)).toBe("ok");
      expect(await run(good + bad)).toBe("failed");
    } finally {
      await database.drop();
      await rows.drop();
    }
  });
});

describe("a process", () => {
  it("SIGTERM: event streams end, open answers are finished, it exits with 0", async () => {
    const database = await createTestDatabase("sigterm");
    try {
      const state = temporary();
      const { child, exited, url, key } = await startProcess({
        SYNCLINE_DATABASE_URL: database.url,
        SYNCLINE_STATE_DIRECTORY: state,
      });
      const headers = { Authorization: `Bearer ${key}` };
      const streams = await Promise.all(
        Array.from({ length: 5 }, () => fetch(`${url}/api/v1/events`, { headers })),
      );
      const profiling = fetch(`${url}/api/v1/admin/profile`, {
        method: "POST",
        headers: { ...headers, "Content-Type": "application/json" },
        body: JSON.stringify({ kind: "cpu", seconds: 2 }),
      });
      await sleep(300);
      const before = performance.now();
      child.kill("SIGTERM");
      for (const { body } of streams) for await (const _ of body ?? []);
      const answer = await profiling;
      expect(answer.status).toBe(200);
      expect(((await answer.json()) as { nodes: unknown[] }).nodes.length).toBeGreaterThan(0);
      expect(await exited).toBe(0);
      expect(performance.now() - before).toBeLessThan(15_000);
      await expect(fetch(`${url}/health`)).rejects.toThrow();
    } finally {
      await database.drop();
    }
  });

  it("an address in use, a folder that cannot be written and a wrong key are told", async () => {
    const database = await createTestDatabase("told");
    const beside = await startTestService({ label: "told_beside" });
    try {
      const port = new URL(beside.url).port;
      const taken = inputFor(temporary(), { PORT: port, SYNCLINE_DATABASE_URL: database.url });
      await expect(startService(taken)).rejects.toMatchObject({ code: "usage.invalid" });
      const file = join(temporary(), "file");
      writeFileSync(file, "");
      const unwritable = inputFor(temporary(), {
        SYNCLINE_STATE_DIRECTORY: join(file, "x"),
        SYNCLINE_DATABASE_URL: database.url,
      });
      await expect(startService(unwritable)).rejects.toMatchObject({ code: "file.io_failed" });
      const other = inputFor(temporary(), {
        PORT: "0",
        SYNCLINE_DATABASE_URL: beside.database.url,
        SYNCLINE_MASTER_KEY: "0".repeat(64),
      });
      await expect(startService(other)).rejects.toMatchObject({ code: "encryption.wrong_key" });
      const away = inputFor(temporary(), { SYNCLINE_DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
      await expect(startService(away)).rejects.toMatchObject({ code: "control.unavailable" });
    } finally {
      await beside.stop();
      await database.drop();
    }
  });
});
