import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";
import { openEgress, type PostInput } from "./open-egress.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  vi.unstubAllEnvs();
});

const egress = openEgress({
  policy: createAddressPolicy(["127.0.0.0/8"]),
  resolve: async () => [{ address: "127.0.0.1", family: 4 }],
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const post = (url: string, more: Partial<PostInput> = {}) =>
  egress.post({
    url,
    headers: {
      "content-type": "application/json",
      "webhook-id": "msg_1",
      "webhook-timestamp": "1",
      "webhook-signature": "v1,secret",
      authorization: "Bearer secret",
      cookie: "secret",
      "x-api-key": "secret",
    },
    body: Buffer.from('{"a":1}'),
    timeoutMs: 5_000,
    maxAnswerBytes: 1_000,
    ...more,
  });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
}

test("sends a message and reads the answer", async () => {
  const seen: unknown[] = [];
  const port = await serve(async (request, answer) => {
    seen.push(
      request.method,
      request.headers["webhook-signature"],
      request.headers.host,
      await bodyOf(request),
    );
    answer.end("thanks");
  });
  expect(await post(`http://hooks.test:${port}/x?y=1`)).toMatchObject({ status: 200, body: "thanks" });
  expect(seen).toEqual(["POST", "v1,secret", `hooks.test:${port}`, '{"a":1}']);
});

test("a redirect to another origin carries neither credentials nor signatures; one to the same does", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const bodies: string[] = [];
  const target = async (request: IncomingMessage, answer: ServerResponse) => {
    seen.push(request.headers);
    bodies.push(await bodyOf(request));
    answer.end();
  };
  const other = await serve(target);
  const port = await serve((request, answer) => {
    if (request.url === "/same") return void target(request, answer);
    request.resume();
    const location = request.url === "/near" ? "/same" : `http://other.test:${other}/`;
    answer.writeHead(308, { location }).end();
  });
  await post(`http://hooks.test:${port}/far`);
  await post(`http://hooks.test:${port}/near`);
  expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
  expect(JSON.stringify(seen[0])).not.toContain("secret");
  expect(seen[0]).toMatchObject({ "webhook-id": "msg_1", "content-type": "application/json" });
  expect(seen[1]).toMatchObject({ "webhook-signature": "v1,secret", authorization: "Bearer secret" });
});

test("three redirects are followed, a fourth is not", async () => {
  const port = await serve((request, answer) => {
    request.resume();
    const left = Number(request.url?.slice(1));
    if (left === 0) return void answer.end("there");
    answer.writeHead(307, { location: `/${left - 1}` }).end();
  });
  expect(await post(`http://hooks.test:${port}/3`)).toMatchObject({ body: "there" });
  await expect(post(`http://hooks.test:${port}/4`)).rejects.toMatchObject({ code: "egress.refused" });
});

test("a redirect that would lose the message is the answer", async () => {
  const port = await serve((request, answer) => {
    request.resume();
    answer.writeHead(302, { location: "/else" }).end();
  });
  expect(await post(`http://hooks.test:${port}/`)).toMatchObject({ status: 302 });
});

test("what hangs, drips or never ends is given up", async () => {
  const hang = await serve(() => {});
  const drip = await serve((_, answer) => {
    const timer = setInterval(() => answer.write("x"), 20);
    answer.on("close", () => clearInterval(timer));
  });
  const flood = await serve((_, answer) => {
    const more = () => {
      while (!answer.destroyed && answer.write("x".repeat(65_536)));
    };
    answer.on("drain", more);
    more();
  });
  for (const port of [hang, drip])
    await expect(post(`http://hooks.test:${port}/`, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "connection.timeout",
    });
  await expect(post(`http://hooks.test:${flood}/`)).rejects.toMatchObject({ code: "limit.exceeded" });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 50);
  await expect(post(`http://hooks.test:${hang}/`, { signal: stop.signal })).rejects.toThrow("stopped");
});

test.each([
  "ftp://hooks.test/",
  "file:///etc/passwd",
  "http://user:pw@hooks.test/",
  "http://hooks.test:22/",
  "http://hooks.test:25/",
  "https://hooks.test:1/",
  "nothing",
  "javascript:alert(1)",
  "unix:/var/run/docker.sock",
])("%s is refused", async (url) => {
  await expect(post(url)).rejects.toMatchObject({ code: "egress.refused" });
});

test("errors tell what happened and no address", async () => {
  const port = await serve((request) => request.socket.destroy());
  const lost = await post(`http://hooks.test:${port}/path?token=abc`).catch((error: Error) => error);
  expect(lost).toMatchObject({ code: "connection.lost" });
  const closed = await post("http://hooks.test:1025/path?token=abc").catch((error: Error) => error);
  expect(closed).toMatchObject({ code: "connection.refused", retryable: true });
  const tls = await post(`https://hooks.test:${port}/`).catch((error: Error) => error);
  expect(tls).toMatchObject({ code: expect.stringMatching(/^connection\.(tls_failed|lost)$/) });
  for (const error of [lost, closed, tls]) expect(String(error)).not.toMatch(/127\.0\.0\.1|token|path/);
});

test("proxies of the environment are not asked", async () => {
  let asked = 0;
  const proxy = await serve((_, answer) => {
    asked += 1;
    answer.end("proxy");
  });
  for (const name of ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
    vi.stubEnv(name, `http://127.0.0.1:${proxy}`);
  vi.stubEnv("NODE_USE_ENV_PROXY", "1");
  const port = await serve((_, answer) => void answer.end("direct"));
  expect(await post(`http://hooks.test:${port}/`)).toMatchObject({ body: "direct" });
  expect(asked).toBe(0);
});

test("fetch streams both ways and keeps to its redirect mode", async () => {
  const port = await serve(async (request, answer) => {
    if (request.url === "/away") return void answer.writeHead(302, { location: "/" }).end();
    answer.writeHead(201, { "x-kind": "echo" }).end(await bodyOf(request));
  });
  const url = `http://hooks.test:${port}/`;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const text of ["one ", "two"]) controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
  const answer = await egress.fetch(url, {
    method: "POST",
    body,
    duplex: "half",
    redirect: "error",
  } as RequestInit);
  expect([answer.status, answer.headers.get("x-kind"), await answer.text()]).toEqual([
    201,
    "echo",
    "one two",
  ]);
  await expect(egress.fetch(`${url}away`, { redirect: "error" })).rejects.toMatchObject({
    code: "egress.refused",
  });
  expect((await egress.fetch(`${url}away`)).status).toBe(201);
  expect((await egress.fetch(`${url}away`, { redirect: "manual" })).status).toBe(302);
});
