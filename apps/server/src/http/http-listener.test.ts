import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { afterEach, beforeEach, expect, it } from "vitest";
import { HttpListener } from "./http-listener.ts";
import type { RequestEnvironment } from "./request-environment.ts";

const STALLED_MS = 300;

let cancelled: boolean;
let listener: HttpListener;
beforeEach(async () => {
  cancelled = false;
  const app = new Hono<RequestEnvironment>();
  app.get("/endless", () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      controller.enqueue(new Uint8Array(64 * 1024));
    const cancel = () => {
      cancelled = true;
    };
    return new Response(new ReadableStream({ pull, cancel }));
  });
  app.get("/late", async () => {
    await sleep(3 * STALLED_MS);
    return new Response("here");
  });
  const events = { start: async () => {}, close: async () => {} };
  listener = new HttpListener({ app, events, host: "127.0.0.1", port: 0, stalledReaderMs: STALLED_MS });
  await listener.listen();
});
afterEach(() => listener.stop());

function ask(path: string): Socket {
  const socket = connect(Number(new URL(listener.url).port), "127.0.0.1");
  socket.on("error", () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}

it("cuts off a reader that takes nothing, and ends what its answer holds open", async () => {
  const socket = ask("/endless");
  socket.once("data", () => socket.pause());
  await expect.poll(() => cancelled, { timeout: 10 * STALLED_MS }).toBe(true);
  socket.destroy();
});

it("lets a slow reader go on", async () => {
  const socket = ask("/endless");
  for (let step = 0; step < 12; step += 1) {
    await sleep(STALLED_MS / 4);
    socket.read(1024 * 1024);
  }
  expect(cancelled).toBe(false);
  socket.destroy();
});

it("leaves whoever waits for an answer", async () => {
  const socket = ask("/late");
  const [data] = await new Promise<[Buffer]>((resolve) => socket.once("data", (piece) => resolve([piece])));
  expect(data.toString()).toMatch(/^HTTP\/1.1 200/);
  socket.destroy();
});

it("a kept connection is closed with its answer while it drains, and answered until then", async () => {
  await listener.stop();
  const app = new Hono<RequestEnvironment>();
  app.get("/", () => new Response("here"));
  const events = { start: async () => {}, close: async () => {} };
  listener = new HttpListener({ app, events, host: "127.0.0.1", port: 0, drainDelayMs: 400 });
  await listener.listen();
  const { url } = listener;
  expect((await fetch(url)).headers.get("connection")).toBe("keep-alive");
  const drained = listener.drain();
  const { status, headers } = await fetch(url);
  expect([status, headers.get("connection")]).toEqual([200, "close"]);
  await drained;
  await expect(fetch(url).catch(() => "refused")).resolves.toBe("refused");
});
