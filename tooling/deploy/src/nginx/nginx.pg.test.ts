import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { Agent, type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../root.ts";
import { freePorts, ServerProcess } from "../server-process.ts";
import { hasNginx, NAME, type Nginx, startNginx } from "./run-nginx.ts";

const PER_MINUTE = 600;
const found = hasNginx();
if (!found) process.stdout.write("SKIPPED: nginx is not installed, so the sample is not run\n");

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

describe.skipIf(!found)("the nginx sample before two replicas", () => {
  let folder: string;
  let control: TestDatabase;
  let nginx: Nginx;
  let agent: Agent;
  let key: string;
  const replicas: ServerProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "syncline-nginx-"));
    control = await createTestDatabase("nginx_control");
    await control.query("CREATE TABLE public.t (id int PRIMARY KEY)");
    await writeFile(
      join(folder, "syncline.yaml"),
      `version: 1\nservers: {a: {url: "${control.url}", protection: open}}\n`,
    );
    const [port = 0, plainPort = 0, ...ports] = await freePorts(4);
    for (const each of ports)
      replicas.push(
        new ServerProcess({
          binary: join(ROOT, "apps/cli/bin/syncline.js"),
          folder,
          environment: {
            PORT: String(each),
            SYNCLINE_DATABASE_URL: control.url,
            SYNCLINE_STATE_DIRECTORY: join(folder, "state"),
            SYNCLINE_TRUSTED_PROXIES: "127.0.0.1",
            SYNCLINE_DRAIN_DELAY: "2s",
            SYNCLINE_REQUESTS_PER_MINUTE: String(PER_MINUTE),
          },
        }),
      );
    await Promise.all(replicas.map((replica) => replica.url()));
    key = await Promise.race(replicas.map((replica) => replica.key()));
    const addresses = ports.map((each) => `127.0.0.1:${each}`);
    nginx = await startNginx({
      folder: join(folder, "nginx"),
      replicas: addresses,
      port,
      plainPort,
      keepAlive: "1s",
    });
    agent = new Agent({ keepAlive: true, ca: nginx.certificate, servername: NAME });
  });
  afterAll(async () => {
    agent?.destroy();
    await nginx?.stop();
    await Promise.all(replicas.map((replica) => replica.end()));
    await control.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (path: string, options: RequestOptions = {}) =>
    request({
      host: "127.0.0.1",
      port: nginx.port,
      path,
      agent,
      ...options,
      headers: { Host: NAME, ...options.headers },
    });
  const ask = (
    method: string,
    path: string,
    given: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...given.headers };
    const sent = open(path, { method, headers });
    sent.end(given.body === undefined ? undefined : JSON.stringify(given.body));
    return new Promise<Answer>((resolve, reject) => {
      sent.once("error", reject).once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response
          .once("error", reject)
          .once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
    });
  };

  it("serves by TLS and HTTP/2 with HSTS, and leads there from plain HTTP", async () => {
    expect(await ask("GET", "/api/v1/me")).toMatchObject({
      status: 200,
      headers: { "strict-transport-security": "max-age=31536000; includeSubDomains" },
    });
    const session = connectHttp2(`https://${NAME}`, {
      ca: nginx.certificate,
      createConnection: () =>
        connectTls({
          host: "127.0.0.1",
          port: nginx.port,
          servername: NAME,
          ca: nginx.certificate,
          ALPNProtocols: ["h2"],
        }),
    });
    const stream = session.request({ ":path": "/livez" });
    const [headers] = await new Promise<[Record<string, unknown>]>((resolve) =>
      stream.once("response", (...all) => resolve([all[0]])),
    );
    expect(headers[":status"]).toBe(200);
    session.destroy();
    const plain = await fetch(`http://127.0.0.1:${nginx.plainPort}/docs?x=1`, {
      redirect: "manual",
      headers: { Host: "evil.example" },
    });
    expect([plain.status, plain.headers.get("location")]).toEqual([308, `https://${NAME}/docs?x=1`]);
  });

  it("shows no certificate to other names, and no metrics", async () => {
    const other = connectTls({
      host: "127.0.0.1",
      port: nginx.port,
      servername: "other.example",
      ca: nginx.certificate,
    });
    await expect(
      new Promise((resolve, reject) => other.once("secureConnect", resolve).once("error", reject)),
    ).rejects.toThrow(/unrecognized name|handshake/i);
    expect((await ask("GET", "/metrics")).status).toBe(404);
  });

  it("takes large bodies for uploads alone", async () => {
    const body = "x".repeat(1_100_000);
    expect((await ask("POST", "/api/v1/jobs", { body })).status).toBe(413);
    const upload = await ask("POST", "/api/v1/patches", {
      body,
      headers: { "Content-Type": "application/octet-stream" },
    });
    expect(upload.headers["content-type"]).toContain("problem+json");
    expect(upload.text).toContain('"code":"file.');
  });

  it("passes events on at once", async () => {
    const asked = performance.now();
    const sent = open("/api/v1/events", { headers: { Authorization: `Bearer ${key}` } });
    sent.end();
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      sent.once("response", (response) =>
        response.setEncoding("utf8").on("data", (text: string) => {
          seen.push(text);
          resolve();
        }),
      );
    });
    expect(performance.now() - asked).toBeLessThan(3_000);
    await ask("POST", "/api/v1/diff", { body: { source: "a:public:t", target: "a:public:t" } });
    await expect.poll(() => seen.join(""), { timeout: 5_000 }).toContain("event: run.");
    sent.destroy();
  });

  it("a caller's own word about its address does not count", async () => {
    const statuses = new Set<number>();
    for (let n = 0; n < 40; n += 1) {
      const headers = { Authorization: "Bearer slk_wrong_key", "X-Forwarded-For": `203.0.113.${n}` };
      statuses.add((await ask("GET", "/api/v1/me", { headers })).status);
    }
    expect(statuses).toEqual(new Set([401, 429]));
  });

  it("a replica that is asked to end leaves without a failed request", async () => {
    const failures: string[] = [];
    let requests = 0;
    let ended = false;
    const work = async (worker: number) => {
      for (let n = 0; !ended; n += 1) {
        const job = {
          name: `job-${worker}-${n}`,
          kind: "diff",
          source: "a:public:t",
          target: "a:public:t",
          enabled: false,
        };
        const asked =
          n % 2 === 0 ? ask("GET", "/api/v1/jobs?limit=5") : ask("POST", "/api/v1/jobs", { body: job });
        const answer = await asked.catch((error: unknown) => ({ status: 0, text: String(error) }));
        requests += 1;
        if (answer.status !== 200 && answer.status !== 201)
          failures.push(`${answer.status} ${answer.text.slice(0, 200)}`);
        await sleep(30);
      }
    };
    const working = [0, 1, 2].map(work);
    await sleep(300);
    expect(await replicas[0]?.end()).toBe(0);
    await sleep(700);
    ended = true;
    await Promise.all(working);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(50);
  });
});
