import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CommandFolder,
  configOf,
  makeCommandFolder,
  type RunningCommand,
} from "../testing/run-syncline.ts";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;
let blocker: pg.Client;

beforeAll(async () => {
  source = await createTestDatabase("interrupt_source");
  target = await createTestDatabase("interrupt_target");
  for (const database of [source, target])
    await database.query("CREATE TABLE users (id int PRIMARY KEY, name text)");
  await source.query("INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 20000) AS n");
  await target.query("INSERT INTO users SELECT n, 'old' FROM generate_series(1, 10) AS n");
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  expect(
    (await folder.run(["diff", "dev:public:users", "prod:public:users", "--output", "a.patch"])).code,
  ).toBe(0);
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  blocker = new pg.Client({ connectionString: target.url, application_name: "blocker" });
  await blocker.connect();
  await blocker.query("BEGIN");
});
afterEach(() => blocker.end());

const DIFF = ["diff", "dev:public:users", "prod:public:users"];
const APPLY = ["patch", "a.patch", "prod:public:users", "--lock-timeout", "60s"];

/** Sessions on the target besides the blocker, seen from outside of its transaction. */
const sessions = async (condition = "true") => {
  const [row] = await source.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = '${target.name}' AND application_name <> 'blocker' AND ${condition}`,
  );
  return row?.n;
};

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(20))
    if (await condition()) return;
  throw new Error("it did not happen within 10 s");
}

async function interruptWhileBlocked(running: RunningCommand, signal: NodeJS.Signals) {
  const early = running.ended.then(({ code, stderr }) => {
    throw new Error(`it ended with ${code} before it was interrupted: ${stderr}`);
  });
  await Promise.race([until(async () => (await sessions("wait_event_type = 'Lock'")) !== 0), early]);
  early.catch(() => {});
  const startedAt = Date.now();
  running.child.kill(signal);
  const result = await running.ended;
  expect(Date.now() - startedAt).toBeLessThan(5000);
  expect(result.code, result.stderr).toBe(130);
  await until(async () => (await sessions()) === 0);
  return result;
}

describe("an interrupted command", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("%s during diff: 130, no file, no session left", async (signal) => {
    await blocker.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    const before = await readdir(folder.path);
    const result = await interruptWhileBlocked(folder.start([...DIFF, "--output", "b.patch"]), signal);
    expect(result.stderr).toContain("Interrupted");
    expect(await readdir(folder.path)).toEqual(before);
  });

  it("during apply: 130, nothing written, no session left", async () => {
    await blocker.query("SELECT FROM users WHERE id = 7 FOR UPDATE");
    await interruptWhileBlocked(folder.start(APPLY), "SIGINT");
    await blocker.query("ROLLBACK");
    expect(
      await target.query(
        "SELECT count(*)::int AS n, count(*) FILTER (WHERE name = 'old')::int AS old FROM users",
      ),
    ).toEqual([{ n: 10, old: 10 }]);
  });

  it("ends quietly when the reader of its output goes away", async () => {
    const running = folder.start([...DIFF, "--format", "ndjson"]);
    running.child.stdout.once("data", () => running.child.stdout.destroy());
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
