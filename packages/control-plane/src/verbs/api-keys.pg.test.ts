import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openControlPlane } from "../open-control-plane.ts";
import { listKeys } from "../queries/list-keys.ts";
import { openServerUrl } from "../queries/list-servers.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { authenticateKey } from "./authenticate-key.ts";
import { bootstrapKey } from "./bootstrap-key.ts";
import { createApiKey } from "./create-api-key.ts";
import { createOrganization } from "./create-organization.ts";
import { createServer } from "./create-server.ts";
import { rewrapAll } from "./rewrap-all.ts";
import { revokeApiKey, rotateApiKey } from "./rotate-api-key.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_keys");
});
afterAll(() => test.close());

it("gives the first key once, to one of many that ask at the same time", async () => {
  const issued = await Promise.all(Array.from({ length: 6 }, () => bootstrapKey(test.cp)));
  const given = issued.filter((each) => each !== null);
  expect(given).toHaveLength(1);
  expect(given[0]?.key.scopes).toEqual(["*"]);
  expect(await bootstrapKey(test.cp)).toBeNull();
  expect(await authenticateKey(test.cp, given[0]?.token ?? "")).toMatchObject({ id: given[0]?.key.id });
});

it("gives another one when it is asked for, or when none works any more", async () => {
  const { cp, call } = test;
  const live = async () =>
    (await listKeys(cp, call.scope)).items.filter(({ revokedAt }) => revokedAt === null);
  const another = await bootstrapKey(cp, { anew: true });
  expect(await authenticateKey(cp, another?.token ?? "")).toMatchObject({ scopes: ["*"], projectId: null });
  await createApiKey(cp, call, { name: "less", scopes: ["runs:read"] });
  await createApiKey(cp, call, { name: "one project", scopes: ["*"], projectId: call.scope.projectId });
  expect(await bootstrapKey(cp)).toBeNull();
  for (const { id } of await live()) await revokeApiKey(cp, call, { keyId: id });
  const again = await bootstrapKey(cp);
  expect(await authenticateKey(cp, again?.token ?? "")).toMatchObject({ scopes: ["*"], projectId: null });
  expect((await live()).map(({ id }) => id)).toEqual([again?.key.id]);
});

it("stores no secret, and its digest is worth nothing without the master key", async () => {
  const { token } = await createApiKey(test.cp, test.call, { name: "ci", scopes: ["run:read"] });
  const secret = token.split("_").slice(2).join("_");
  expect(Buffer.from(secret, "base64url")).toHaveLength(32);
  const dump = JSON.stringify([
    await test.database.query("SELECT * FROM syncline_control.api_keys"),
    await test.database.query("SELECT * FROM syncline_control.audit_entries"),
    await test.database.query("SELECT * FROM syncline_control.events"),
    await test.database.query("SELECT * FROM syncline_control.identity"),
  ]);
  expect(dump).not.toContain(secret);
  const wrongKey = new MasterKey(randomBytes(32));
  const { url } = test.database;
  await expect(
    openControlPlane({ url, masterKey: wrongKey, applicationName: "thief" }),
  ).rejects.toMatchObject({
    code: "encryption.wrong_key",
  });
});

it("refuses unknown, wrong, malformed, expired and revoked keys alike", async () => {
  const { cp, call } = test;
  const { token, key } = await createApiKey(cp, call, { name: "a", scopes: [] });
  const other = await createApiKey(cp, call, { name: "b", scopes: [] });
  const [, , secretOfOther = ""] = /^slk_([a-z0-9]+)_(.*)$/.exec(other.token) ?? [];
  const wrong = [
    "",
    "slk_",
    token.slice(0, -1),
    `${token}x`,
    `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
    `slk_${key.publicId}_${secretOfOther}`,
    `slk_${"0".repeat(18)}_${secretOfOther}`,
    `slk_x'; DROP TABLE syncline_control.api_keys; --_${secretOfOther}`,
  ];
  for (const each of wrong) expect(await authenticateKey(cp, each)).toBeNull();
  expect(await authenticateKey(cp, token)).toMatchObject({
    id: key.id,
    organizationId: call.scope.organizationId,
  });
  await revokeApiKey(cp, call, { keyId: key.id });
  expect(await authenticateKey(cp, token)).toBeNull();
  const ended = await createApiKey(cp, call, {
    name: "c",
    scopes: [],
    expiresAt: new Date(Date.now() + 150),
  });
  expect(await authenticateKey(cp, ended.token)).not.toBeNull();
  await sleep(200);
  expect(await authenticateKey(cp, ended.token)).toBeNull();
});

