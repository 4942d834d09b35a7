import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

let here: TestDatabase;
let there: TestDatabase;
let control: TestDatabase;
let folder: CommandFolder;
beforeAll(async () => {
  here = await createTestDatabase("service_here");
  there = await createTestDatabase("service_there");
  control = await createTestDatabase("service_control");
  for (const [at, database] of [here, there].entries())
    await database.query(`CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users VALUES (${at})`);
  folder = await makeCommandFolder(`version: 1
current: here
servers: {here: {url: "${here.url}"}, there: {url: "${there.url}"}}
jobs: [{name: rows, kind: export, source: "public:users", file: rows.ndjson}]`);
});
afterAll(async () => {
  await folder.remove();
  for (const database of [here, there, control]) await database.drop();
});

const run = (...args: string[]) => folder.run(args, { SYNCLINE_DATABASE_URL: control.url });

describe("--server", () => {
  it("is where the places of jobs are that name none", async () => {
    expect((await run("--server", "there", "service", "--once")).code).toBe(0);
    const dump = await readFile(join(folder.path, ".syncline/server/dumps/rows.ndjson"), "utf8");
    expect(dump).toContain('{"id":1}');
  });

  it("must be in the config", async () => {
    const { code, stderr } = await run("--server", "nowhere", "service", "--once");
    expect({ code, stderr }).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('no server "nowhere"'),
    });
  });
});

it.each([
  [["status", "--port", "1"], "--port"],
  [["trigger", "rows", "--interval", "5m"], "--interval"],
  [["--once", "reload"], "--once"],
  [["trigger", "rows", "--server", "there"], "--server"],
])("service %j refuses what would do nothing", async (args, option) => {
  const { code, stderr } = await run("service", ...args);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(new RegExp(`no option ${option}|${option} does nothing`)),
  });
});

it("names no options in the help of a command that it would refuse", async () => {
  const { stdout } = await run("service", "trigger", "--help");
  expect(stdout).toContain("--wait");
  expect(stdout).toContain("--config <file>");
  expect(stdout).not.toMatch(/--mode|--interval|--once|--port/);
});
