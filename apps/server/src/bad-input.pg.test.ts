import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIFF_JOB } from "./testing/other-organization.ts";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

let server: TestService;

beforeAll(async () => {
  server = await startTestService({
    label: "bad_input",
    config: () => placesConfig("postgres://nobody@127.0.0.1:1/none"),
    environment: { SYNCLINE_REQUEST_SIZE: "100KB", SYNCLINE_UPLOAD_SIZE: "200KB" },
  });
});
afterAll(() => server.stop());

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const job = { ...DIFF_JOB, name: "bad" };

type Case = readonly [
  name: string,
  body: unknown,
  expected: { readonly status: number; readonly code: string; readonly says?: RegExp },
  headers?: Readonly<Record<string, string>>,
];

const invalid = (says: RegExp) => ({ status: 400, code: "request.invalid", says });

const BODIES: readonly Case[] = [
  ["malformed JSON", '{"name": "c4n4ry', invalid(/not JSON/)],
  ["nothing", "", invalid(/not JSON/)],
  ["nesting of 65 levels", nested(65), invalid(/64 levels/)],
  ["nesting of a million levels", "[".repeat(90_000), invalid(/64 levels/)],
  ["__proto__", '{"__proto__": {"admin": true}, "name": "x"}', invalid(/__proto__/)],
  ["__proto__ escaped and deep", '{"filter": {"where": {"__pr\\u006fto__": {}}}}', invalid(/__proto__/)],
  ["constructor", '{"filter": {"constructor": {}}}', invalid(/constructor/)],
  ["a list", "[]", invalid(/expected an object, found a list/)],
  ["a wrong type", { ...job, parallel: "many" }, invalid(/parallel/)],
  ["a comparison of no columns", { ...job, fields: [] }, invalid(/fields/)],
  [
    "a filter of no form",
    { ...job, filter: { x: 1 } },
    { status: 422, code: "filter.invalid", says: /at x: unknown key/ },
  ],
  ["an unknown property", { ...job, surprise: "c4n4ry" }, invalid(/surprise/)],
  [
    "an unknown kind",
    { ...job, kind: "teleport" },
    invalid(/"kind" .*expected one of diff, watch, .*, import, found "teleport"/),
  ],
  ["no kind", { ...job, kind: undefined }, invalid(/"kind" .*missing; expected one of diff, watch, /)],
  [
    "a kind that is a sentence",
    { ...job, kind: "c4n4ry \u007f" },
    invalid(/expected one of .*, found another text/),
  ],
  [
    "a schedule of no form",
    { ...job, schedule: {} },
    invalid(/"schedule" .*one of these: "cron", "every", "listen"/),
  ],
  ["a wrong schedule", { ...job, schedule: { cron: "61 * * * *" } }, invalid(/schedule/)],
  ["a schedule of seconds", { ...job, schedule: { every: "5s" } }, invalid(/schedule/)],
  ["a time of nothing", { ...job, timeout: "0s" }, invalid(/timeout.*above 0/)],
  [
    "a schedule in no zone",
    { ...job, schedule: { cron: "0 3 * * *", timeZone: "Mars/Base" } },
    invalid(/schedule/),
  ],
  ["NUL in a locator", { ...job, source: "a:pub\u0000lic:users" }, invalid(/NUL/)],
  ["NUL in a text for people", { ...job, description: "\u0000" }, invalid(/NUL/)],
  ["NUL in a name", '{"n\\u0000": 1}', invalid(/NUL/)],
  ["half of a character", { ...job, description: "\ud800" }, invalid(/surrogate/)],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), invalid(/UTF-8/)],
  [
    "an unknown server",
    { ...job, source: "nowhere:public:users" },
    { status: 404, code: "server.not_found" },
  ],
  [
    "a directory",
    { ...job, source: "./backup/users" },
    { status: 422, code: "locator.invalid", says: /directory/ },
  ],
  ["the root folder", { ...job, target: "/etc/passwd" }, { status: 422, code: "locator.invalid" }],
  [
    "an address inside",
    { ...job, source: "postgres://u:c4n4ry@169.254.169.254/x#public:users" },
    { status: 422, code: "locator.invalid", says: /through the API/ },
  ],
  [
    "an oversized body",
    JSON.stringify({ ...job, description: "x".repeat(200_000) }),
    { status: 413, code: "request.too_large" },
  ],
  [
    "another content type",
    "name=x",
    { status: 415, code: "request.unsupported_media" },
    { "Content-Type": "application/x-www-form-urlencoded" },
  ],
  [
    "no content type",
    new Uint8Array([0x7b, 0x7d]),
    { status: 415, code: "request.unsupported_media" },
    { "Content-Type": "" },
  ],
  [
    "a compressed body",
    "{}",
    { status: 415, code: "request.unsupported_media" },
    { "Content-Encoding": "gzip" },
  ],
];

