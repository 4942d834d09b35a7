import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { SPANS } from "@syncline/observability/tracing";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

const ALLOWED = 'alerts: {allowAddresses: ["127.0.0.0/8"]}\n';
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const CANARY = "c4n4ry-row-value";

const exporter = new InMemorySpanExporter();
let provider: NodeTracerProvider;
let server: TestService;
let rows: TestDatabase;
let receiver: Server;

beforeAll(async () => {
  provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  receiver = createServer((_request, response) => response.end()).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  rows = await createTestDatabase("traced_rows");
  await rows.query(`
    CREATE SCHEMA src; CREATE SCHEMA dst;
    CREATE TABLE src.users (id int PRIMARY KEY, name text); CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
    INSERT INTO src.users VALUES (1, '${CANARY}')`);
  server = await startTestService({ label: "traced", config: () => placesConfig(rows.url, ALLOWED) });
});
afterAll(async () => {
  await server.stop();
  await rows.drop();
  receiver.close();
  await provider.shutdown();
});

async function spans(wanted: (span: ReadableSpan) => boolean, count = 1): Promise<ReadableSpan[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = exporter.getFinishedSpans().filter(wanted);
    if (found.length >= count) return found;
    await sleep(50);
  }
  throw new Error(`found ${exporter.getFinishedSpans().map(({ name }) => name)}`);
}

describe("traces, where somebody has registered an SDK", () => {
  it("go on with the caller's, and log lines name them", async () => {
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    expect((await server.ask("GET", "/api/v1/jobs?limit=3", { headers })).status).toBe(200);
    const [span] = await spans(({ name }) => name === "GET /jobs");
    expect(span?.spanContext().traceId).toBe(TRACE);
    expect(span?.parentSpanContext?.spanId).toBe(CALLER);
    expect(span?.attributes).toMatchObject({ "http.route": "GET /jobs", "http.response.status_code": 200 });
    const lines = server
      .log()
      .split("\n")
      .filter((line) => line.includes(TRACE));
    expect(JSON.parse(lines.at(-1) ?? "{}")).toMatchObject({
      msg: "request",
      route: "GET /jobs",
      traceId: TRACE,
      spanId: span?.spanContext().spanId,
    });
  });

  it("a run, its units and operations are one trace, which is found by the run's id", async () => {
    const body = { source: "a:src:users", target: "b:dst:users" };
    const { json: run } = await server.ask("POST", "/api/v1/diff?wait=30", { body });
    expect(run.state).toBe("succeeded");
    const traceId = run.id.replaceAll("-", "");
    const found = await spans((span) => span.spanContext().traceId === traceId, 3);
    expect(found.map(({ name }) => name).sort()).toEqual(["operation diff", "run diff", "unit plan"]);
    const named = (name: string) => found.find((span) => span.name === name);
    expect(named("operation diff")?.parentSpanContext?.spanId).toBe(named("unit plan")?.spanContext().spanId);
    expect(named("run diff")?.attributes).toMatchObject({
      "syncline.run": run.id,
      "syncline.kind": "diff",
      "syncline.outcome": "succeeded",
    });
  });

  it("a failed run says its code", async () => {
    const body = { source: "a:nowhere:users", target: "b:dst:users", retry: { attempts: 1 } };
    const { json: run } = await server.ask("POST", "/api/v1/diff?wait=30", { body });
    const [span] = await spans(
      ({ name, attributes }) => name === "run diff" && attributes["syncline.run"] === run.id,
    );
    expect(span?.status).toEqual({ code: 2, message: run.error.code });
  });

  it("a delivery says what became of it", async () => {
    const { port } = receiver.address() as AddressInfo;
    const hook = { name: "ops", url: `http://127.0.0.1:${port}/in?token=${CANARY}`, events: ["run.dead"] };
    const { json } = await server.ask("POST", "/api/v1/webhooks", { body: hook });
    await server.ask("POST", `/api/v1/webhooks/${json.webhook.id}/test`);
    const [span] = await spans(({ name }) => name === "deliver test");
    expect(span?.attributes).toMatchObject({
      "syncline.webhook": json.webhook.id,
      "syncline.outcome": "delivered",
      "http.response.status_code": 200,
    });
  });

  it("carry what the list of spans names, never rows, addresses or secrets", () => {
    const allowed = new Set<string>(Object.values(SPANS).flatMap(({ attributes }) => attributes));
    const all = exporter.getFinishedSpans();
    for (const { attributes } of all)
      for (const name of Object.keys(attributes)) expect(allowed).toContain(name);
    const text = JSON.stringify(
      all.map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
    );
    for (const secret of [CANARY, server.key, "postgres://", rows.name]) expect(text).not.toContain(secret);
  });
});
