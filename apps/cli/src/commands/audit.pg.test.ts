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

it("vouches for an export as it was written, and for nothing that others would read in it", async () => {
  expect(await run(["audit", "export", "--output", "w.ndjson"])).toMatchObject({ code: 0 });
  const whole = await readFile(join(folder.path, "w.ndjson"), "utf8");
  const lines = whole.trimEnd().split("\n");
  const entries = lines.filter((line) => line.startsWith('{"type":"entry"'));
  const [, second = ""] = entries;
  const { hash } = JSON.parse(second) as { readonly hash: string };
  const rest = entries.slice(2);
  const front = [
    (lines[0] ?? "").replace(/"after":\{[^}]*\}/, `"after":{"seq":2,"hash":"${hash}"}`),
    ...rest,
    (lines.at(-1) ?? "").replace(/"entries":\d+/, `"entries":${rest.length}`),
  ].join("\n");
  const forms: Readonly<Record<string, readonly [string, RegExp]>> = {
    behind: [`${whole}${second.replace('"actor":"', '"actor":"user:')}\n`, /goes on behind its end/],
    twice: [whole.replace(second, second.replace("{", '{"actor":"user:kim",')), /stands there twice/],
    further: [whole.replace(second, second.replace("{", '{"approved":"yes",')), /"approved" is no field/],
  };
  for (const [name, [text, told]] of Object.entries(forms)) {
    await writeFile(join(folder.path, `${name}.ndjson`), text);
    const { code, stderr } = await run(["audit", "verify", `${name}.ndjson`]);
    expect({ name, code, told: told.test(stderr) }).toEqual({ name, code: 9, told: true });
  }
  await writeFile(
    join(folder.path, "spaced.ndjson"),
    whole.replaceAll("\n", "\r\n").replaceAll('{"type":', '{ "type" : '),
  );
  expect(await run(["audit", "verify", "spaced.ndjson", "--checkpoint", "kept.json"])).toMatchObject({
    code: 0,
  });
  await writeFile(join(folder.path, "front.ndjson"), front);
  const part = await run(["audit", "verify", "front.ndjson"]);
  expect(part).toMatchObject({ code: 0 });
  expect(part.stdout).toContain("begins behind entry 2: nothing is said");
  expect(part.stdout).not.toContain("Nothing was changed");
  const older = entries[0] === undefined ? "" : await keptOf(1);
  await writeFile(join(folder.path, "older.json"), older);
  const compared = await run(["audit", "verify", "front.ndjson", "--checkpoint", "older.json"]);
  expect(compared).toMatchObject({ code: 9 });
  expect(compared.stderr).toContain("cannot be compared");
  const kept = JSON.stringify(JSON.parse(await readFile(join(folder.path, "kept.json"), "utf8")));
  await writeFile(join(folder.path, "half.json"), `${kept}\n${kept.slice(0, -9)}\n`);
  expect(await run(["audit", "verify", "w.ndjson", "--checkpoint", "half.json"])).toMatchObject({ code: 9 });
});

/** Any checkpoint, as of an earlier entry; its signature is looked at later than its place. */
async function keptOf(seq: number): Promise<string> {
  const { checkpoints } = JSON.parse(await readFile(join(folder.path, "kept.json"), "utf8")) as {
    readonly checkpoints: readonly { readonly statement: string }[];
  };
  const [first] = checkpoints;
  if (first === undefined) throw new Error("no checkpoint");
  return JSON.stringify({ ...first, statement: first.statement.replace(/"seq":\d+/, `"seq":${seq}`) });
}

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

it("follows entries past a restart of the server", async () => {
  const { child, ended } = folder.start(
    ["audit", "tail", "--follow", "-n", "1", "--ndjson", "--url", server.url],
    {
      SYNCLINE_API_KEY: server.key,
    },
  );
  let shown = "";
  let told = "";
  child.stdout.on("data", (text: string) => {
    shown += text;
  });
  child.stderr.on("data", (text: string) => {
    told += text;
  });
  await vi.waitFor(() => expect(shown).toContain('"type":"entry"'), { timeout: 10_000 });
  const port = new URL(server.url).port;
  await server.stop();
  await vi.waitFor(() => expect(told).toContain("Waiting for it"), { timeout: 10_000, interval: 100 });
  const again = behind.start(["server", "--port", port, "--database-url", control.url]);
  server = {
    ...server,
    stop: async () => {
      again.child.kill("SIGTERM");
      await again.ended;
    },
  };
  const made = () =>
    fetch(`${server.url}/api/v1/environments`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ name: "late" }),
    }).then(({ status }) => expect([201, 409]).toContain(status));
  await vi.waitFor(made, { timeout: 15_000, interval: 200 });
  await vi.waitFor(() => expect(shown).toContain('"late"'), { timeout: 10_000, interval: 100 });
  child.kill("SIGINT");
  await ended;
}, 45_000);

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
