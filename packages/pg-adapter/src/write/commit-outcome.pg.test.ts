import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { apply, connectionOf, patchOf, table, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("commit");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0)`),
);

const made = () =>
  patchOf([table("t", "id integer, n integer", "id")], [update("t", { id: "1" }, { n: "0" }, { n: "1" })]);

/** Cuts the connection at the first COMMIT after the ledger row: before it reaches the server, or before its reply. */
async function cutAtCommit(
  side: "before" | "after",
): Promise<{ url: string; server: Server; cuts: () => number }> {
  const { host, port } = connectionOf(database.url);
  let cuts = 0;
  const server = createServer((client) => relay(client, connect(port, host)));
  const relay = (client: Socket, upstream: Socket) => {
    let armed = false;
    const drop = () => {
      cuts += 1;
      client.destroy();
      upstream.destroy();
    };
    client.on("data", (bytes) => {
      if (bytes.includes("INSERT INTO syncline.ledger")) armed = true;
      if (armed && cuts === 0 && bytes.includes("COMMIT")) {
        if (side === "before") return drop();
        upstream.write(bytes);
        upstream.removeAllListeners("data");
        upstream.once("data", drop);
        return;
      }
      upstream.write(bytes);
    });
    upstream.on("data", (bytes) => client.write(bytes));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(database.url);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: url.href, server, cuts: () => cuts };
}

it.each(["before", "after"] as const)(
  "a connection lost %s COMMIT was done: applied once, and it knows",
  async (side) => {
    const { url, server, cuts } = await cutAtCommit(side);
    const patch = made();
    try {
      expect(await apply(url, patch)).toMatchObject({ outcome: "applied", counts: { updated: 1 } });
    } finally {
      server.close();
    }
    expect(cuts()).toBe(1);
    expect(await database.query("SELECT n FROM t")).toEqual([{ n: 1 }]);
    expect(await database.query("SELECT count(*)::int AS n FROM syncline.ledger")).toEqual([{ n: 1 }]);
    expect(await apply(database.url, patch)).toMatchObject({ outcome: "already-applied" });
  },
);

it("a backend that is terminated in the middle: tried again", async () => {
  await database.query(`CREATE SEQUENCE tries; CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('tries') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); END IF; RETURN NEW; END $$;
    CREATE TRIGGER dying BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION die()`);
  expect(await apply(database.url, made())).toMatchObject({ outcome: "applied" });
  expect(await database.query("SELECT count(*)::int AS n FROM syncline.ledger")).toEqual([{ n: 1 }]);
});

it("a serialization failure or a deadlock: tried again", async () => {
  await database.query(`CREATE SEQUENCE tries; CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n int := nextval('tries'); BEGIN
      IF n = 1 THEN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; ELSIF n = 2 THEN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER failing BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fail()`);
  expect(await apply(database.url, made())).toMatchObject({ outcome: "applied" });
});
