import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConnectionRule, type FaultProxy, startFaultProxyFor } from "./index.ts";

let database: TestDatabase;
let proxy: FaultProxy;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase("faults");
  await database.query("CREATE TABLE note (id int)");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query("TRUNCATE note");
  proxy = await startFaultProxyFor(database.url);
});
afterEach(async () => {
  await client.end().catch(() => {});
  await proxy.close();
});

async function connectWith(rule: ConnectionRule): Promise<pg.Client> {
  proxy.setRule(rule);
  client = new pg.Client({ connectionString: proxy.url(database.url) });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** A commit whose connection was cut may take effect a moment after the client has seen the cut. */
async function countNotes(): Promise<number> {
  const [row] = await database.query<{ notes: number }>("SELECT count(*)::int AS notes FROM note");
  return row?.notes ?? -1;
}

const extendedCommit = { text: "COMMIT", name: "the_commit" };

it("passes everything without a rule", async () => {
  await connectWith({});
  await client.query("INSERT INTO note VALUES (1)");
  const { rows } = await client.query("SELECT repeat('x', 200000) AS text");
  expect(rows[0].text).toHaveLength(200_000);
  expect(proxy.cuts).toEqual([]);
});

describe.each([
  ["simple", "COMMIT"],
  ["extended", extendedCommit],
])("at a COMMIT of the %s protocol", (_protocol, commit) => {
  it("cuts before it: the server rolls back", async () => {
    await connectWith({ atCommit: "cut-before" });
    await client.query("BEGIN");
    await client.query("INSERT INTO note VALUES ($1)", [1]);
    await expect(client.query(commit)).rejects.toThrow();
    expect(proxy.cuts).toEqual(["before-commit"]);
    expect(await countNotes()).toBe(0);
  });

  it("cuts before the reply: the server has committed and the client cannot know", async () => {
    await connectWith({ atCommit: "cut-before-reply" });
    await client.query("BEGIN");
    await client.query("INSERT INTO note VALUES ($1)", [1]);
    await expect(client.query(commit)).rejects.toThrow();
    expect(proxy.cuts).toEqual(["before-reply"]);
    expect(await countNotes()).toBe(1);
  });

  it("can take a later one", async () => {
    await connectWith({ atCommit: "cut-before", commitNumber: 2 });
    for (const statement of ["BEGIN", "INSERT INTO note VALUES (1)"]) await client.query(statement);
    await client.query(commit);
    for (const statement of ["BEGIN", "INSERT INTO note VALUES (2)"]) await client.query(statement);
    await expect(client.query(commit)).rejects.toThrow();
    expect(await countNotes()).toBe(1);
  });
});

it("cuts after bytes of the server", async () => {
  await connectWith({ cutAfterServerBytes: 50_000 });
  await expect(client.query("SELECT repeat('x', 100000)")).rejects.toThrow();
  expect(proxy.cuts).toEqual(["bytes"]);
});

it("cuts after bytes of the client, and those bytes arrive", async () => {
  await connectWith({ cutAfterClientBytes: 5_000 });
  await client.query("INSERT INTO note VALUES (1)");
  await expect(client.query(`SELECT '${"x".repeat(10_000)}'`)).rejects.toThrow();
  expect(await countNotes()).toBe(1);
});

it("cuts when a predicate over the client's bytes says so", async () => {
  await connectWith({ cutWhen: (chunk) => chunk.includes("DELETE") });
  await client.query("INSERT INTO note VALUES (1)");
  await expect(client.query("DELETE FROM note")).rejects.toThrow();
  expect(proxy.cuts).toEqual(["predicate"]);
  expect(await countNotes()).toBe(1);
});

it("counts messages and cuts at the n-th", async () => {
  const seen: string[] = [];
  await connectWith({
    onMessage: (message, number) => {
      seen.push(`${number}${message.type}`);
      return number === 3 ? "cut" : undefined;
    },
  });
  await client.query("INSERT INTO note VALUES (1)");
  await client.query("INSERT INTO note VALUES (2)");
  await expect(client.query("INSERT INTO note VALUES (3)")).rejects.toThrow();
  expect(seen).toEqual(["1Q", "2Q", "3Q"]);
  expect(await countNotes()).toBe(2);
});

it("holds a message up, and what comes before it goes on", async () => {
  const released = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  await connectWith({
    holdMessage: (_message, number) => {
      if (number !== 2) return undefined;
      reached.resolve();
      return released.promise;
    },
  });
  await client.query("INSERT INTO note VALUES (1)");
  const second = client.query("INSERT INTO note VALUES (2)");
  await reached.promise;
  expect(await countNotes()).toBe(1);
  released.resolve();
  await second;
  expect(await countNotes()).toBe(2);
});

it("leaves a half-open connection hanging", async () => {
  await connectWith({ halfOpen: { direction: "server-to-client", afterBytes: 2_000 } });
  const answer = client.query("SELECT repeat('x', 10000)").then(
    () => "answered",
    () => "failed",
  );
  const silence = new Promise((resolve) => setTimeout(resolve, 300, "silent"));
  expect(await Promise.race([answer, silence])).toBe("silent");
  proxy.cutAll();
  expect(await answer).toBe("failed");
});

it("delays", async () => {
  await connectWith({ delayMs: 40 });
  const start = performance.now();
  await client.query("SELECT 1");
  expect(performance.now() - start).toBeGreaterThanOrEqual(75);
});
