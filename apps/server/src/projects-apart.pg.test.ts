import { createServer, type Server } from "node:net";
import { parseConfig } from "@syncline/config";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

const CANARY = "c4n4ry-of-the-operator";
const OTHER = { "Syncline-Project": "other" };

let rows: TestDatabase;
let service: TestService;
beforeAll(async () => {
  rows = await createTestDatabase("projects_apart");
  await rows.query("CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'Ada')");
  const text = `version: 1\nservers: {a: {url: "${rows.url}"}}\nalerts: {allowAddresses: [127.0.0.0/8, "::1"]}`;
  const { config } = parseConfig(text, "/syncline.yaml");
  service = await startTestService({ label: "projects_apart_control", config: () => config });
  await service.ask("POST", "/api/v1/projects", { body: { slug: "other", name: "Other" } });
  const stored = { name: "a", url: rows.url };
  const added = await service.ask("POST", "/api/v1/servers", { body: stored, headers: OTHER });
  expect(added.status).toBe(201);
});
afterAll(async () => {
  await service?.stop();
  await rows?.drop();
});

const placesOf = (name: string) => ({ name, source: "a:public:users", target: "a:public:users" });

/** Makes a job and runs it to its end. */
async function run(definition: object, headers: Record<string, string> = {}) {
  const { json: job } = await service.ask("POST", "/api/v1/jobs", { body: definition, headers });
  const { json } = await service.ask("POST", `/api/v1/jobs/${job.id}/run?wait=20`, { headers });
  return json;
}

describe("dumps", () => {
  const exported = { kind: "export", source: "a:public:users", file: "users-{time}.ndjson" };
  const imported = { kind: "import", file: "users-*.ndjson", target: "a:public:users", dryRun: true };

  it("of one project are not read by the jobs of another", async () => {
    expect((await run({ ...exported, name: "out" })).state).toBe("succeeded");
    const theirs = await run({ ...imported, name: "in" }, OTHER);
    expect(theirs).toMatchObject({ state: "failed", error: { code: "file.not_found" } });
    expect((await run({ ...imported, name: "in" })).state).toBe("succeeded");
  });

  it("may have the same name in two projects", async () => {
    const fixed = { ...exported, name: "fixed", file: "all.ndjson" };
    expect((await run(fixed)).state).toBe("succeeded");
    expect((await run(fixed, OTHER)).state).toBe("succeeded");
    const read = { ...imported, name: "back", file: "all.ndjson" };
    expect((await run(read, OTHER)).state).toBe("succeeded");
    const reached = { ...imported, name: "reach", file: ".syncline/projects/x/all.ndjson" };
    expect((await run(reached)).error).toMatchObject({ code: "usage.invalid" });
  });
});

it("a project hears of its own runs alone", async () => {
  const exported = { kind: "export", source: "a:public:users", file: "heard-{time}.ndjson" };
  const ours = await run({ ...exported, name: "heard" });
  const theirs = await run({ ...exported, name: "heard" }, OTHER);
  const { body } = await fetch(`${service.url}/api/v1/events`, {
    headers: { ...OTHER, Authorization: `Bearer ${service.key}`, "Last-Event-ID": "0" },
  });
  let text = "";
  for await (const bytes of body ?? []) {
    text += new TextDecoder().decode(bytes);
    if (text.includes("run.succeeded") && text.includes(theirs.id)) break;
  }
  expect(text).toContain(`"runId":"${theirs.id}"`);
  expect(text).not.toContain(ours.id);
});

