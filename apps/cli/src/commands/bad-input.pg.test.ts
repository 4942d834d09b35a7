import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("cli_bad");
  await database.query(
    "CREATE TABLE users (id int PRIMARY KEY, name text, points int); CREATE TABLE other (id int PRIMARY KEY, extra text); INSERT INTO users VALUES (1, 'a', 1)",
  );
  const { url } = database;
  folder = await makeCommandFolder(
    configOf({
      open: { url },
      guarded: { url: url.replace("127.0.0.1", "localhost"), protection: "open" },
      silent: { url: "postgres://nobody@127.0.0.1:1/none" },
    }),
  );
  expect(
    (await folder.run(["diff", "open:public:users", "open:public:users", "--output", "empty.patch"])).code,
  ).toBe(0);
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const USERS = ["open:public:users", "open:public:users"];

/** Arguments, exit code, and what the message must say. */
const CASES: readonly (readonly [name: string, args: readonly string[], code: number, says: RegExp])[] = [
  ["an unknown server", ["diff", "opn:public:users", "open:public:users"], 10, /no server "opn".*"open"/],
  ["an unknown tenant", ["diff", "open:nowhere:users", "open:public:users"], 10, /"nowhere"/],
  ["an unknown table", ["diff", "open:public:usrs", "open:public:users"], 10, /"usrs"/],
  ["an unknown field", ["diff", ...USERS, "--fields", "nmae"], 10, /"nmae"/],
  ["a locator of one part", ["diff", "users", "open:public:users"], 2, /locator "users"/],
  ["a folder that is not there", ["diff", "./backup/users", "open:public:users"], 10, /directory/],
  ["a snapshot", ["diff", "snapshot:x", "open:public:users"], 2, /snapshot/],
  ["malformed JSON in a filter", ["diff", ...USERS, "--filter", '{"where": {"id": }}'], 2, /column 18/],
  [
    "an unknown filter operator",
    ["diff", ...USERS, "--filter", '{"where": {"id": {"$gtt": 1}}}'],
    2,
    /where\.id\.\$gtt/,
  ],
  ["an unknown column in a filter", ["diff", ...USERS, "--filter", '{"where": {"idd": 1}}'], 2, /where\.idd/],
  [
    "a filter value of the wrong type",
    ["diff", ...USERS, "--filter", '{"where": {"id": "one"}}'],
    2,
    /where\.id/,
  ],
  ["a filter file that is not there", ["diff", ...USERS, "--filter", "@nothing.json"], 10, /nothing\.json/],
  ["a refused connection", ["diff", "silent:public:users", "open:public:users"], 5, /127\.0\.0\.1:1/],
  ["tables whose columns differ", ["diff", "open:public:users", "open:public:other"], 8, /name|extra|points/],
  ["a format that is none", ["diff", ...USERS, "--format", "jsn"], 2, /--format/],
  ["two formats", ["diff", ...USERS, "--json", "--format", "sql"], 2, /contradict/],
  ["an unknown option", ["diff", ...USERS, "--ouput", "x"], 2, /--output/],
  ["an unknown command", ["dif"], 2, /diff/],
  ["a missing argument", ["diff", "open:public:users"], 2, /target/],
  ["a percentage above 100", ["diff", ...USERS, "--max-percent", "120"], 2, /0 to 100/],
  ["an existing output file", ["diff", ...USERS, "--output", "empty.patch"], 2, /empty\.patch.*exists/],
  ["a folder that is not there", ["diff", ...USERS, "--output", "no/such/x.patch"], 10, /no\/such/],
  ["a patch file that is not there", ["patch", "none.patch", "open:public:users"], 10, /none\.patch/],
  ["a file that is no patch", ["patch", "syncline.yaml", "open:public:users"], 9, /syncline\.yaml/],
  ["an unknown patch id", ["undo", "01NOTHING", "open:public:users"], 10, /01NOTHING/],
  ["a config file that is not there", ["--config", "none.yaml", "log", "open:public:users"], 2, /none\.yaml/],
  ["--reason without --force", ["patch", "empty.patch", "open:public:users", "--reason", "x"], 2, /--force/],
  [
    "a duration that is none",
    ["patch", "empty.patch", "open:public:users", "--lock-timeout", "soon"],
    2,
    /duration/,
  ],
];

