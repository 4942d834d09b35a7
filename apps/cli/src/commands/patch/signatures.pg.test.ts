import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAgeKeys } from "../../testing/age-keys.ts";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

const SOURCE = "dev:public:users";
const TARGET = "prod:public:users";
const SCRIPT = "INSERT INTO users VALUES (9, 'x')";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;
let signers: readonly string[];

beforeAll(async () => {
  source = await createTestDatabase("patch_sign_source");
  target = await createTestDatabase("patch_sign_target");
  folder = await makeCommandFolder();
  signers = await Promise.all(
    [1, 2, 3].map(async (n) => (await run("patch", "keys", `${n}.pem`, "--new")).stdout.trim()),
  );
});
afterAll(async () => {
  await source.drop();
  await target.drop();
  await folder.remove();
});
beforeEach(async () => {
  await configure({});
  for (const database of [source, target]) {
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY, name text)",
    );
    await database.query("INSERT INTO users SELECT n, 'base ' || n FROM generate_series(1, 5) AS n");
  }
  await source.query("UPDATE users SET name = 'new ' || id WHERE id <= 2; DELETE FROM users WHERE id = 5");
  await run("diff", SOURCE, TARGET, "--output", "a.patch", "--overwrite");
});

async function configure(rules: object): Promise<void> {
  const servers = {
    dev: { url: source.url },
    prod: { url: target.url, environment: "production" },
    alias: { url: target.url },
    databases: { url: target.url, tenancy: { kind: "database" } },
  };
  await folder.write(
    "syncline.yaml",
    JSON.stringify({ version: 1, servers, environments: { production: rules } }),
  );
}