describe("a repeated request", () => {
  it("of one project is none of another", async () => {
    const body = { ...placesOf("repeat"), kind: "diff" };
    const ask = (headers: object) =>
      service.ask("POST", "/api/v1/jobs", { body, headers: { "Idempotency-Key": "same", ...headers } });
    const [first, theirs, again] = [await ask({}), await ask(OTHER), await ask({})];
    expect([first.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.json.id).not.toBe(first.json.id);
    expect(again.text).toBe(first.text);
    const listed = await service.ask("GET", "/api/v1/jobs?name=repeat", { headers: OTHER });
    expect(listed.json.items).toMatchObject([{ id: theirs.json.id }]);
  });

  it("writes in both, into one database", async () => {
    const insert = [{ op: "insert", table: "users", new: { id: "50", name: "Bob" } }];
    const ask = (operations: object[], headers: object) =>
      service.ask("POST", "/api/v1/apply/batch", {
        body: { target: "a:public:*", operations },
        headers: { "Idempotency-Key": "batch", ...headers },
      });
    expect((await ask(insert, {})).json.items).toMatchObject([{ status: "applied" }]);
    await rows.query("DELETE FROM users WHERE id = 50");
    expect((await ask(insert, OTHER)).json.items).toMatchObject([{ status: "applied" }]);
    expect((await ask(insert, OTHER)).json.items).toMatchObject([{ status: "already" }]);
  });

  it("with other bytes is another request", async () => {
    const bytesOf = async (id: number) => {
      const body = { source: "a:public:users", filter: { where: { id } } };
      return (await service.ask("POST", "/api/v1/export", { body })).text;
    };
    await rows.query("INSERT INTO users VALUES (60, 'old'), (61, 'old')");
    const [one, two] = [await bytesOf(60), await bytesOf(61)];
    await rows.query("UPDATE users SET name = 'new' WHERE id IN (60, 61)");
    const send = (body: string) =>
      service.ask("POST", "/api/v1/import?target=a:public:users", {
        body,
        headers: { "Content-Type": "application/x-ndjson", "Idempotency-Key": "bytes" },
      });
    expect((await send(one)).json.summary.counts.updated).toBe(1);
    expect(await send(two)).toMatchObject({ status: 422, json: { code: "idempotency.mismatch" } });
    expect((await send(one)).json.summary.notes).toHaveLength(1);
    expect(await rows.query("SELECT name FROM users WHERE id >= 60 ORDER BY id")).toEqual([
      { name: "old" },
      { name: "new" },
    ]);
  });

  it("with another patch file is another request", async () => {
    await rows.query(
      "CREATE SCHEMA IF NOT EXISTS target; CREATE TABLE target.users (LIKE users INCLUDING ALL)",
    );
    const patchOf = async (id: number) => {
      const filter = { where: { id } };
      const body = { source: "a:public:users", target: "a:target:users", filter };
      const { json } = await service.ask("POST", "/api/v1/diff?wait=20", { body });
      return (await service.ask("GET", `/api/v1/patches/${json.summary.patchId}/file`)).text;
    };
    const [one, two] = [await patchOf(1), await patchOf(60)];
    const send = (body: string) =>
      service.ask("POST", "/api/v1/apply/file?target=a:target:*&wait=20", {
        body,
        headers: { "Content-Type": "application/vnd.syncline.patch", "Idempotency-Key": "file" },
      });
    const first = await send(one);
    expect(first.json).toMatchObject({ state: "succeeded", summary: { counts: { inserted: 1 } } });
    expect(await send(two)).toMatchObject({ status: 422, json: { code: "idempotency.mismatch" } });
    const again = await send(one);
    expect(again.json.id).toBe(first.json.id);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await rows.query("SELECT id FROM target.users")).toEqual([{ id: 1 }]);
  });

  it("leaves no secret of its answer in the control database", async () => {
    const body = { name: "hook", url: "https://127.0.0.1:9443/x", events: ["run.failed"] };
    const ask = () =>
      service.ask("POST", "/api/v1/webhooks", { body, headers: { "Idempotency-Key": "hook" } });
    const [first, again] = [await ask(), await ask()];
    expect(first.json.secret).toMatch(/^whsec_/);
    expect(again.text).toBe(first.text);
    const kept = await service.database.query("SELECT * FROM syncline_control.idempotency_keys");
    expect(kept.length).toBeGreaterThan(3);
    expect(JSON.stringify(kept)).not.toContain("whsec_");
  });
});

describe("an upload", () => {
  const send = (type: string, body: string) =>
    service.ask("POST", "/api/v1/import?target=a:public:*", { body, headers: { "Content-Type": type } });

  it("that is damaged is told by its label, not by where it lies here", async () => {
    const { text } = await service.ask("POST", "/api/v1/export", { body: { source: "a:public:users" } });
    const { json } = await send("application/x-ndjson", text.slice(0, -90));
    expect(json).toMatchObject({ code: "file.damaged", detail: expect.stringContaining("upload.ndjson") });
    expect(json.detail).not.toContain(service.folder);
  });

  it("of SQL that the server refuses says so", async () => {
    const body = { source: "a:public:users", format: "sql" };
    const { text } = await service.ask("POST", "/api/v1/export", { body });
    const { json } = await send("application/sql", text);
    expect(json).toMatchObject({ code: "sql.refused", detail: expect.stringContaining("already exists") });
  });
});

describe("a server that was named through the API", () => {
  const heard: string[] = [];
  let stranger: Server;
  beforeAll(async () => {
    vi.stubEnv("PGPASSWORD", CANARY);
    stranger = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (data) => {
        heard.push(data.toString("latin1"));
        if (data.length === 8) socket.write("N");
        else if (data[0] === 0) socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
        else socket.end();
      });
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    stranger.close();
  });

  const address = () => {
    const found = stranger.address();
    return typeof found === "object" && found !== null ? `127.0.0.1:${found.port}` : "";
  };

  it.each([{}, OTHER])("is not told the operator's password (%o)", async (headers) => {
    heard.length = 0;
    const body = { name: "stranger", url: `postgres://u@${address()}/d` };
    expect((await service.ask("POST", "/api/v1/servers", { body, headers })).status).toBe(201);
    const asked = { body: { server: "stranger" }, headers };
    const { json } = await service.ask("POST", "/api/v1/databases/test", asked);
    expect(json).toMatchObject({ ok: false });
    expect(heard.some((text) => text.startsWith("p"))).toBe(true);
    expect(heard.join("")).not.toContain(CANARY);
  });

  it.each([
    ["postgres://u@8.8.8.8/d?sslrootcert=/etc/passwd", /certificate file/],
    ["postgres://8.8.8.8/d", /no user/],
  ])("takes nothing of this machine: %s", async (url, says) => {
    const { status, json } = await service.ask("POST", "/api/v1/servers", { body: { name: "file", url } });
    expect(status).toBe(400);
    expect(json.detail).toMatch(says);
  });
});
