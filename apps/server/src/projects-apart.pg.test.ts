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
