import { createHash } from "node:crypto";
import { createTestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate } from "../migrations/migrate.ts";
import { MIGRATIONS } from "../migrations/migrations.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createOrganization } from "../verbs/create-organization.ts";
import { createProject } from "../verbs/create-project.ts";
import { connect } from "./connect.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("audit_chain");
});
afterAll(() => test.close());

interface Row {
  readonly seq: string;
  readonly id: string;
  readonly organization_id: string;
  readonly hash: string;
}

const GENESIS = "0".repeat(64);
const FIELDS = `seq::text, id::text, organization_id::text, project_id::text, actor, user_id::text, action, subject_kind,
  subject_id, detail::text, request_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;

const field = (value: string | null) => (value === null ? "-," : `${Buffer.byteLength(value)}:${value},`);

async function assertChained(
  database: TestControlPlane["database"],
  organizationId: string,
): Promise<number> {
  const rows = await database.query<Row>(
    `SELECT ${FIELDS}, hash FROM syncline_control.audit_entries WHERE organization_id = $1 ORDER BY audit_entries.seq`,
    [organizationId],
  );
  let previous = GENESIS;
  for (const [at, { hash, ...entry }] of rows.entries()) {
    expect(Number(entry.seq)).toBe(at + 1);
    const text = ["syncline audit entry 1", ...Object.values(entry), previous].map(field).join("");
    expect(hash).toBe(createHash("sha256").update(text).digest("hex"));
    previous = hash;
  }
  const [head] = await database.query(
    "SELECT seq::int, hash FROM syncline_control.audit_heads WHERE organization_id = $1",
    [organizationId],
  );
  expect(head).toEqual({ seq: rows.length, hash: previous });
  return rows.length;
}

it("chains the entries of each organization without gaps, whoever writes at once", async () => {
  const { cp, call, database } = test;
  const other = { scope: await createOrganization(cp, { slug: "other", actor: "ä:☃" }), actor: "ä:☃" };
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      createProject(cp, at % 2 === 0 ? call : other, { slug: `p${at}`, name: '日本 \\ "quoted"' }),
    ),
  );
  expect(await assertChained(database, call.scope.organizationId)).toBeGreaterThanOrEqual(20);
  expect(await assertChained(database, other.scope.organizationId)).toBeGreaterThanOrEqual(20);
});

it("sets place, hash and time itself, whatever is inserted", async () => {
  const { call, database } = test;
  await database.query(
    `INSERT INTO syncline_control.audit_entries (organization_id, actor, action, subject_kind, detail, at, seq, hash)
     VALUES ($1, 'x', 'x', 'x', '{"b": 1.10, "a": [1, null]}', '2001-01-01', 7, 'made up')`,
    [call.scope.organizationId],
  );
  const count = await assertChained(database, call.scope.organizationId);
  const [last] = await database.query<{ young: boolean }>(
    "SELECT at > now() - interval '1 minute' AS young FROM syncline_control.audit_entries WHERE organization_id = $1 AND seq = $2",
    [call.scope.organizationId, count],
  );
  expect(last).toEqual({ young: true });
});

it.each([
  "UPDATE syncline_control.audit_entries SET actor = 'nobody'",
  "DELETE FROM syncline_control.audit_entries",
  "TRUNCATE syncline_control.audit_entries",
  "DELETE FROM syncline_control.organizations",
])("refuses: %s", async (statement) => {
  const before = await test.database.query("SELECT count(*) AS n FROM syncline_control.audit_entries");
  await expect(test.database.query(statement)).rejects.toMatchObject({ code: "23001" });
  expect(await test.database.query("SELECT count(*) AS n FROM syncline_control.audit_entries")).toEqual(
    before,
  );
});

it("chains what older replicas wrote before and while the chain is made", async () => {
  const database = await createTestDatabase("audit_chain_old");
  const sql = connect({ url: database.url, applicationName: "upgrade", max: 1 });
  const old = MIGRATIONS.filter(({ name }) => name < "0001");
  await migrate(sql, old);
  const [organization] = await database.query<{ id: string }>(
    "INSERT INTO syncline_control.organizations (slug, name) VALUES ('o', 'o') RETURNING id",
  );
  const id = organization?.id ?? "";
  const insert = (count: number) =>
    database.query(
      `INSERT INTO syncline_control.audit_entries (organization_id, actor, action, subject_kind, subject_id, detail)
       SELECT $1, 'key:old', 'job.create', 'job', n::text, jsonb_build_object('n', n) FROM generate_series(1, $2::int) n`,
      [id, count],
    );
  await insert(500);
  let migrating = true;
  const meanwhile = (async () => {
    let written = 0;
    for (; migrating || written === 0; written += 1) await insert(1);
    return written;
  })();
  await migrate(sql, MIGRATIONS);
  migrating = false;
  const written = await meanwhile;
  await insert(3);
  expect(await assertChained(database, id)).toBe(503 + written);
  await sql.end();
  await database.drop();
});