describe("bodies", () => {
  for (const [name, body, { status, code, says = /./ }, headers = {}] of BODIES)
    it(name, async () => {
      const answer = await server.ask("POST", "/api/v1/jobs", { body, headers });
      expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code });
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.json.detail).toMatch(says);
      expect(answer.text).not.toContain("c4n4ry");
      expect(answer.json.requestId).toBe(answer.headers.get("x-request-id"));
    });

  it("nothing of them was made, and nothing was logged", async () => {
    expect((await server.ask("GET", "/api/v1/jobs")).json.items).toEqual([]);
    expect(server.log()).not.toContain("c4n4ry");
  });

  it("an oversized stream without a length is cut", async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    });
    const response = await fetch(`${server.url}/api/v1/patches`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/octet-stream" },
      body: endless,
      duplex: "half",
    } as RequestInit).catch(() => null);
    // The server may close before the client has read the answer.
    if (response !== null) expect(response.status).toBe(413);
    expect((await server.ask("GET", "/api/v1/patches")).json.items).toEqual([]);
  });
});

describe("paths and parameters", () => {
  const CASES = [
    ["GET", "/api/v1/jobs?limit=0", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?limit=many", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?limit=501", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?limit=1&limit=2", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?nope=1", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?__proto__=1", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?after=%00%ff", 400, "request.invalid"],
    ["GET", "/api/v1/jobs?name=%00", 400, "request.invalid"],
    ["GET", "/api/v1/servers?after=%00", 400, "request.invalid"],
    ["GET", "/api/v1/audit?action=%00", 400, "request.invalid"],
    ["GET", `/api/v1/jobs?after=${"x".repeat(1025)}`, 400, "request.invalid"],
    ["GET", "/api/v1/runs?state=lost", 400, "request.invalid"],
    ["GET", "/api/v1/runs/1", 404, "resource.not_found"],
    ["GET", "/api/v1/runs/..%2f..%2fetc", 404, "resource.not_found"],
    ["GET", "/api/v1/runs/%E0%A4%A", 404, "resource.not_found"],
    ["GET", `/api/v1/runs/${crypto.randomUUID()}`, 404, "resource.not_found"],
    ["GET", `/api/v1/patches/${crypto.randomUUID()}/changes/-1`, 404, "resource.not_found"],
    ["GET", "/api/v1/nothing", 404, "resource.not_found"],
    ["PATCH", "/api/v1/jobs", 405, "request.method_not_allowed"],
    ["OPTIONS", "/api/v1/jobs", 405, "request.method_not_allowed"],
    ["GET", "/api/v1/hooks/x", 405, "request.method_not_allowed"],
    ["POST", `/api/v1/hooks/${"x".repeat(5000)}`, 404, "resource.not_found"],
    ["POST", "/api/v1/hooks/slh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 404, "resource.not_found"],
  ] as const;
  it.each(CASES)("%s %s → %i", async (method, path, status, code) => {
    const answer = await server.ask(method, path);
    expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code });
  });

  it("405 says what is possible", async () => {
    const answer = await server.ask("DELETE", "/api/v1/jobs");
    expect(answer.headers.get("allow")).toBe("GET, POST");
  });

  it("HEAD leaves nothing open", async () => {
    const streams = async () =>
      /^syncline_event_streams (\d+)$/m.exec((await server.ask("GET", "/metrics")).text)?.[1];
    for (let time = 0; time < 3; time += 1) {
      const answer = await server.ask("HEAD", "/api/v1/events");
      expect(answer.status).toBe(200);
    }
    expect(await streams()).toBe("0");
  });

  it("a key that would have ended already", async () => {
    const body = { name: "late", scopes: ["jobs:read"], expiresAt: "2020-01-01T00:00:00.000Z" };
    expect((await server.ask("POST", "/api/v1/keys", { body })).status).toBe(400);
  });

  it.each([
    [{ url: "https://u:c4n4ry@8.8.8.8/" }, /credentials/],
    [{ url: "https://8.8.8.8:22/" }, /port 22/],
    [{ events: ["run.fialed"] }, /"run.fialed"/],
    [{ events: ["run.failed", "job.created"] }, /"job.created"/],
  ])("a webhook that would never hear anything: %o", async (wrong, says) => {
    const body = { name: "deaf", url: "https://8.8.8.8/", events: ["run.*"], ...wrong };
    const { status, json, text } = await server.ask("POST", "/api/v1/webhooks", { body });
    expect([400, 422]).toContain(status);
    expect(json.detail).toMatch(says);
    expect(text).not.toContain("c4n4ry");
  });

  it("a Last-Event-ID that is none", async () => {
    const answer = await server.ask("GET", "/api/v1/events", { headers: { "Last-Event-ID": "1 OR 1=1" } });
    expect(answer.status).toBe(400);
  });
});

