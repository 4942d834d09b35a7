import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
let guestUrl: string;
beforeAll(async () => {
  database = await createTestDatabase("access");
  await database.query(
    "DO $$ BEGIN CREATE ROLE apply_guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  );
  guestUrl = database.url.replace(/\/\/[^@/]*@/, "//apply_guest@");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO apply_guest;
    CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'), (2, 'b')`),
);

const T = table("t", "id integer, name text", "id");
const patch = () => patchOf([T], [update("t", { id: "1" }, { name: "a" }, { name: "A" })]);
const rows = () => database.query("SELECT id, name FROM t ORDER BY id");
const failure = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => error,
  );

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, application_name: "neighbour" });
  client.on("error", () => {});
  await client.connect();
  return client;
}

describe("privileges", () => {
  it("says which one is missing and prints the GRANT", async () => {
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({
      code: "permission.denied",
      hint: expect.stringMatching(/GRANT CREATE ON DATABASE .* TO apply_guest;/),
    });
    await apply(database.url, patchOf([T], [insert("t", { id: "9" }, { id: "9", name: null })]));
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({
      hint: expect.stringMatching(
        /GRANT USAGE ON SCHEMA syncline TO apply_guest;.*GRANT SELECT, INSERT ON syncline.patch_operation/,
      ),
    });
    await database.query(
      "GRANT USAGE ON SCHEMA syncline TO apply_guest; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA syncline TO apply_guest",
    );
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({
      code: "permission.denied",
      hint: expect.stringContaining('ON "public"."t" TO apply_guest;'),
    });
    await database.query("GRANT SELECT, INSERT ON t TO apply_guest");
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({
      message: expect.stringContaining('UPDATE ON "public"."t"'),
    });
    await database.query("GRANT UPDATE (name) ON t TO apply_guest");
    expect(await apply(guestUrl, patch())).toMatchObject({ outcome: "applied" });
  });

  it("refuses a table whose policies hide rows", async () => {
    await database.query(`GRANT ALL ON t TO apply_guest; GRANT CREATE ON DATABASE "${database.name}" TO apply_guest;
      ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY odd ON t USING (id % 2 = 1)`);
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({ code: "permission.rows_hidden" });
    expect(await apply(database.url, patch())).toMatchObject({ outcome: "applied" });
  });

  it("a target that is read-only", async () => {
    const role = `ALTER ROLE apply_guest IN DATABASE "${database.name}"`;
    await database.query(`${role} SET default_transaction_read_only = on`);
    expect(await failure(apply(guestUrl, patch()))).toMatchObject({ code: "target.readonly" });
    await database.query(`${role} RESET ALL`);
  });
});

describe("another shape", () => {
  it.each([
    ["ALTER TABLE t DROP COLUMN name", 'column "name" is missing'],
    [
      "ALTER TABLE t ALTER name TYPE varchar(5)",
      'column "name" is character varying(5), the patch expects text',
    ],
    ["ALTER TABLE t ADD extra int", 'column "extra" is new'],
  ])("%s", async (change, expected) => {
    const { readState, patchTables } = await import("./testing/round-trip.fixture.ts");
    const made = patchOf(patchTables(await readState(database.url)), [
      update("t", { id: "1" }, { name: "a" }, { name: "A" }),
    ]);
    await database.query(change);
    expect(await failure(apply(database.url, made))).toMatchObject({
      code: "schema.changed",
      message: expect.stringContaining(expected),
    });
  });

  it("a table that is not there, a view, and one that the target does not name", async () => {
    const missing = patchOf([table("nope", "id integer", "id")], []);
    expect(await failure(apply(database.url, missing))).toMatchObject({ code: "table.not_found" });
    await database.query("CREATE VIEW v AS SELECT * FROM t");
    expect(
      await failure(apply(database.url, patchOf([table("v", "id integer, name text", "id")], []))),
    ).toMatchObject({ code: "schema.unsupported" });
    const two = patchOf([T, table("other", "id integer", "id")], []);
    const tables = {
      kind: "named",
      names: [
        { schema: null, name: "t" },
        { schema: null, name: "u" },
      ],
    } as const;
    expect(await failure(apply(database.url, two, { tables }))).toMatchObject({
      code: "table.not_found",
      message: expect.stringContaining('"other"'),
    });
  });

  it("an edited patch: a value that does not fit, a row twice, a cut-short comparison", async () => {
    const wrong = patchOf([T], [insert("t", { id: "x-secret" }, { id: "x-secret", name: "a" })]);
    const error = await failure(apply(database.url, wrong));
    expect(error).toMatchObject({ code: "schema.changed" });
    expect(`${error} ${(error as Error).cause}`).not.toContain("x-secret");
    const twice = patchOf(
      [T],
      [
        update("t", { id: "1" }, { name: "a" }, { name: "A" }),
        update("t", { id: "1" }, { name: "a" }, { name: "B" }),
      ],
    );
    expect(await failure(apply(database.url, twice))).toMatchObject({ code: "patch.precondition_failed" });
    const whole = patchOf([T], [remove("t", { id: "1" }, { id: "1", name: "a" })]);
    const cut = {
      ...whole,
      header: { ...whole.header, metadata: { ...whole.header.metadata, complete: false } },
    };
    expect(await failure(apply(database.url, cut))).toMatchObject({ code: "patch.incomplete" });
    expect(await rows()).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ]);
  });
});

