import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../testing/run-syncline.ts";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

const config = (protection: string) =>
  configOf({ dev: { url: source.url }, prod: { url: target.url, protection } });

beforeAll(async () => {
  source = await createTestDatabase("guard_source");
  target = await createTestDatabase("guard_target");
  for (const database of [source, target])
    await database.query("CREATE TABLE users (id int PRIMARY KEY, name text)");
  await source.query("INSERT INTO users VALUES (1, 'a')");
  folder = await makeCommandFolder(config("protected"));
  expect(
    (await folder.run(["diff", "dev:public:users", "prod:public:users", "--output", "a.patch"])).code,
  ).toBe(0);
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});

const count = async () => (await target.query<{ n: number }>("SELECT count(*)::int AS n FROM users"))[0]?.n;
const apply = (where: string, ...more: string[]) => folder.run(["patch", "a.patch", where, ...more]);

describe("a protected target", () => {
  it("is not written without its name: --yes does not suffice, and the flag is named at once", async () => {
    for (const more of [[], ["--yes"], ["--confirm", "dev"], ["--force", "--reason", "x", "--yes"]]) {
      const result = await apply("prod:public:users", ...more);
      expect(result).toMatchObject({ code: 7, stdout: "" });
      expect(result.stderr).toContain("--confirm prod");
    }
    expect(await count()).toBe(0);
  });

  it("cannot be reached around by its URL, an alias of its host or the tenancy", async () => {
    const url = new URL(target.url);
    const aliases = [
      `${url.href}#public:users`,
      `${url.href.replace("127.0.0.1", "localhost")}#public:users`,
    ];
    for (const alias of aliases) {
      const result = await apply(alias, "--yes");
      expect(result.code, result.stderr).toBe(7);
      expect(result.stderr).toContain("--confirm prod");
    }
    expect(await count()).toBe(0);
  });

  it("takes a dry run without confirmation, and leaves no trace of it", async () => {
    expect((await apply("prod:public:users", "--dry-run")).code).toBe(0);
    expect(await count()).toBe(0);
  });

  it("is written when its name is given", async () => {
    const applied = await apply("prod:public:users", "--confirm", "prod", "--json");
    expect(applied.code, applied.stderr).toBe(0);
    expect(await count()).toBe(1);
    const { patch_id } = JSON.parse(applied.stdout) as { patch_id: string };
    expect((await folder.run(["undo", patch_id, "prod:public:users", "--yes"])).code).toBe(7);
    expect((await folder.run(["undo", patch_id, "prod:public:users", "--confirm", "prod"])).code).toBe(0);
    expect(await count()).toBe(0);
  });
});

describe("a readonly target", () => {
  it("is never written, whatever is passed", async () => {
    await folder.write("syncline.yaml", config("readonly"));
    for (const more of [
      [],
      ["--confirm", "prod"],
      ["--yes", "--confirm", "prod", "--force", "--reason", "x"],
      ["--dry-run"],
    ]) {
      const result = await apply("prod:public:users", ...more);
      expect(result, result.stderr).toMatchObject({ code: 7, stdout: "" });
      expect(result.stderr).toContain("read-only");
    }
    expect((await folder.run(["undo", "x", "prod:public:users", "--confirm", "prod"])).code).toBe(7);
    expect(await count()).toBe(0);
    expect((await folder.run(["diff", "dev:public:users", "prod:public:users"])).code).toBe(0);
  });
});