describe("idempotency keys", () => {
  it("the same again is answered again; another request under the key is refused", async () => {
    const headers = { "Idempotency-Key": "job-1" };
    const body = { ...job, name: "once" };
    const first = await server.ask("POST", "/api/v1/jobs", { body, headers });
    const again = await server.ask("POST", "/api/v1/jobs", { body, headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const other = await server.ask("POST", "/api/v1/jobs", { body: { ...body, name: "twice" }, headers });
    expect(other).toMatchObject({ status: 422, json: { code: "idempotency.mismatch" } });
    const elsewhere = await server.ask("POST", `/api/v1/jobs/${first.json.id}/run`, { headers });
    expect(elsewhere).toMatchObject({ status: 422, json: { code: "idempotency.mismatch" } });
  });

  it("twenty at once make one", async () => {
    const headers = { "Idempotency-Key": "race" };
    const { id } = (await server.ask("GET", "/api/v1/jobs?name=once")).json.items[0];
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.ask("POST", `/api/v1/jobs/${id}/run`, { headers })),
    );
    const made = answers.filter(({ status }) => status === 202);
    expect(new Set(made.map(({ json }) => json.id)).size).toBe(1);
    for (const { status, json } of answers.filter((answer) => !made.includes(answer)))
      expect({ status, code: json.code, retryable: json.retryable }).toEqual({
        status: 409,
        code: "idempotency.busy",
        retryable: true,
      });
    const { items } = (await server.ask("GET", `/api/v1/runs?jobId=${id}`)).json;
    expect(items).toHaveLength(1);
  });

  it("how long to wait is each repeat's own", async () => {
    const { id } = (await server.ask("GET", "/api/v1/jobs?name=once")).json.items[0];
    const headers = { "Idempotency-Key": "waits" };
    const first = await server.ask("POST", `/api/v1/jobs/${id}/run?wait=1`, { headers });
    const again = await server.ask("POST", `/api/v1/jobs/${id}/run`, { headers });
    expect([again.status, again.json.id]).toEqual([202, first.json.id]);
  });

  it("a key that failed may be used again", async () => {
    const headers = { "Idempotency-Key": "failed-first" };
    const wrong = await server.ask("POST", "/api/v1/jobs", { body: { ...job, name: "once" }, headers });
    expect(wrong).toMatchObject({ status: 409, json: { code: "resource.exists" } });
    const right = await server.ask("POST", "/api/v1/jobs", { body: { ...job, name: "after" }, headers });
    expect(right.status).toBe(201);
  });

  it("an endless key is refused", async () => {
    const answer = await server.ask("POST", "/api/v1/jobs", {
      body: { ...job, name: "endless" },
      headers: { "Idempotency-Key": "k".repeat(2000) },
    });
    expect(answer.status).toBe(400);
  });
});