async function run(...args: string[]) {
  const result = await folder.run(args);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

async function refused(code: number, words: RegExp, ...args: string[]): Promise<void> {
  const before = await rows();
  const result = await folder.run(args);
  expect(result.stderr).toMatch(words);
  expect(result.code, result.stderr).toBe(code);
  expect(await rows()).toEqual(before);
}

const rows = () => target.query("SELECT * FROM users ORDER BY id");
const sign = (key: number, ...more: string[]) =>
  run("patch", "sign", "a.patch", "--key", `${key}.pem`, "--environment", "production", ...more);
const change = async (edit: (text: string) => string, name = "changed.patch") => {
  const text = await readFile(join(folder.path, "a.patch"), "utf8");
  expect(edit(text)).not.toBe(text);
  await writeFile(join(folder.path, name), edit(text));
  return name;
};

describe("patch sign and verify", () => {
  it("keep the hash, list who signed, and fail when a demanded one is missing", async () => {
    const hash = JSON.parse((await run("patch", "verify", "a.patch", "--json")).stdout).hash;
    await refused(12, /0 valid signatures/, "patch", "verify", "a.patch", "--environment", "production");
    await sign(1, "--reviewer", "zoë@example.com");
    await sign(2);
    await sign(1, "--reviewer", "zoë@example.com");
    const found = JSON.parse(
      (await run("patch", "verify", "a.patch", "--json", "--environment", "production")).stdout,
    );
    expect(found).toMatchObject({
      ok: true,
      hash,
      signatures: [
        { state: "valid", public_key: signers[1], environment: "production" },
        { state: "valid", public_key: signers[0], reviewer: "zoë@example.com" },
      ],
    });
    expect((await run("patch", "show", "a.patch")).stdout).toMatch(
      /Signature {3}ed25519:\S+: valid \(zoë@example.com, production, /,
    );
    await run("patch", "verify", "a.patch", "--signer", signers[0] ?? "", "--signer", signers[1] ?? "");
    await refused(12, /expected 1/, "patch", "verify", "a.patch", "--signer", signers[2] ?? "");
    await refused(12, /0 valid/, "patch", "verify", "a.patch", "--environment", "staging");
    await refused(2, /public key/, "patch", "verify", "a.patch", "--signer", "ed25519:AAAA");
  });

  it("find an altered statement and a signature of other contents", async () => {
    await sign(1, "--reviewer", "ada");
    const altered = await change((text) => text.replace('reviewer\\":\\"ada', 'reviewer\\":\\"eve'));
    await refused(12, /do not hold/, "patch", "verify", altered);
    const odd = await change((text) => text.replace('reviewer\\":\\"ada', 'reviewer\\":\\"\u202eada'));
    const { stdout } = await folder.run(["patch", "verify", odd]);
    expect(stdout).toContain("does not hold");
    expect(stdout).not.toContain("\u202e");
    // Another patch with these signatures: what an altered patch is once its digests were made to fit.
    await source.query("UPDATE users SET name = 'other' WHERE id = 1");
    await run("diff", SOURCE, TARGET, "--output", "other.patch", "--overwrite");
    const other = await readFile(join(folder.path, "other.patch"), "utf8");
    const taken = await change((text) =>
      other.replace(/\}\n$/, `${/,"signatures":.*\n$/.exec(text)?.[0] ?? ""}`),
    );
    await refused(12, /do not hold/, "patch", "verify", taken);
    await refused(
      9,
      /damaged|digest|changed/,
      "patch",
      "verify",
      await change((text) => text.replace("new 1", "new 7")),
    );
    // Nobody signs a damaged file.
    await refused(9, /./, "patch", "sign", "changed.patch", "--key", "1.pem");
  });

  it("leave signatures behind where the contents become others, and take them along where they stay", async () => {
    await sign(1);
    await run("patch", "invert", "a.patch", "--output", "back.patch", "--overwrite");
    expect(await readFile(join(folder.path, "back.patch"), "utf8")).not.toContain("signatures");
    const { identity, recipient } = await makeAgeKeys();
    await folder.write("age.txt", `${identity}\n`);
    await run(
      "patch",
      "sign",
      "a.patch",
      "--key",
      "2.pem",
      "--output",
      "a.patch.zst.age",
      "--recipient",
      recipient,
    );
    const { stdout } = await run("patch", "verify", "a.patch.zst.age", "--identity", "age.txt", "--json");
    expect(JSON.parse(stdout).signatures).toHaveLength(2);
    expect((await run("patch", "sql", "a.patch")).stdout).not.toContain("ed25519");
    await refused(2, /exists/, "patch", "sign", "a.patch", "--key", "2.pem", "--output", "back.patch");
    await refused(2, /exists/, "patch", "keys", "1.pem", "--new");
    await refused(2, /private key/, "patch", "sign", "a.patch", "--key", "syncline.yaml");
  });
});

describe("an environment that demands signatures", () => {
  const apply = (...more: string[]) => ["patch", "apply", "a.patch", TARGET, "--yes", ...more] as const;
  const demand = (required: number, more: object = {}) =>
    configure({ signatures: { required, signers: signers.slice(0, 2) }, ...more });

  it("takes a patch with enough of them, however the target is named", async () => {
    await demand(2);
    const url = `${target.url}#public:users`;
    const database = new URL(target.url).pathname.slice(1);
    for (const name of [`databases:${database}:users`, url])
      await refused(
        12,
        /lacks signatures.*found: 0/,
        "patch",
        "apply",
        "a.patch",
        name,
        "--yes",
        "--confirm",
        "prod",
      );
    await sign(1);
    await sign(1, "--reviewer", "somebody-else");
    await sign(3);
    await refused(12, /found: 1/, ...apply());
    await run(...apply("--dry-run"));
    await sign(2);
    for (const more of [["--reverse"], ["--select", "table=users,kind=update"]])
      await refused(12, /found: 0/, ...apply(...more));
    const { stdout } = await run(...apply("--json"));
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "applied" });
  });

  it("takes nothing that options write beside the patch", async () => {
    await demand(1);
    await sign(1);
    await target.query(
      "CREATE TABLE IF NOT EXISTS kids (u int REFERENCES users ON DELETE CASCADE); INSERT INTO kids VALUES (5); UPDATE users SET name = 'later' WHERE id = 1",
    );
    const beside = ["--force --reason x", "--strategy theirs", "--include-cascades", "--triggers off"];
    for (const more of beside)
      await refused(12, /not what options write beside it.*found: 0/, ...apply(...more.split(" ")));
    expect(await target.query("SELECT u FROM kids")).toEqual([{ u: 5 }]);
    await target.query("DROP TABLE kids");
  });

  it("takes none for another environment or of another patch", async () => {
    await demand(1);
    await run("patch", "sign", "a.patch", "--key", "1.pem", "--environment", "staging");
    await run("patch", "sign", "a.patch", "--key", "1.pem");
    await refused(12, /found: 0/, ...apply());
  });

  it("takes nothing else, and an undo only as a signed inverse", async () => {
    await demand(1);
    await sign(1);
    await run(...apply());
    await folder.write("rows.sql", `${SCRIPT};\n`);
    const { id } = JSON.parse((await run("patch", "verify", "a.patch", "--json")).stdout);
    for (const args of [
      ["undo", id, TARGET, "--yes"],
      ["copy", SOURCE, TARGET, "--strategy", "replace", "--yes"],
      ["import", "rows.sql", TARGET, "--yes"],
    ])
      await refused(12, /signed patches only/, ...args);
    await run("patch", "invert", "a.patch", "--output", "back.patch", "--overwrite");
    await refused(12, /found: 0/, "patch", "apply", "back.patch", TARGET, "--yes");
    await run("patch", "sign", "back.patch", "--key", "2.pem", "--environment", "production");
    await run("patch", "apply", "back.patch", TARGET, "--yes");
    expect(await rows()).toHaveLength(5);
  });
});

