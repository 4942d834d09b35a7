import { execFile } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../root.ts";
import { buildImage, type Image } from "./build-image.ts";
import { prebuilt, whyNoContainers } from "./prebuilt.ts";
import { Container, type StartContainer } from "./run-container.ts";

const USER = 10_001;
const KEY = "ab".repeat(32);
const DRAIN_MS = 1_000;
const obstacle = whyNoContainers();
if (obstacle !== null) process.stdout.write(`SKIPPED: the image is not run, because ${obstacle}\n`);

describe.skipIf(obstacle !== null)("the image's steps, carried out by hand, and a container of them", () => {
  let folder: string;
  let image: Image;
  let control: TestDatabase;
  let data: TestDatabase;
  const containers: Container[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "syncline-image-"));
    chmodSync(folder, 0o755);
    const built = prebuilt(join(folder, "built"));
    image = await buildImage({ context: ROOT, folder, say: () => {}, built });
    [control, data] = await Promise.all([
      createTestDatabase("image_control"),
      createTestDatabase("image_data"),
    ]);
    await data.query(
      "CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY); INSERT INTO a.t SELECT generate_series(1, 50)",
    );
    await data.query("CREATE TABLE b.t (LIKE a.t INCLUDING ALL)");
  });
  afterAll(async () => {
    for (const container of containers) container.kill();
    await Promise.all(containers.map(({ ended }) => ended));
    await control.drop();
    await data.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const volume = (name: string, owner = USER) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    chownSync(path, owner, owner);
    chmodSync(path, 0o750);
    return path;
  };
  const start = (options: Partial<StartContainer>) => {
    const container = new Container(image, { environment: {}, volumes: [], ...options });
    containers.push(container);
    return container;
  };
  const freePort = async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    return { port, server };
  };

  it("serves, runs a job and drains on SIGTERM; writes nothing outside of its volume", async () => {
    const state = volume("state");
    const config = volume("config");
    writeFileSync(
      join(config, "syncline.yaml"),
      `version: 1
servers: {data: {url: {env: DATA_URL}, protection: open}}
jobs:
  - {name: fill, kind: copy, source: "data:a:t", target: "data:b:t", strategy: merge}
  - {name: dump, kind: export, source: "data:a:t", file: t.ndjson}
`,
    );
    const { port, server: probe } = await freePort();
    probe.close();
    const url = `http://127.0.0.1:${port}`;
    const server = start({
      environment: {
        SYNCLINE_DATABASE_URL: control.url,
        DATA_URL: data.url,
        PORT: String(port),
        SYNCLINE_DRAIN_DELAY: `${DRAIN_MS}ms`,
      },
      volumes: [
        { from: state, to: "/var/lib/syncline" },
        { from: config, to: "/etc/syncline", readOnly: true },
      ],
    });
    const key = await server.found(/(slk_\S+_\S+)/);
    expect(server.status("Uid")).toBe(`${USER}\t${USER}\t${USER}\t${USER}`);
    expect([server.status("CapEff"), server.status("CapBnd"), server.status("NoNewPrivs")]).toEqual([
      "0000000000000000",
      "0000000000000000",
      "1",
    ]);
    expect(server.mounts()).toMatch(/ \/ ro,/);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    await promisify(execFile)(process.execPath, [join(ROOT, "deploy/docker/health-check.mjs")], {
      env: { PORT: String(port) },
    });
    const ask = async (method: string, path: string) => {
      const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
      const answer = await fetch(`${url}/api/v1/${path}`, {
        method,
        headers,
        ...(method === "POST" ? { body: "{}" } : {}),
      });
      if (!answer.ok)
        throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()} ${server.output}`);
      return (await answer.json()) as { id: string; state: string; items: { id: string; name: string }[] };
    };
    for (const { id } of (await ask("GET", "jobs")).items) {
      const run = await ask("POST", `jobs/${id}/run`);
      await expect
        .poll(async () => (await ask("GET", `runs/${run.id}`)).state, { timeout: 20_000 })
        .toBe("succeeded");
    }
    expect(await data.query("SELECT count(*)::int AS n FROM b.t")).toEqual([{ n: 50 }]);
    expect(existsSync(join(state, "dumps/t.ndjson"))).toBe(true);
    // Node.js keeps compiled code in the temporary folder, which is memory.
    expect(readdirSync(server.path("/tmp")).filter((name) => name !== "node-compile-cache")).toEqual([]);
    const stopped = performance.now();
    server.signal(image.stopSignal);
    await sleep(DRAIN_MS / 3);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await ask("GET", "jobs")).items).toHaveLength(2);
    expect(await server.ended).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(20_000);
  });

  it.each([
    ["no database", {}, 5, /SYNCLINE_DATABASE_URL/],
    [
      "a database that is not there",
      { SYNCLINE_DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/x" },
      5,
      /cannot be reached \(ECONNREFUSED\)/,
    ],
    [
      "a key file that it may not read",
      { SYNCLINE_MASTER_KEY_FILE: "/etc/syncline/key" },
      2,
      /"\/etc\/syncline\/key" that SYNCLINE_MASTER_KEY_FILE names cannot be read \(EACCES\)/,
    ],
    [
      "a key that is none",
      { SYNCLINE_DATABASE_URL: "control", SYNCLINE_MASTER_KEY: "hunter2" },
      2,
      /master key is not 32 bytes/,
    ],
    [
      "a port that is taken",
      { SYNCLINE_DATABASE_URL: "control", SYNCLINE_MASTER_KEY: KEY, PORT: "taken" },
      2,
      /EADDRINUSE[\s\S]*hint/,
    ],
    [
      "a config that is wrong",
      { SYNCLINE_DATABASE_URL: "control", SYNCLINE_CONFIG_CONTENT: "version: 2" },
      2,
      /version/,
    ],
  ] as const)("ends with a clear error: %s", async (name, environment, code, message) => {
    const secrets = volume("secrets");
    writeFileSync(join(secrets, "key"), KEY, { mode: 0o400 });
    const { port, server } = await freePort();
    const given: Record<string, string> = { SYNCLINE_MASTER_KEY: KEY, ...environment };
    if ("SYNCLINE_MASTER_KEY_FILE" in environment) delete given["SYNCLINE_MASTER_KEY"];
    if (given["SYNCLINE_DATABASE_URL"] === "control") {
      given["SYNCLINE_DATABASE_URL"] = data.url;
    }
    if (given["PORT"] === "taken") given["PORT"] = String(port);
    const container = start({
      environment: { HOST: "127.0.0.1", ...given },
      volumes: [
        { from: volume(`of ${name}`.replaceAll(" ", "-")), to: "/var/lib/syncline" },
        { from: secrets, to: "/etc/syncline", readOnly: true },
      ],
    });
    const ended = await container.ended;
    server.close();
    expect({ code: ended, output: container.output }).toMatchObject({
      code,
      output: expect.stringMatching(message),
    });
    expect(container.output).not.toMatch(/hunter2|Unexpected|abab/);
  });

  it("ends with a clear error when the volume is not its own", async () => {
    const container = start({
      environment: { SYNCLINE_DATABASE_URL: control.url, SYNCLINE_MASTER_KEY: KEY },
      volumes: [{ from: volume("of-root", 0), to: "/var/lib/syncline" }],
    });
    expect(await container.ended).toBe(13);
    expect(container.output).toMatch(
      /"\/var\/lib\/syncline" cannot be written \(EACCES\)[\s\S]*SYNCLINE_STATE_DIRECTORY/,
    );
  });
});