describe("bad input", () => {
  it.each(CASES)("%s: a clear error, nothing on stdout, nothing lost", async (_name, args, code, says) => {
    const before = await readdir(folder.path);
    const result = await folder.run(args);
    expect(result.stderr).toMatch(says);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr).not.toMatch(/\n\s+at |SELECT|\[object/);
    expect(await readdir(folder.path)).toEqual(before);
  });

  it("warns of a field to ignore that no table has", async () => {
    const { code, stderr } = await folder.run(["diff", ...USERS, "--ignore-fields", "name,nmae"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: No compared table has a column "nmae"/);
    expect(stderr).not.toContain('"name"');
    expect(
      (await folder.run(["diff", ...USERS, "--ignore-timestamps", "--ignore-system-fields"])).stderr,
    ).toBe("");
  });

  it("tells machines the same as a document", async () => {
    const { stderr, stdout, code } = await folder.run([
      "diff",
      "opn:public:users",
      "open:public:users",
      "--json",
    ]);
    expect({ code, stdout }).toEqual({ code: 10, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: "server.not_found", exit_code: 10, hint: expect.stringContaining("open") as string },
    });
    const usage = await folder.run(["diff", "--json"]);
    expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: "usage.invalid", exit_code: 2 } });
  });

  it("tells file, line and column of a wrong config", async () => {
    await folder.write(
      "wrong.yaml",
      "version: 1\nservers:\n  prod:\n    url: postgres://h/db\n    protection: maybe\n",
    );
    const { code, stderr } = await folder.run(["--config", "wrong.yaml", "config", "check"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /wrong\.yaml:5:\d+: servers\.prod\.protection: expected open, protected or readonly/,
    );
  });

  it("tells which features are off, and refuses names that are none", async () => {
    await folder.write("features.yaml", "version: 1\nfeatures: {profiling: false}\n");
    const check = ["--config", "features.yaml", "config", "check"];
    const told = await folder.run(check, { SYNCLINE_FEATURES: "-api-docs" });
    expect(told.stdout).toContain("Switched off at servers: api-docs, profiling");
    const { stdout } = await folder.run([...check, "--json"], { SYNCLINE_FEATURES: "+profiling" });
    expect(JSON.parse(stdout)).toMatchObject({ features: { profiling: true, "api-docs": true } });
    expect(await folder.run(check, { SYNCLINE_FEATURES: "-profilng" })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('found "-profilng"'),
    });
  });

  it.each([
    [["diff", "postgres://u:canary@127.0.0.1:1/x#a:b", "open:public:users", "one too many"]],
    [["postgres://u:canary@127.0.0.1:1/x"]],
    [["diff", ...USERS, "--format", "postgres://u:canary@127.0.0.1:1/x"]],
    [["diff", ...USERS, "--frmat=postgres://u:canary@127.0.0.1:1/x"]],
    [["diff", "host=127.0.0.1 password=canary dbname=x", "open:public:users"]],
  ])("a password in the wrong place is not repeated: %j", async (args) => {
    for (const json of [[], ["--json"]]) {
      const { code, stderr } = await folder.run([...args, ...json]);
      expect(code).toBe(2);
      expect(stderr).not.toContain("canary");
    }
  });

  it("never overwrites a file unless told to", async () => {
    const before = await readFile(join(folder.path, "empty.patch"), "utf8");
    await folder.run(["diff", ...USERS, "--output", "empty.patch"]);
    expect(await readFile(join(folder.path, "empty.patch"), "utf8")).toBe(before);
    expect((await folder.run(["diff", ...USERS, "--output", "empty.patch", "--overwrite"])).code).toBe(0);
    expect(await readFile(join(folder.path, "empty.patch"), "utf8")).not.toBe(before);
  });
});
