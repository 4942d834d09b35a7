import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { makeAgeKeys } from "../testing/age-keys.ts";
import { type RunningServer, runServer } from "../testing/run-server.ts";
import { type CommandFolder, makeCommandFolder } from "../testing/run-syncline.ts";

let control: TestDatabase;
let server: RunningServer;
let behind: CommandFolder;
let folder: CommandFolder;

beforeAll(async () => {
  control = await createTestDatabase("audit_command");
  behind = await makeCommandFolder(JSON.stringify({ version: 1 }));
  server = await runServer(behind, control.url);
  folder = await makeCommandFolder(JSON.stringify({ version: 1 }));
  for (const name of ["one", "two", "three"])
    await fetch(`${server.url}/api/v1/environments`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name }),
    });
  await vi.waitFor(
    async () => {
      const kept = await run(["audit", "checkpoints", "--json"]);
      expect(JSON.parse(kept.stdout).checkpoints.length).toBeGreaterThan(0);
      await writeFile(join(folder.path, "kept.json"), kept.stdout);
    },
    { timeout: 30_000, interval: 500 },
  );
}, 90_000);
afterAll(async () => {
  await folder.remove();
  await server.stop();
  await behind.remove();
  await control.drop();
});

const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  folder.run(
    [
      ...args,
      ...(args.some((each) => each.endsWith("ndjson") || each.endsWith(".age")) && args[1] === "verify"
        ? []
        : ["--url", server.url]),
    ],
    {
      SYNCLINE_API_KEY: server.key,
      ...more,
    },
  );

it("verifies the log of a server, and says what a verification without anything of one's own is worth", async () => {
  const plain = await run(["audit", "verify"]);
  expect(plain).toMatchObject({ code: 0 });
  expect(plain.stdout).toMatch(/Nothing was changed up to entry \d+\./);
  expect(plain.stdout).toContain("Neither --checkpoint nor --signer was given");
  const pinned = await run(["audit", "verify", "--checkpoint", "kept.json", "--json"]);
  expect(JSON.parse(pinned.stdout)).toMatchObject({ ok: true, pinned: true, fault: null });
});

it("verifies an export without the server, encrypted or not", async () => {
  const { identity, recipient } = await makeAgeKeys();
  await writeFile(join(folder.path, "key.txt"), `${identity}\n`);
  expect(await run(["audit", "export", "--output", "a.ndjson"])).toMatchObject({ code: 0 });
  expect(await run(["audit", "export", "--output", "a.ndjson"])).toMatchObject({ code: 2 });
  expect(await run(["audit", "export", "--output", "a.ndjson.age", "--recipient", recipient])).toMatchObject({
    code: 0,
  });
  expect(await run(["audit", "export", "--output", "b.ndjson", "--recipient", recipient])).toMatchObject({
    code: 2,
  });
  const sealed = await readFile(join(folder.path, "a.ndjson.age"), "latin1");
  expect(sealed).not.toContain("environment.create");
  expect(await run(["audit", "verify", "a.ndjson", "--checkpoint", "kept.json"])).toMatchObject({ code: 0 });
  expect(await run(["audit", "verify", "a.ndjson.age", "--identity", "key.txt"])).toMatchObject({ code: 0 });
  expect((await run(["audit", "verify", "a.ndjson.age"])).code).not.toBe(0);
  const whole = await readFile(join(folder.path, "a.ndjson"), "utf8");
  await writeFile(
    join(folder.path, "edited.ndjson"),
    whole.replace('"subjectKind":"environment"', '"subjectKind":"something"'),
  );
  const edited = await run(["audit", "verify", "edited.ndjson"]);
  expect(edited).toMatchObject({ code: 9 });
  expect(edited.stderr).toMatch(/tampered with: entry \d+, edited/);
  await writeFile(join(folder.path, "cut.ndjson"), whole.slice(0, whole.length / 2));
  expect(await run(["audit", "verify", "cut.ndjson"])).toMatchObject({ code: 9 });
  expect(await run(["audit", "verify", "none.ndjson"])).toMatchObject({ code: 10 });
  expect(await run(["audit", "verify", "a.ndjson", "--signer", "ed25519:abc"])).toMatchObject({ code: 2 });
  expect(
    await run(["audit", "verify", "a.ndjson", "--signer", `ed25519:${Buffer.alloc(32).toString("base64")}`]),
  ).toMatchObject({ code: 9 });
});

it("shows entries, filtered, for people and programs", async () => {
  const shown = await run(["audit", "tail", "--action", "environment.*"]);
  expect(
    shown.stdout
      .trim()
      .split("\n")
      .map((line) => /name=(\w+)/.exec(line)?.[1]),
  ).toEqual(["one", "two", "three"]);
  const lines = (await run(["audit", "tail", "-n", "1", "--ndjson", "--action", "environment.create"])).stdout
    .trim()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { type: "entry", action: "environment.create", detail: { name: "three" } },
  ]);
  expect(await run(["audit", "tail", "--from", "yesterday"])).toMatchObject({ code: 2 });
  expect(await run(["audit", "tail", "-n", "0"])).toMatchObject({ code: 2 });
});

it("names the entry that somebody changed in the database, with exit code 9", async () => {
  const { stdout } = await run(["audit", "rotate-key", "--json"]);
  expect(JSON.parse(stdout).to).toMatch(/^ed25519:/);
  expect(await run(["audit", "verify", "--checkpoint", "kept.json"])).toMatchObject({ code: 0 });
  await control.query(`BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE syncline_control.audit_entries SET actor = 'key:innocent' WHERE action = 'environment.create' AND detail->>'name' = 'two'; COMMIT`);
  const [row] = await control.query<{ seq: number }>(
    "SELECT seq::int FROM syncline_control.audit_entries WHERE detail->>'name' = 'two'",
  );
  const told = await run(["audit", "verify", "--checkpoint", "kept.json"]);
  expect(told).toMatchObject({ code: 9 });
  expect(told.stderr).toContain(`tampered with: entry ${row?.seq}, edited`);
});
