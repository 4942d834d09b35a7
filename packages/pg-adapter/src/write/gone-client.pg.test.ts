import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SessionSettings } from "./session-settings.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase("gone_client");
});
afterAll(() => database.drop());

it.runIf(process.platform === "linux")("a client that is gone leaves no long statement behind", async () => {
  const client = new pg.Client({ connectionString: database.url, types: { getTypeParser: () => String } });
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  await SessionSettings.pin(client, 1000);
  const { rows } = await client.query("SELECT pg_catalog.pg_backend_pid() AS pid");
  client.query("SELECT pg_catalog.pg_sleep(60)").catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 200));
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const running = () =>
    database.query("SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1::int", [rows[0].pid]);
  await expect.poll(async () => (await running()).length, { timeout: 10_000, interval: 250 }).toBe(0);
});
