import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningServer, runServer } from "../testing/run-server.ts";
import { type CommandFolder, makeCommandFolder } from "../testing/run-syncline.ts";

let here: TestDatabase;
let there: TestDatabase;
let control: TestDatabase;
let server: RunningServer;
let behind: CommandFolder;
let folder: CommandFolder;
const keys: Record<string, string> = {};

beforeAll(async () => {
  here = await createTestDatabase("review_here");
  there = await createTestDatabase("review_there");
  control = await createTestDatabase("review_control");
  const table = "CREATE TABLE prices (id int PRIMARY KEY, name text, cents int);";
  await here.query(`${table} INSERT INTO prices VALUES (1, 'tea', 350), (2, 'soup', 690), (4, 'cake', 420)`);
  await there.query(
    `${table} INSERT INTO prices VALUES (1, 'tea', 320), (2, 'soup', 690), (3, 'salad', 750)`,
  );
  const prod = { url: there.url, environment: "production", protection: "open" };
  behind = await makeCommandFolder(
    JSON.stringify({ version: 1, servers: { prod }, environments: { production: { approvals: 1 } } }),
  );
  server = await runServer(behind, control.url);
  keys["ann"] = await personalKey("ann", "reviewer");
  keys["ben"] = await personalKey("ben", "reviewer");
  const office = { url: server.url, apiKey: { env: "OFFICE_KEY" } };
  const servers = { stage: { url: here.url }, prod: { url: there.url }, office };
  folder = await makeCommandFolder(JSON.stringify({ version: 1, servers }));
}, 60_000);
afterAll(async () => {
  await folder.remove();
  await server.stop();
  await behind.remove();
  for (const database of [control, there, here]) await database.drop();
});

/** By invitation, as people come by one. */
async function personalKey(name: string, role: string): Promise<string> {
  const ask = async (path: string, body: unknown, headers: Record<string, string>) => {
    const sent = { "Content-Type": "application/json", Origin: server.url, ...headers };
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers: sent,
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    return {
      json: (await answer.json()) as Record<string, string>,
      cookie: answer.headers.getSetCookie().join("; ").split(";")[0] ?? "",
    };
  };
  const admin = { Authorization: `Bearer ${server.key}` };
  const { json } = await ask("/invitations", { email: `${name}@example.com`, grants: [{ role }] }, admin);
  const password = `long words of ${name} alone`;
  const { cookie, json: session } = await ask(
    "/invitations/accept",
    { token: json["token"], name, password },
    {},
  );
  const signedIn = { Cookie: cookie, "X-Syncline-CSRF": session["csrf"] ?? "" };
  return (await ask("/me/keys", { name: "laptop", scopes: ["*"] }, signedIn)).json["key"] ?? "";
}

const as = async (who: "ann" | "ben", ...args: readonly string[]) => {
  const done = await folder.run(args, { OFFICE_KEY: keys[who] ?? "" });
  return { ...done, all: done.stdout + done.stderr };
};
const review = (who: "ann" | "ben", ...args: readonly string[]) =>
  as(who, "review", ...args, "--server", "office");
const rows = async () =>
  (
    await there.query<{ row: string }>(
      "SELECT concat_ws(' ', id, name, cents) AS row FROM prices ORDER BY id",
    )
  ).map(({ row }) => row);

it("a patch is asked for, refused to its author, approved by another and applied, from the command line", async () => {
  const diff = ["diff", "stage:public:prices", "prod:public:prices", "--output", "may.patch"];
  expect((await as("ann", ...diff)).code).toBe(0);
  const wanted = ["--title", "Prices of May", "--patch", "may.patch", "--target", "prod:public:prices"];
  const opened = await review("ann", "open", ...wanted);
  expect(opened.code, opened.all).toBe(0);
  expect(opened.stdout).toContain("Review 1  open");
  expect(opened.stdout).toMatch(/prices\s+\+1\s+~1\s+-1/);
  expect(opened.stdout).toContain("It deletes 1 row.");
  expect(opened.stdout).toMatch(/asked by +ann@example\.com on /);
  const seen = /--seen ([0-9a-f]{12}-[0-9a-f]{12})/.exec(opened.stdout)?.[1] ?? "";
  const early = await review("ann", "apply", "1");
  expect([early.code, early.stderr]).toEqual([4, expect.stringContaining("0 of 1 approvals")]);
  const listed = await review("ben", "list", "--waiting");
  expect(listed.stdout).toMatch(/1\s+open\s+0 of 1\s+apply\s+prod:public:prices \(production\)/);
  const own = await review("ann", "approve", "1", "--seen", seen);
  expect([own.code, own.stderr]).toEqual([4, expect.stringContaining("your own")]);
  const unseen = await review("ben", "approve", "1");
  expect([unseen.code, unseen.stderr]).toEqual([2, expect.stringContaining("--seen")]);
  const other = await review("ben", "approve", "1", "--seen", `${"0".repeat(12)}-${"0".repeat(12)}`);
  expect([other.code, other.stderr]).toEqual([6, expect.stringContaining("not what was looked at")]);
  const said = await review(
    "ben",
    "comment",
    "1",
    "Is the salad gone for good?",
    "--table",
    "prices",
    "--key",
    "3",
  );
  expect(said.stdout).toMatch(/^Comment \S{36} of review 1\.$/m);
  const comment = said.stdout.split(" ")[1] ?? "";
  expect((await review("ann", "comment", "1", "Yes.", "--thread", comment)).code).toBe(0);
  expect((await review("ben", "comment", "1", "--resolve", comment)).stdout).toContain("Resolved comment");
  const approved = await review("ben", "approve", "1", "--seen", seen, "--reason", "as agreed");
  expect(approved.stdout).toContain("approved by ben@example.com");
  expect(approved.stdout).toContain("syncline review apply 1");
  const applied = await review("ann", "apply", "1");
  expect(applied.code, applied.all).toBe(0);
  expect(applied.stdout).toContain("1 inserted, 1 updated, 1 deleted");
  expect(await rows()).toEqual(["1 tea 350", "2 soup 690", "4 cake 420"]);
  const again = await review("ann", "apply", "1");
  expect([again.code, again.stderr]).toEqual([6, expect.stringContaining("is applied")]);
  const shown = JSON.parse((await review("ann", "show", "1", "--json")).stdout);
  expect(shown).toMatchObject({ number: 1, state: "applied", given: 1, comments: [{}, {}] });
});

