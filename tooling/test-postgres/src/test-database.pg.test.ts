import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTestDatabase,
  SessionLeakError,
  type TestDatabase,
  testServerUrl,
  withDatabase,
} from "./index.ts";
import { queryOnce } from "./query-once.ts";

describe("a test database", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase("self");
  });
  afterAll(() => database.drop());

  it("is empty and takes statements", async () => {
    await database.query("CREATE TABLE note (id int PRIMARY KEY); INSERT INTO note VALUES (1)");
    expect(await database.query("SELECT id FROM note")).toEqual([{ id: 1 }]);
  });

  it("can be cloned", async () => {
    const copy = await createTestDatabase("copy", { template: database.name });
    expect(
      await copy.query("SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'"),
    ).toEqual([{ tables: 1 }]);
    await copy.drop();
  });
});

it("names the session that was left open, and drops the database all the same", async () => {
  const database = await createTestDatabase("leak");
  const client = new pg.Client({ connectionString: database.url, application_name: "leaky" });
  client.on("error", () => {});
  await client.connect();
  await expect(database.drop()).rejects.toThrow(SessionLeakError);
  const left = await queryOnce(await testServerUrl(), "SELECT 1 FROM pg_database WHERE datname = $1", [
    database.name,
  ]);
  expect(left).toEqual([]);
});

it("passes on the error of the body, not the leak that it caused", async () => {
  await expect(withDatabase(() => Promise.reject(new Error("from the body")))).rejects.toThrow(
    "from the body",
  );
});
