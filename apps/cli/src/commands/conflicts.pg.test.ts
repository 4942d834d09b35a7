import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, runServer } from "../testing/run-server.ts";
import { type CommandFolder, makeCommandFolder } from "../testing/run-syncline.ts";

let rows: TestDatabase;
let control: TestDatabase;
let behind: CommandFolder;
let server: RunningServer;

beforeAll(async () => {
  rows = await createTestDatabase("conflicts_rows");
  control = await createTestDatabase("conflicts_control");
  for (const schema of ["base", "src", "dst"])
    await rows.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text, mail text);
      INSERT INTO ${schema}.users SELECT n, '${schema}' || n, 'm' FROM generate_series(1, 4) n`);
  await rows.query(`UPDATE src.users SET mail = 's' WHERE id = 3; UPDATE dst.users SET mail = 'd' WHERE id = 3;
    DELETE FROM src.users WHERE id = 4`);
  const main = { url: rows.url, protection: "open" };
  const merge = {
    name: "merge-users",
    kind: "merge",
    source: "main:src:users",
    target: "main:dst:users",
    base: "main:base:users",
  };
  behind = await makeCommandFolder(JSON.stringify({ version: 1, servers: { main }, jobs: [merge] }));
  server = await runServer(behind, control.url);
}, 60_000);
afterAll(async () => {
  await server.stop();
  await behind.remove();
  for (const database of [control, rows]) await database.drop();
});

const conflicts = (...args: readonly string[]) =>
  behind.run(["conflicts", ...args, "--url", server.url], { SYNCLINE_API_KEY: server.key });

const ask = async (path: string, body?: unknown) =>
  (
    await fetch(`${server.url}/api/v1${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  ).json() as Promise<Record<string, never>>;

it("conflicts of a server are listed, decided by a rule after a dry run, and become a patch", {
  timeout: 180_000,
}, async () => {
  const { items } = (await ask("/jobs?name=merge-users")) as unknown as { items: { id: string }[] };
  await ask(`/jobs/${items[0]?.id}/run?wait=30`, {});
  const listed = await conflicts("list", "--job", "merge-users");
  expect(
    listed.stdout
      .split("\n")
      .slice(1, 5)
      .map((line) => /id \d/.exec(line)?.[0]),
  ).toEqual(["id 1", "id 2", "id 3", "id 4"]);
  const tried = await conflicts("resolve", "--take", "name=theirs", "--dry-run");
  expect([tried.code, tried.stdout.split("\n").slice(0, 2)]).toEqual([
    3,
    ["Would decide 2 of 4: theirs 2.", "Left 2: one-side-has-no-row 1, other-columns-differ 1."],
  ]);
  expect(JSON.parse((await conflicts("list", "--json")).stdout).conflicts).toHaveLength(4);
  expect((await conflicts("resolve", "--take", "name=theirs")).stdout).toContain("Decided 2 of 4: theirs 2.");
  expect((await conflicts("resolve", "--with", "ours", "--key", "3")).code).toBe(0);
  const early = await conflicts("patch", "--job", "merge-users");
  expect([early.code, early.stderr]).toEqual([
    6,
    expect.stringContaining("1 conflicts have no decision yet"),
  ]);
  const some = JSON.parse((await conflicts("patch", "--job", "merge-users", "--decided", "--json")).stdout);
  expect(some).toMatchObject({ origin: "resolution", operations: 2, target: "main:dst:users" });
  expect((await conflicts("resolve", "--with", "theirs", "--kind", "delete-update")).code).toBe(0);
  const made = await conflicts("patch", "--job", "merge-users");
  const [id = ""] = made.stdout.split("  ");
  const run = await ask("/apply?wait=30", { patch: id, target: "main:dst:users" });
  expect(run).toMatchObject({ state: "succeeded" });
  expect(await rows.query("SELECT concat_ws(' ', id, name, mail) AS row FROM dst.users ORDER BY id")).toEqual(
    [{ row: "1 src1 m" }, { row: "2 src2 m" }, { row: "3 dst3 d" }],
  );
  expect((await conflicts("list")).stdout).toBe("");
});

it("wants one rule, and sides and jobs that there are", { timeout: 120_000 }, async () => {
  for (const [args, told] of [
    [["resolve"], "Give one rule"],
    [["resolve", "--with", "ours", "--newest", "x"], "Give one rule"],
    [["resolve", "--take", "name=mine"], "--take takes ours, theirs or base"],
    [["patch"], "Name the job"],
  ] as const) {
    const { code, stderr } = await conflicts(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
  }
  expect((await conflicts("list", "--job", "nowhere")).code).toBe(10);
});
