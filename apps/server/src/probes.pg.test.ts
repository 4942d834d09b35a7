import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DatabaseRelay, startDatabaseRelay } from "./testing/database-relay.ts";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

/** What is promised; of a few tries the quickest is held to it, so that one hiccup of a busy machine fails nothing. */
const PROMISED_MS = 2_000;
const DELAY_MS = 1_500;

let database: TestDatabase;
let relay: DatabaseRelay;
let server: TestService;

beforeAll(async () => {
  database = await createTestDatabase("probes");
  relay = await startDatabaseRelay(database.url);
  server = await startTestService({
    label: "probes",
    environment: { SYNCLINE_DATABASE_URL: relay.url, SYNCLINE_DRAIN_DELAY: `${DELAY_MS}ms` },
  });
});
afterAll(async () => {
  await server.stop();
  relay.close();
  await database.drop();
});

const ready = () => server.ask("GET", "/readyz");

async function untilReady(): Promise<void> {
  for (let tries = 0; tries < 100 && (await ready()).status !== 200; tries += 1) await sleep(100);
  expect((await ready()).json).toMatchObject({ status: "ok" });
}

describe("readiness", () => {
  it.each(["standStill", "cut"] as const)(
    "says within 2 s that the control database is away: %s",
    async (how) => {
      await untilReady();
      relay[how]();
      try {
        const took: number[] = [];
        for (let tries = 0; tries < 3; tries += 1) {
          const asked = performance.now();
          const { status, json } = await ready();
          took.push(performance.now() - asked);
          expect(status).toBe(503);
          expect(json).toEqual({
            status: "not ready",
            checks: { database: "away", queue: "away", service: "ok" },
          });
          expect((await server.ask("GET", "/livez")).status).toBe(200);
        }
        expect(Math.min(...took)).toBeLessThan(PROMISED_MS);
      } finally {
        relay.goOn();
      }
      await untilReady();
    },
  );

  it("a process that drains says so at once, answers for the delay, then ends its streams and itself", async () => {
    const headers = { Authorization: `Bearer ${server.key}` };
    const stream = await fetch(`${server.url}/api/v1/events`, { headers });
    const begun = performance.now();
    const drained = server.service.drain();
    expect((await ready()).json).toMatchObject({ status: "not ready", checks: { service: "draining" } });
    await sleep(DELAY_MS / 2);
    expect((await server.ask("GET", "/api/v1/jobs")).status).toBe(200);
    for await (const _ of stream.body ?? []);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(DELAY_MS - 50);
    await drained;
    expect(performance.now() - begun).toBeLessThan(15_000);
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
  });
});