describe("an environment that demands approvals", () => {
  it("refuses writes and says where to ask; signatures of its signers are approvals of a patch", async () => {
    await configure({ approvals: 2, signatures: { required: 1, signers: signers.slice(0, 2) } });
    await sign(1);
    await refused(4, /takes 2 approvals.*found 1/, "patch", "apply", "a.patch", TARGET, "--yes");
    await sign(2);
    await refused(4, /found 0/, "patch", "apply", "a.patch", TARGET, "--yes", "--force", "--reason", "x");
    await run("patch", "apply", "a.patch", TARGET, "--yes");
  });

  it("refuses what is no patch, by any name of the target", async () => {
    await configure({ approvals: 1 });
    await sign(1);
    for (const args of [
      ["patch", "apply", "a.patch", "alias:public:users", "--yes"],
      ["copy", SOURCE, `${target.url}#public:users`, "--strategy", "merge", "--yes"],
    ])
      await refused(4, /review at a Syncline server/, ...args);
  });
});

describe("a frozen environment", () => {
  it("is not written, whatever the option, and is read", async () => {
    await configure({ frozen: "migration tonight" });
    for (const args of [
      ["patch", "apply", "a.patch", TARGET, "--yes"],
      ["patch", "apply", "a.patch", TARGET, "--dry-run"],
      ["patch", "apply", "a.patch", "alias:public:users", "--force", "--reason", "x", "--yes"],
      ["copy", SOURCE, TARGET, "--strategy", "replace", "--yes", "--confirm", "prod"],
    ])
      await refused(7, /"production".*is frozen: migration tonight/, ...args);
    await run("diff", SOURCE, TARGET);
  });
});

it("a server with rules that cannot be resolved may be the target", async () => {
  const servers = {
    dev: { url: source.url },
    prod: { url: { env: "NOT_SET_ANYWHERE" }, environment: "production" },
  };
  const environments = { production: { approvals: 1 } };
  await folder.write("syncline.yaml", JSON.stringify({ version: 1, servers, environments }));
  await refused(
    7,
    /cannot be told: the address of "prod"/,
    "patch",
    "apply",
    "a.patch",
    `${target.url}#public:users`,
    "--yes",
  );
});