it("a target that moved, a refusal and a withdrawal end a review with their exit codes", async () => {
  await here.query("UPDATE prices SET cents = 999 WHERE id = 1");
  const diff = ["diff", "stage:public:prices", "prod:public:prices", "--output", "june.patch"];
  expect((await as("ann", ...diff)).code).toBe(0);
  const open = async () => {
    const wanted = ["--title", "June", "--patch", "june.patch", "--target", "prod:public:prices", "--json"];
    return JSON.parse((await review("ann", "open", ...wanted)).stdout);
  };
  const first = await open();
  expect((await review("ben", "approve", String(first.number), "--seen", first.seen)).code).toBe(0);
  await there.query("UPDATE prices SET cents = 1 WHERE id = 1");
  const moved = await review("ann", "apply", String(first.number));
  expect([moved.code, moved.stderr]).toEqual([6, expect.stringContaining("not as it was")]);
  expect((await review("ann", "show", String(first.number))).stdout).toContain("voided");
  const second = await open();
  const refused = await review("ben", "refuse", String(second.number), "--reason", "look at tea again");
  expect(refused.stdout).toMatch(/refused: look at tea again/);
  const third = await open();
  expect((await review("ben", "withdraw", String(third.number))).code).toBe(4);
  expect((await review("ann", "withdraw", String(third.number))).stdout).toContain("withdrawn");
  expect((await review("ann", "show", "77")).code).toBe(10);
  expect((await as("ann", "review", "list", "--server", "stage")).code).toBe(2);
});

it("people are invited, given and taken roles, and deactivated, from the command line", async () => {
  const people = async (...args: readonly string[]) =>
    folder.run(["people", ...args, "--server", "office"], { OFFICE_KEY: server.key });
  const grants = async () => {
    const { stdout } = await people("list", "--json");
    const all = (
      JSON.parse(stdout) as {
        people: { email: string; grants: { role: string; project: string | null }[] }[];
      }
    ).people;
    return all
      .find(({ email }) => email === "dan@example.com")
      ?.grants.map(({ role, project }) => `${role} ${project}`)
      .sort();
  };
  const invited = await people("invite", "dan@example.com", "--role", "viewer");
  expect(invited).toMatchObject({ code: 0 });
  expect(invited.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/accept#[\w-]{43}\n$/);
  const answer = await fetch(`${server.url}/api/v1/invitations/accept`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: server.url },
    body: JSON.stringify({
      token: new URL(invited.stdout.trim()).hash.slice(1),
      name: "dan",
      password: "long words of dan alone",
    }),
  });
  expect(answer.status).toBe(200);
  expect(await grants()).toEqual(["viewer null"]);
  expect(await people("grant", "Dan@example.com", "--role", "operator", "--on", "default")).toMatchObject({
    code: 0,
  });
  expect(await grants()).toEqual(["operator default", "viewer null"]);
  const wrong = await people("revoke", "dan@example.com", "--role", "operator");
  expect([wrong.code, wrong.stderr]).toEqual([10, expect.stringContaining("does not have that role there")]);
  await people("revoke", "dan@example.com", "--role", "viewer");
  expect(await grants()).toEqual(["operator default"]);
  const cookie = answer.headers.getSetCookie().join("; ").split(";")[0] ?? "";
  const me = () => fetch(`${server.url}/api/v1/me`, { headers: { Cookie: cookie } });
  expect((await people("deactivate", "dan@example.com")).code).toBe(0);
  expect((await me()).status).toBe(401);
  expect((await people("deactivate", "nobody@example.com")).code).toBe(10);
  expect((await people("invite", "dan@example.com", "--role", "king")).code).toBe(2);
  expect((await as("ben", "people", "list", "--server", "office")).code).toBe(4);
}, 60_000);