it("notes the last use at most once a minute", async () => {
  const { cp, call, database } = test;
  const { token, key } = await createApiKey(cp, call, { name: "used", scopes: [] });
  const lastUse = async () =>
    (
      await database.query("SELECT xmin::text, last_used_at FROM syncline_control.api_keys WHERE id = $1", [
        key.id,
      ])
    )[0];
  await authenticateKey(cp, token);
  const first = await lastUse();
  expect(first?.["last_used_at"]).toBeInstanceOf(Date);
  await Promise.all(Array.from({ length: 5 }, () => authenticateKey(cp, token)));
  expect(await lastUse()).toEqual(first);
  await database.query(
    "UPDATE syncline_control.api_keys SET last_used_at = now() - interval '61 s' WHERE id = $1",
    [key.id],
  );
  await authenticateKey(cp, token);
  expect((await lastUse())?.["xmin"]).not.toBe(first?.["xmin"]);
});

it("rotates with two live keys, never three", async () => {
  const { cp, call } = test;
  const one = await createApiKey(cp, call, { name: "line", scopes: ["job:read"] });
  const two = await rotateApiKey(cp, call, { keyId: one.key.id, overlapMs: 60_000 });
  expect(two.key).toMatchObject({ name: "line", scopes: ["job:read"], rotates: one.key.id });
  expect(await authenticateKey(cp, one.token)).not.toBeNull();
  expect(await authenticateKey(cp, two.token)).not.toBeNull();
  await expect(rotateApiKey(cp, call, { keyId: one.key.id, overlapMs: 1 })).rejects.toMatchObject({
    code: "resource.changed",
  });
  const three = await rotateApiKey(cp, call, { keyId: two.key.id, overlapMs: 60_000 });
  expect(await authenticateKey(cp, one.token)).toBeNull();
  expect(await authenticateKey(cp, two.token)).not.toBeNull();
  const { key } = await rotateApiKey(cp, call, { keyId: three.key.id, overlapMs: 0 });
  expect(await authenticateKey(cp, three.token)).toBeNull();
  const listed = await listKeys(cp, call.scope, { limit: 1 });
  expect(listed.items).toMatchObject([{ id: key.id }]);
  expect(JSON.stringify(listed)).not.toContain("digest");
});

it("makes no key for a project of somebody else", async () => {
  const other = await createOrganization(test.cp, { slug: "keys-other", actor: "tester" });
  const input = { name: "x", scopes: [], projectId: other.projectId };
  await expect(createApiKey(test.cp, test.call, input)).rejects.toMatchObject({ code: "resource.not_found" });
});

it("changes the master key: sealed secrets and every key keep working, the old key opens nothing more", async () => {
  const { cp, call, masterKey, database } = test;
  const { token } = await createApiKey(cp, call, { name: "kept", scopes: [] });
  await createServer(cp, call, { name: "prod", url: "postgres://u:pw@h/db", tenancy: { kind: "schema" } });
  const next = new MasterKey(randomBytes(32));
  const { url } = database;
  const both = await openControlPlane({
    url,
    masterKey: next,
    previousMasterKeys: [masterKey],
    applicationName: "rotate",
  });
  expect(await rewrapAll(both)).toEqual({ rewrapped: 2, failed: 0 });
  expect(await rewrapAll(both)).toEqual({ rewrapped: 0, failed: 0 });
  await both.close();
  const after = await openControlPlane({ url, masterKey: next, applicationName: "after" });
  expect(await openServerUrl(after, call.scope, { name: "prod" })).toBe("postgres://u:pw@h/db");
  expect(await authenticateKey(after, token)).not.toBeNull();
  await after.close();
  await expect(openControlPlane({ url, masterKey, applicationName: "old" })).rejects.toMatchObject({
    code: "encryption.wrong_key",
  });
});
