import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createClient } from "./create-client.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let answers: Answer[] = [];
let seen: { readonly url: string; readonly key: string | undefined }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ url: request.url ?? "", key: request.headers["idempotency-key"] as string | undefined });
    request.resume();
    const answer = answers.shift();
    if (answer === undefined) response.writeHead(500).end();
    else answer(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
});
afterAll(() => new Promise((ended) => server.close(ended)));
beforeEach(() => {
  answers = [];
  seen = [];
});

const client = () =>
  createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, apiKey: "slk_a_b" });

const json =
  (status: number, body: unknown, type = "application/json"): Answer =>
  (_request, response) =>
    response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
const problem = (status: number, more: Record<string, unknown>) =>
  json(
    status,
    {
      type: "urn:x",
      title: "T",
      status,
      code: "internal",
      detail: "D",
      retryable: false,
      requestId: "r-1",
      ...more,
    },
    "application/problem+json",
  );
const hook = { params: { token: "slh_x" } };
const done = json(202, { runId: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff" });

it("repeats what failed for a moment, under one idempotency key", async () => {
  answers = [problem(503, { code: "service.draining", retryable: true }), done];
  await client().jobs.callHook(hook);
  expect(seen).toHaveLength(2);
  expect(seen[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(seen[1]?.key).toBe(seen[0]?.key);
});

it("does not repeat what will not change", async () => {
  answers = [problem(404, { code: "resource.not_found", hint: "H" })];
  await expect(client().jobs.callHook(hook)).rejects.toMatchObject({
    code: "resource.not_found",
    message: "D",
    hint: "H",
    details: { requestId: "r-1", status: 404 },
  });
  expect(seen).toHaveLength(1);
});

it("does not repeat a body that is a stream", async () => {
  answers = [problem(503, { retryable: true }), done];
  const body = new ReadableStream({ start: (controller) => controller.close() });
  await expect(client().diffs.uploadPatch({ body })).rejects.toMatchObject({ retryable: true });
  expect(seen).toHaveLength(1);
});

it("takes codes of newer servers, pages that are no API, and answers of another form for what they are", async () => {
  answers = [problem(409, { code: "future.code" })];
  await expect(client().jobs.callHook(hook)).rejects.toMatchObject({ code: "remote.failed", message: "D" });
  answers = [(_request, response) => response.writeHead(404).end("<html>c4n4ry</html>")];
  await expect(client().jobs.callHook(hook)).rejects.toMatchObject({ code: "remote.failed" });
  answers = [json(202, { surprise: true })];
  await expect(client().jobs.callHook(hook)).rejects.toMatchObject({ code: "remote.failed" });
});

it("follows no redirect, which would carry the key away", async () => {
  answers = [(_request, response) => response.writeHead(307, { Location: "http://127.0.0.1:1/" }).end()];
  const once = createClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: "k",
    tries: 1,
  });
  await expect(once.jobs.callHook(hook)).rejects.toMatchObject({ code: "connection.refused" });
});

it("ends with its signal", async () => {
  answers = [() => {}];
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(), 50);
  await expect(client().jobs.callHook({ ...hook, signal: leaving.signal })).rejects.toMatchObject({
    code: "interrupted",
  });
});

it("writes ids into paths as one segment", async () => {
  answers = [problem(404, { code: "resource.not_found" })];
  await expect(client().jobs.callHook({ params: { token: "../me?x=1" } })).rejects.toThrow();
  expect(seen[0]?.url).toBe("/api/v1/hooks/..%2Fme%3Fx%3D1");
});
