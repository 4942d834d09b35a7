import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@syncline/api/client";
import type { Config } from "@syncline/config";
import { parsePatchSelection } from "@syncline/core";
import { type JobInput, type JobOf, jobSchema } from "@syncline/jobs";
import { applyOfJob, patchInput, readLog, runApply, runUndo, undoOfJob } from "@syncline/runtime/operations";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RemoteClient, remoteClient } from "./testing/remote-client.ts";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

let there: TestDatabase;
let server: TestService;
let folder: RemoteClient;

let config: Config;
const ENVIRONMENT = { PROD_KEY: "" };
const configWith = (more: string) =>
  placesConfig(there.url, `  safe: {url: "${there.url}?application_name=x", protection: open}\n${more}`);

beforeAll(async () => {
  there = await createTestDatabase("remote_places");
  config = configWith("");
  server = await startTestService({
    label: "remote_places_control",
    config: () => config,
    environment: ENVIRONMENT,
  });
  ENVIRONMENT.PROD_KEY = server.key;
  folder = await remoteClient(server, there.url);
});
afterAll(async () => {
  await folder.remove();
  await server.stop();
  await there.drop();
});

beforeEach(() =>
  there.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA IF EXISTS src CASCADE; DROP SCHEMA IF EXISTS dst CASCADE;
    CREATE SCHEMA src; CREATE SCHEMA dst;
    CREATE TABLE src.users (id int PRIMARY KEY, name text); CREATE TABLE dst.users (id int PRIMARY KEY, name text);
    INSERT INTO src.users VALUES (1, 'Ann'), (4, 'Dan'); INSERT INTO dst.users VALUES (1, 'Ada'), (3, 'Cyd')`),
);
const names = async () =>
  (await there.query<{ name: string }>("SELECT name FROM dst.users ORDER BY id")).map(({ name }) => name);
const patch = () => folder.patch("local:src:users", "local:dst:users");
const runs = async () =>
  (
    await createClient({ url: server.url, apiKey: server.key }).runs.listRuns({ query: { limit: 50 } })
  ).items.filter(({ kind }) => kind === "apply");
const newest = async () => (await runs())[0];
const applications = async () => (await runs()).length;
const TARGET = "prod:b/dst:users";
const job = <Kind extends "apply" | "undo">(definition: Omit<Extract<JobInput, { kind: Kind }>, "name">) =>
  jobSchema.parse({ name: "test", ...definition }) as JobOf<Kind>;
const apply = (more: { dryRun?: boolean; strategy?: "manual" | "ours" | "theirs" } = {}) =>
  job<"apply">({ kind: "apply", patch: "here", target: TARGET, ...more });

describe("a patch for a place of another server", () => {
  it("is tried, and leaves nothing", async () => {
    const report = await runApply(folder.setting(), applyOfJob(apply({ dryRun: true }), await patch()));
    expect(report).toMatchObject({
      outcome: "succeeded",
      target: TARGET,
      counts: { inserted: 1, updated: 1, deleted: 1 },
      result: { outcome: "dry-run", ledgerId: null },
    });
    expect(await names()).toEqual(["Ada", "Cyd"]);
  });

  it("goes there as the part that was chosen, turned round as well", async () => {
    const selections = [parsePatchSelection("kind=insert")];
    const { context } = folder.setting();
    const part = (reverse: boolean, of: Awaited<ReturnType<typeof patch>>) =>
      applyOfJob(apply(), patchInput(of, { context, reverse, selections }));
    const whole = await patch();
    await runApply(folder.setting(), part(false, whole));
    expect(await names()).toEqual(["Ada", "Cyd", "Dan"]);
    expect((await readLog(folder.setting(), { target: TARGET, limit: 5 }))[0]?.patchId).toMatch(
      new RegExp(`^${whole.header.id}-`),
    );
    await runApply(folder.setting(), part(true, whole));
    expect(await names()).toEqual(["Ada", "Cyd"]);
  });

  it("conflicts by number; with theirs it overwrites; undo takes it back once", async () => {
    const made = await patch();
    await there.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
    const met = await runApply(folder.setting(), applyOfJob(apply(), made));
    expect(met).toMatchObject({ outcome: "conflicted", ledgerIds: [], counts: { conflicts: 1 } });
    await runApply(folder.setting(), applyOfJob(apply({ strategy: "theirs" }), made));
    expect(await names()).toEqual(["Ann", "Dan"]);
    const undo = undoOfJob(job<"undo">({ kind: "undo", ledgerId: made.header.id, target: TARGET }));
    await runUndo(folder.setting(), undo);
    expect(await names()).toEqual(["Zoe", "Cyd"]);
    await expect(runUndo(folder.setting(), undo)).rejects.toMatchObject({ code: "patch.already_undone" });
  });

  it("is asked about here before anything is sent", async () => {
    const before = await applications();
    const asked: unknown[] = [];
    const refusing = folder.setting({
      confirmWrite: async ({ action, target }) => {
        asked.push([action, target.label, target.server]);
        throw new Error("no");
      },
    });
    await expect(runApply(refusing, applyOfJob(apply(), await patch()))).rejects.toThrow("no");
    expect(asked).toEqual([["apply", TARGET, "prod"]]);
    expect(await applications()).toBe(before);
    expect(await names()).toEqual(["Ada", "Cyd"]);
  });

  it("is cancelled there when it is interrupted here", async () => {
    const made = await patch();
    const blocker = new pg.Client(there.url);
    await blocker.connect();
    const stop = new AbortController();
    try {
      await blocker.query("BEGIN; LOCK TABLE dst.users IN ACCESS EXCLUSIVE MODE");
      const { context } = folder.setting();
      const setting = folder.setting({ context: { ...context, signal: stop.signal } });
      const applying = runApply(setting, applyOfJob(apply(), made));
      const ended = expect(applying).rejects.toMatchObject({ code: "interrupted" });
      for (let waited = 0; (await newest())?.state !== "running" && waited < 100; waited += 1)
        await sleep(100);
      stop.abort();
      await ended;
      for (let waited = 0; (await newest())?.state !== "cancelled" && waited < 100; waited += 1)
        await sleep(100);
      expect((await newest())?.state).toBe("cancelled");
    } finally {
      await blocker.end();
    }
    expect(await names()).toEqual(["Ada", "Cyd"]);
  });

  it.each([
    ["force", { force: { reason: "x" } }],
    ["DDL", { allowDdl: true }],
  ])("takes no %s", async (_, more) => {
    const wanted = applyOfJob(apply(), await patch());
    const pushed = { ...wanted, options: { ...wanted.options, ...more } };
    await expect(runApply(folder.setting(), pushed)).rejects.toMatchObject({ code: "usage.invalid" });
    expect(await names()).toEqual(["Ada", "Cyd"]);
  });
});

describe("what does not work there", () => {
  it.each([
    ["an unknown server of it", "prod:nope/dst:users", "server.not_found"],
    ["an unknown table", "prod:b/dst:nope", "table.not_found"],
  ])("%s", async (_, target, code) => {
    const wanted = { ...applyOfJob(apply(), await patch()), target };
    await expect(runApply(folder.setting(), wanted)).rejects.toMatchObject({ code });
  });
});

describe("a job of the service that reads another server", () => {
  const changes = async () => {
    const { json } = await server.ask("POST", "/api/v1/diff?wait=20", {
      body: { source: "a:src:users", target: "prod:b/dst:users" },
    });
    return json;
  };
  const remote = () => `  prod: {url: "${server.url}", apiKey: {env: PROD_KEY}}\n`;

  it("reaches private addresses only when the operator allows them", async () => {
    config = configWith(remote());
    await server.service.reload();
    expect(await changes()).toMatchObject({ state: "failed", error: { code: "egress.refused" } });
    config = configWith(`${remote()}alerts: {allowAddresses: [127.0.0.0/8]}\n`);
    await server.service.reload();
    expect(await changes()).toMatchObject({
      state: "succeeded",
      summary: { counts: { inserted: 1, updated: 1, deleted: 1 } },
    });
  });
});
