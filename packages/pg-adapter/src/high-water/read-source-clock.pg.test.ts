import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectionOf } from "../read/testing/compare-databases.ts";
import { readSourceClock } from "./read-source-clock.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("source_clock");
});
afterAll(() => database.drop());

const seconds = (text: string) => Math.floor(new Date(`${text}Z`).getTime() / 1000);

async function ask(url = database.url) {
  const { at, notes } = await readSourceClock(connectionOf(url), "source");
  return { at: seconds(at), notes };
}

async function now(): Promise<number> {
  const [row] = await database.query<{ at: string }>(
    "SELECT floor(extract(epoch FROM clock_timestamp()))::text AS at",
  );
  return Number(row?.at);
}

it("does not go past the start of a transaction that is still open", async () => {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ at: string }>(
      "SELECT floor(extract(epoch FROM now()))::text AS at",
    );
    const start = Number(rows[0]?.at);
    await sleep(2_100);
    expect(await ask()).toEqual({ at: start - 300, notes: [] });
    await client.query("COMMIT");
    expect((await ask()).at).toBeGreaterThanOrEqual(start + 2 - 300);
  } finally {
    await client.end();
  }
});

it("looks back a day where this role may not see how long others are at it", async () => {
  await database.query(
    "DROP ROLE IF EXISTS source_clock_reader; CREATE ROLE source_clock_reader LOGIN PASSWORD 'x'",
  );
  const url = new URL(database.url);
  url.username = "source_clock_reader";
  url.password = "x";
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    const before = await now();
    expect((await ask(url.href)).notes).toEqual([]);
    await client.query("BEGIN");
    const { at, notes } = await ask(url.href);
    expect(notes).toHaveLength(1);
    expect(at).toBeLessThanOrEqual(before + 60 - 86_400 - 300);
    await client.query("COMMIT");
  } finally {
    await client.end();
    await database.query("DROP ROLE source_clock_reader");
  }
});
