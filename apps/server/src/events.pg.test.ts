import { setTimeout as sleep } from "node:timers/promises";
import type { ServerEvent } from "@syncline/api";
import { createClient } from "@syncline/api/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

let server: TestService;
let replica: TestService;

const config = () => placesConfig("postgres://nobody@127.0.0.1:1/none");

beforeAll(async () => {
  server = await startTestService({ label: "events", config });
  replica = await startTestService({ label: "events", config, beside: server });
});
afterAll(async () => {
  await replica.stop();
  await server.stop();
});

const clientOf = ({ url, key }: TestService) => createClient({ url, apiKey: key });

async function makeRun(): Promise<string> {
  const body = { source: "a:public:users", target: "b:public:users", retry: { attempts: 1 } };
  return (await clientOf(server).diffs.startDiff({ body })).id;
}

/** Reads until `enough`, then leaves. */
async function read(
  from: TestService,
  wanted: { runId?: string; after?: number },
  enough: (seen: readonly ServerEvent[]) => boolean,
): Promise<ServerEvent[]> {
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(), 20_000);
  const seen: ServerEvent[] = [];
  for await (const event of clientOf(from).events({ ...wanted, signal: leaving.signal })) {
    seen.push(event);
    if (enough(seen)) break;
  }
  clearTimeout(timer);
  return seen;
}

const streams = async (of: TestService) => {
  const { text } = await of.ask("GET", "/metrics");
  return Number(/^syncline_event_streams (\d+)$/m.exec(text)?.[1]);
};

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200 && !(await holds()); tries += 1) await sleep(50);
  expect(await holds()).toBe(true);
}

const ended = (seen: readonly ServerEvent[]) => seen.some(({ type }) => type === "run.dead");

describe("events of a run", () => {
  it("arrive live, in order, also from another replica", async () => {
    const started = Promise.withResolvers<string>();
    const watching = read(replica, {}, ended);
    await until(async () => (await streams(replica)) === 1);
    started.resolve(await makeRun());
    const seen = await watching;
    const id = await started.promise;
    const types = seen.filter(({ runId }) => runId === id).map(({ type }) => type);
    expect(types[0]).toBe("run.queued");
    expect(types.at(-1)).toBe("run.dead");
    expect(seen.map((event) => event.id)).toEqual([...seen.map((event) => event.id)].sort((a, b) => a - b));
    await until(async () => (await streams(replica)) === 0);
  });

  it("resume after any of them without a gap or a repeat", async () => {
    const runId = await makeRun();
    const all = await read(server, { runId, after: 0 }, ended);
    expect(new Set(all.map((event) => event.id)).size).toBe(all.length);
    for (const [index, { id: after }] of all.slice(0, -1).entries()) {
      const rest = await read(replica, { runId, after }, ended);
      expect(rest.map(({ id }) => id)).toEqual(all.slice(index + 1).map(({ id }) => id));
    }
    for (const event of all) expect(event.runId).toBe(runId);
  });

  it("are told from its beginning, also to one who asks after its end", async () => {
    const runId = await makeRun();
    const all = await read(server, { runId, after: 0 }, ended);
    const late = await read(replica, { runId }, ended);
    expect(late.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  it("a connection that breaks is made again where it was", async () => {
    const leaving = new AbortController();
    let connections = 0;
    const ids: number[] = [];
    const breaking: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith("/events")) return response;
      connections += 1;
      if (connections > 2) return response;
      // Only the first event of each of the first connections gets through.
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      const body = new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const { value = "", done } = (await reader?.read()) ?? { done: true };
          const at = value.indexOf("data:");
          const cut = at < 0 ? value : value.slice(0, value.indexOf("\n\n", at) + 2);
          controller.enqueue(new TextEncoder().encode(cut));
          if (done || at >= 0) {
            await reader?.cancel();
            controller.close();
          }
        },
      });
      return new Response(body, response);
    };
    const client = createClient({ url: server.url, apiKey: server.key, fetch: breaking });
    const runId = await makeRun();
    for await (const event of client.events({ runId, after: 0, signal: leaving.signal })) {
      ids.push(event.id);
      if (event.type === "run.dead") break;
    }
    expect(connections).toBeGreaterThan(2);
    expect(ids).toEqual((await read(server, { runId, after: 0 }, ended)).map(({ id }) => id));
  });
});

describe("readers", () => {
  const open = (key: string, path = "/api/v1/events", headers = {}) => {
    const leaving = new AbortController();
    const response = fetch(server.url + path, {
      headers: { Authorization: `Bearer ${key}`, ...headers },
      signal: leaving.signal,
    });
    return { response, leave: () => leaving.abort() };
  };

  it("a hundred cost one LISTEN, hear the same, and are forgotten when they go", async () => {
    const readers = Array.from({ length: 100 }, () => open(server.key));
    const responses = await Promise.all(readers.map(({ response }) => response));
    expect(await streams(server)).toBe(100);
    const [listening] = await server.database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%syncline_events%'",
    );
    expect(listening?.count).toBe(2);
    const runId = await makeRun();
    const heard = await Promise.all(
      responses.map(async (response) => {
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        let text = "";
        while (!text.includes(runId)) text += (await reader?.read())?.value ?? "";
        return text.includes("event: run.queued");
      }),
    );
    expect(heard.every(Boolean)).toBe(true);
    for (const { leave } of readers) leave();
    await until(async () => (await streams(server)) === 0);
  }, 60_000);

  it("one who does not read is told to start over, and costs no memory", async () => {
    const { response, leave } = open(server.key, "/api/v1/events");
    const { body } = await response;
    const [scope] = await server.database.query<{ id: string }>(
      "SELECT id FROM syncline_control.organizations WHERE slug = 'default'",
    );
    // 40 MB of events, far more than the sockets' buffers hold.
    await server.database.query(
      `INSERT INTO syncline_control.events (organization_id, type, payload)
       SELECT '${scope?.id}', 'test.noise', jsonb_build_object('filler', repeat('x', 20000))
       FROM generate_series(1, 2000)`,
    );
    await server.database.query(`SELECT pg_notify('syncline_events', '${scope?.id}::0')`);
    await until(async () => /syncline_event_streams 1/.test((await server.ask("GET", "/metrics")).text));
    await sleep(2_000);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const deadline = performance.now() + 20_000;
    while (!text.includes("event: resync") && performance.now() < deadline)
      text = text.slice(-1000) + ((await reader?.read())?.value ?? "");
    expect(text).toContain("event: resync");
    leave();
    await until(async () => (await streams(server)) === 0);
  }, 60_000);

  it("one whose key is revoked hears no more", async () => {
    const { key, record } = await clientOf(server).access.createKey({
      body: { name: "watcher", scopes: ["events:read"] },
    });
    const { response } = open(key);
    const reader = (await response).body?.getReader();
    await until(async () => (await streams(server)) === 1);
    await clientOf(server).access.revokeKey({ params: { id: record.id } });
    for (let done = false; !done; ) done = (await reader?.read())?.done ?? true;
    await until(async () => (await streams(server)) === 0);
  });

  it("runs of another organization are not there", async () => {
    const { status } = await server.ask("GET", `/api/v1/runs/${crypto.randomUUID()}/events`);
    expect(status).toBe(404);
  });
});