describe("neighbours", () => {
  it("somebody else is applying: says who, after the lock timeout", async () => {
    await apply(database.url, patch());
    const other = await session();
    await other.query("BEGIN; SELECT FROM syncline.target FOR UPDATE");
    const error = await failure(apply(database.url, patch(), { options: { lockTimeoutMs: 100 } }));
    expect(error).toMatchObject({ code: "target.locked", message: expect.stringContaining('("neighbour")') });
    await other.end();
  });

  it("a table that is locked", async () => {
    const other = await session();
    await other.query("BEGIN; LOCK TABLE t IN SHARE MODE");
    expect(await failure(apply(database.url, patch(), { options: { lockTimeoutMs: 100 } }))).toMatchObject({
      code: "target.locked",
      message: expect.stringContaining("public.t"),
    });
    await other.end();
  });

  it("a row that changes while we wait for it is a conflict, not overwritten", async () => {
    await apply(database.url, patchOf([T], [insert("t", { id: "9" }, { id: "9", name: null })]));
    const other = await session();
    await other.query("BEGIN; UPDATE t SET name = 'theirs' WHERE id = 1");
    const applying = apply(database.url, patch());
    await new Promise((resolve) => setTimeout(resolve, 300));
    await other.query("COMMIT");
    await other.end();
    expect(await applying).toMatchObject({ outcome: "conflicts", conflicts: [{ kind: "update-update" }] });
  });

  it("an older fencing token is refused, a newer one remembered", async () => {
    await apply(database.url, patch(), { options: { fence: { domain: "d", token: 7n } } });
    expect(await failure(undo(database.url, "x"))).toMatchObject({ code: "patch.not_found" });
    expect(
      await failure(apply(database.url, patch(), { options: { fence: { domain: "d", token: 6n } } })),
    ).toMatchObject({
      code: "target.locked",
      retryable: false,
    });
    expect(
      await apply(database.url, patch(), { options: { fence: { domain: "d", token: 7n } } }),
    ).toMatchObject({
      outcome: "already-applied",
    });
  });

  it("eight first appliers at once", async () => {
    const all = Array.from({ length: 8 }, (_, at) =>
      apply(
        database.url,
        patchOf([T], [insert("t", { id: `${100 + at}` }, { id: `${100 + at}`, name: null })]),
      ),
    );
    for (const result of await Promise.all(all)) expect(result.outcome).toBe("applied");
    expect(await database.query("SELECT count(*)::int AS n FROM syncline.ledger")).toEqual([{ n: 8 }]);
  });

  it("the same patch by four appliers is written once", async () => {
    const made = patch();
    const results = await Promise.all(Array.from({ length: 4 }, () => apply(database.url, made)));
    expect(results.map(({ outcome }) => outcome).sort()).toEqual([
      "already-applied",
      "already-applied",
      "already-applied",
      "applied",
    ]);
  });

  it("is stopped by its signal, writes nothing and leaves no session", async () => {
    const other = await session();
    await other.query("BEGIN; UPDATE t SET name = 'held' WHERE id = 1");
    const stop = new AbortController();
    const applying = failure(apply(database.url, patch(), { ctx: { signal: stop.signal } }));
    setTimeout(() => stop.abort(), 300);
    expect(await applying).toMatchObject({ code: "interrupted" });
    await other.query("ROLLBACK");
    await other.end();
    expect(await rows()).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ]);
  });
});