describe("connections", () => {
  const raw = async (text: string, until: RegExp, patienceMs: number): Promise<string> => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    let heard = "";
    socket.on("data", (bytes) => {
      heard += bytes;
    });
    socket.write(text);
    const deadline = performance.now() + patienceMs;
    while (!until.test(heard) && !socket.closed && performance.now() < deadline) await sleep(20);
    socket.destroy();
    return heard;
  };

  it("a body that never comes and a head that never ends are cut", async () => {
    const head = `POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const [body, start] = await Promise.all([
      raw(head, /request\.timeout/, 20_000),
      raw("GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ", /408/, 20_000),
    ]);
    expect(body).toMatch(/^HTTP\/1\.1 408 /);
    expect(start).toMatch(/^HTTP\/1\.1 408 /);
  }, 30_000);

  it("a head of megabytes is refused", async () => {
    const heard = await raw(
      `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${"x".repeat(100_000)}\r\n\r\n`,
      /431/,
      5_000,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("what is no HTTP is refused, and the server goes on", async () => {
    expect(await raw("\u0016\u0003\u0001 hello\r\n\r\n", /400/, 5_000)).toMatch(/^HTTP\/1\.1 400 /);
    expect((await server.ask("GET", "/health", { key: null })).status).toBe(200);
  });
});

describe("headers", () => {
  it("a sane request id is taken over, another is replaced", async () => {
    const sane = await server.ask("GET", "/health", { headers: { "X-Request-Id": "trace-12345678" } });
    expect(sane.headers.get("x-request-id")).toBe("trace-12345678");
    const odd = await server.ask("GET", "/health", { headers: { "X-Request-Id": "a b {}" } });
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("every answer carries the security headers, and none allows other origins", async () => {
    for (const path of ["/health", "/api/v1/jobs", "/api/v1/nothing", "/docs", "/openapi.json"]) {
      const { headers } = await server.ask("GET", path, { headers: { Origin: "https://evil.example" } });
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("request lines name route, status, time and key, and nothing of the body", async () => {
    const lines = server
      .log()
      .split("\n")
      .filter((line) => line.includes('"msg":"request"'))
      .map((line) => JSON.parse(line));
    const line = lines.find(({ route, status }) => route === "POST /jobs" && status === 201);
    expect(line).toMatchObject({ method: "POST", keyId: expect.any(String), durationMs: expect.any(Number) });
    expect(server.log()).not.toContain(server.key.slice(server.key.indexOf("_", 4) + 1));
  });
});

describe("rates", () => {
  it("one key's requests are limited, and told when to come again", async () => {
    const limited = await startTestService({
      label: "rates",
      beside: server,
      environment: { SYNCLINE_REQUESTS_PER_MINUTE: "20" },
    });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 25; n += 1) statuses.push((await limited.ask("GET", "/api/v1/me")).status);
      expect(statuses.slice(0, 20)).toEqual(Array(20).fill(200));
      const refused = await limited.ask("GET", "/api/v1/me");
      expect(refused).toMatchObject({
        status: 429,
        json: { code: "request.rate_exceeded", retryable: true },
      });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await limited.ask("GET", "/health", { key: null })).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  it("wrong keys are counted by the address that a trusted proxy names, and by no other word", async () => {
    const behind = (label: string, trusted: string) =>
      startTestService({
        label,
        beside: server,
        environment: { SYNCLINE_REQUESTS_PER_MINUTE: "20", SYNCLINE_TRUSTED_PROXIES: trusted },
      });
    const guess = async (to: TestService, forwarded: string) => {
      const headers = { "X-Forwarded-For": forwarded };
      return (await to.ask("GET", "/api/v1/me", { key: "slk_wrong_key", headers })).status;
    };
    const trusting = await behind("trusting", "127.0.0.1, 192.0.2.0/24");
    const plain = await behind("plain", "192.0.2.1");
    try {
      expect(await guess(trusting, "203.0.113.1")).toBe(401);
      expect(await guess(trusting, "203.0.113.1, 192.0.2.7")).toBe(429);
      expect(await guess(trusting, "203.0.113.99, 203.0.113.1")).toBe(429);
      expect(await guess(trusting, "203.0.113.2")).toBe(401);
      expect(await guess(plain, "203.0.113.1")).toBe(401);
      expect(await guess(plain, "203.0.113.2")).toBe(429);
    } finally {
      await trusting.stop();
      await plain.stop();
    }
  });
});
