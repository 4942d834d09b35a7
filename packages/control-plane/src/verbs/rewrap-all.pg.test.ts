import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openControlPlane } from "../open-control-plane.ts";
import { countSealed } from "../queries/count-sealed.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { SEALED_COLUMNS } from "../sealing/sealed-columns.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createServer } from "./create-server.ts";
import { createWebhook } from "./create-webhook.ts";
import { beginOidcSignIn } from "./oidc-sign-ins.ts";
import { rewrapAll } from "./rewrap-all.ts";
import { rotateAuditKey } from "./rotate-audit-key.ts";
import { withIdempotency } from "./with-idempotency.ts";
import { writeCheckpoint } from "./write-checkpoint.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("rewrap_all");
  const { cp, call } = test;
  for (let n = 0; n < 250; n += 1)
    await createServer(cp, call, { name: `s${n}`, url: "postgres://u:p@h/d", tenancy: { kind: "schema" } });
  await createWebhook(cp, call, { name: "w", url: "https://hooks.example/x", events: ["*"] });
  await cp.sql`UPDATE syncline_control.webhooks SET url = 'https://hooks.example/plain'`;
  await writeCheckpoint(cp, call.scope.organizationId);
  await rotateAuditKey(cp, call);
  await withIdempotency(cp, call, { key: "k", requestDigest: "d" }, async () => ({
    status: 201,
    response: { secret: "shown once" },
  }));
  const remembered = { nonce: "n", verifier: "v", returnTo: "/", invitation: null };
  await beginOidcSignIn(cp, { state: "s", browser: "b" }, { remembered, lifetimeMs: 60_000 });
});
afterAll(() => test.close());

const columns = async () =>
  test.cp.sql<{ table: string; column: string }[]>`
    SELECT table_name AS table, column_name AS column FROM information_schema.columns
    WHERE table_schema = 'syncline_control' ORDER BY 1, 2`;

/** Wherever something lies that the key sealed: what begins with its version and the key's id. */
async function sealedPlaces(key: MasterKey): Promise<string[]> {
  const prefix = Buffer.concat([Buffer.from([1]), key.id]).toString("base64url");
  const found: string[] = [];
  for (const { table, column } of await columns()) {
    const { sql } = test.cp;
    const [row] = await sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM syncline_control.${sql(table)} WHERE ${sql(column)}::text LIKE ${`%${prefix}%`}`;
    if ((row?.count ?? 0) > 0) found.push(`${table}.${column}`);
  }
  return found;
}

const registered = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort();

it("knows every column that holds something sealed, by what lies in the tables and by their names", async () => {
  const found = await sealedPlaces(test.masterKey);
  // The webhook's address was put back to how early versions kept it.
  expect(found).toEqual(registered.filter((place) => place !== "webhooks.url"));
  const named = (await columns()).filter(({ column }) => column.startsWith("sealed"));
  for (const { table, column } of named) expect(registered).toContain(`${table}.${column}`);
});

it("leaves nothing under the old key, in parts, and says what it cannot open", async () => {
  const { cp, call, masterKey, database } = test;
  const next = new MasterKey(randomBytes(32));
  const { url } = database;
  const lost = new MasterKey(randomBytes(32));
  const both = await openControlPlane({
    url,
    masterKey: next,
    previousMasterKeys: [masterKey],
    applicationName: "both",
  });
  const before = await countSealed(both);
  expect(before.find(({ current }) => current)).toMatchObject({ id: next.id.toString("hex"), secrets: 0 });
  expect(before.find(({ id }) => id === null)?.secrets).toBe(1);
  const elsewhere = await openControlPlane({
    url,
    masterKey: lost,
    previousMasterKeys: [masterKey],
    applicationName: "lost",
  });
  await createServer(elsewhere, call, {
    name: "lost",
    url: "postgres://u:p@h/d",
    tenancy: { kind: "schema" },
  });
  await elsewhere.close();
  const done = await rewrapAll(both, call);
  expect(done).toMatchObject({ failed: 1 });
  expect(done.rewrapped).toBeGreaterThan(255);
  expect(await sealedPlaces(masterKey)).toEqual([]);
  expect(await sealedPlaces(next)).toEqual(registered);
  const after = await countSealed(both);
  expect(after.find(({ id }) => id === masterKey.id.toString("hex"))).toMatchObject({
    secrets: 0,
    known: true,
  });
  expect(after.find(({ known }) => !known)).toMatchObject({ id: lost.id.toString("hex"), secrets: 1 });
  const [entry] = await cp.sql<{ detail: unknown }[]>`
    SELECT detail FROM syncline_control.audit_entries WHERE action = 'secrets.rewrap'`;
  expect(entry?.detail).toEqual({ ...done });
  await both.close();
  const alone = await openControlPlane({ url, masterKey: next, applicationName: "alone" });
  const again = await withIdempotency(alone, call, { key: "k", requestDigest: "d" }, async () => {
    throw new Error("done already");
  });
  expect(again.response).toEqual({ secret: "shown once" });
  expect(await writeCheckpoint(alone, call.scope.organizationId)).not.toBeNull();
  await alone.close();
});
