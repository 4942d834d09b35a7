import { afterAll, beforeAll, expect, it } from "vitest";
import { countLiveRuns } from "../queries/count-runs.ts";
import { listAudit } from "../queries/list-audit.ts";
import { getPatch, listPatches } from "../queries/list-patches.ts";
import { getServer, listServers, openServerUrl } from "../queries/list-servers.ts";
import { listDeliveries, listWebhooks } from "../queries/list-webhooks.ts";
import { listWorkers } from "../queries/list-workers.ts";
import { newWorker } from "../testing/run-steps.ts";
import { diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createRun } from "./create-run.ts";
import { createServer } from "./create-server.ts";
import { createWebhook } from "./create-webhook.ts";
import { claimDeliveries, enqueueDelivery, recordDelivery } from "./deliveries.ts";
import { electLeader } from "./elect-leader.ts";
import { pruneHistory } from "./prune-history.ts";
import { recordPatch, removeExpiredPatches } from "./record-patch.ts";
import { drainWorker, heartbeatWorker } from "./register-worker.ts";
import { removePatch } from "./remove-patch.ts";
import { removeServer, updateServer } from "./update-server.ts";
import { removeWebhook, syncConfigWebhooks, updateWebhook } from "./update-webhook.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_records");
});
afterAll(() => test.close());

const PATCH = {
  origin: "diff",
  source: "one:acme:*",
  target: "two:acme:*",
  hash: "ab",
  complete: true,
  operations: 3,
  bytes: 300,
  summary: { tables: [] },
  objectKey: "patches/1",
  indexKey: "patches/1.index",
} as const;

it("records a patch once, and removes its files when its time has passed", async () => {
  const { cp, call, database } = test;
  const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const patch = await recordPatch(cp, call, { ...PATCH, id, keepMs: 60_000 });
  expect(await recordPatch(cp, call, { ...PATCH, id, keepMs: null })).toEqual(patch);
  const kept = await recordPatch(cp, call, { ...PATCH, keepMs: null });
  expect((await listPatches(cp, call.scope)).items.map((each) => each.id)).toEqual([kept.id, id]);
  const removed: string[] = [];
  const remove = async ({ objectKey }: { objectKey: string }) => void removed.push(objectKey);
  expect(await removeExpiredPatches(cp, { remove })).toBe(0);
  await database.query("UPDATE syncline_control.patches SET expires_at = now() WHERE id = $1", [id]);
  const failing = removeExpiredPatches(cp, { remove: () => Promise.reject(new Error("disk")) });
  await expect(failing).rejects.toThrow("disk");
  expect(await removeExpiredPatches(cp, { remove })).toBe(1);
  expect(await removeExpiredPatches(cp, { remove })).toBe(0);
  expect(removed).toEqual(["patches/1"]);
  expect((await getPatch(cp, call.scope, { patchId: id })).removedAt).toBeInstanceOf(Date);
  await removePatch(cp, call, { patchId: kept.id });
  expect((await getPatch(cp, call.scope, { patchId: kept.id })).removedAt).toBeInstanceOf(Date);
});

it("keeps servers with their addresses sealed", async () => {
  const { cp, call, database } = test;
  const url = "postgres://app:hunter2@db.example:6432/shop?sslmode=require";
  const server = await createServer(cp, call, {
    name: "prod",
    url,
    tenancy: { kind: "schema" },
    protection: "protected",
    environment: "production",
  });
  expect(server).toMatchObject({ shown: "db.example:6432/shop", protection: "protected" });
  await expect(createServer(cp, call, { name: "prod", url, tenancy: {} })).rejects.toMatchObject({
    code: "resource.exists",
  });
  expect(await openServerUrl(cp, call.scope, { name: "prod" })).toBe(url);
  const stored = JSON.stringify([
    await database.query("SELECT * FROM syncline_control.servers"),
    await database.query("SELECT * FROM syncline_control.audit_entries"),
    await database.query("SELECT * FROM syncline_control.events"),
    await listServers(cp, call.scope),
  ]);
  expect(stored).not.toContain("hunter2");
  const other = "postgres://app:other@db.example/shop";
  await updateServer(cp, call, { serverId: server.id, url: other, environment: null });
  expect(await openServerUrl(cp, call.scope, { name: "prod" })).toBe(other);
  expect(await getServer(cp, call.scope, { serverId: server.id })).toMatchObject({
    environment: null,
    protection: "protected",
    tenancy: { kind: "schema" },
  });
  // What is sealed for one row opens in no other.
  const second = await createServer(cp, call, { name: "second", url, tenancy: {} });
  await database.query(
    "UPDATE syncline_control.servers SET sealed_url = (SELECT sealed_url FROM syncline_control.servers WHERE id = $1) WHERE id = $2",
    [server.id, second.id],
  );
  await expect(openServerUrl(cp, call.scope, { name: "second" })).rejects.toMatchObject({
    code: "control.damaged",
  });
  await removeServer(cp, call, { serverId: server.id });
  await expect(openServerUrl(cp, call.scope, { name: "prod" })).rejects.toMatchObject({
    code: "resource.not_found",
  });
  const { items } = await listAudit(cp, call.scope, { subjectId: server.id });
  expect(items.map(({ action }) => action)).toEqual(["server.remove", "server.update", "server.create"]);
  expect(items[1]?.detail).toMatchObject({ urlChanged: true, environment: null });
});

it("sends an event once to whoever wants it, again while it fails, and gives up when told", async () => {
  const { cp, call } = test;
  const { organizationId } = call.scope;
  const { webhook, secret } = await createWebhook(cp, call, {
    name: "alerts",
    url: "https://example.test/hook",
    events: ["run.*"],
  });
  expect(secret).toMatch(/^whsec_/);
  await createWebhook(cp, call, { name: "quiet", url: "https://example.test/q", events: ["job.deleted"] });
  const tell = () =>
    enqueueDelivery(cp, { organizationId, eventType: "run.failed", payload: { a: 1 }, eventId: 77 });
  expect(await tell()).toHaveLength(1);
  expect(await tell()).toHaveLength(0);
  const claimed = await Promise.all([1, 2, 3].map(() => claimDeliveries(cp, { limit: 10, leaseMs: 60_000 })));
  const [taken] = claimed.flat();
  expect(claimed.flat()).toHaveLength(1);
  expect(taken).toMatchObject({
    url: "https://example.test/hook",
    secret,
    delivery: { tries: 1, state: "sending" },
  });
  const deliveryId = taken?.delivery.id ?? "";
  const failed = { kind: "failed", status: 500, error: "answered 500", nextInMs: 0 } as const;
  expect(await recordDelivery(cp, { deliveryId, tries: 1, outcome: failed })).toBe(true);
  // The sender dies; what it tells later does not count.
  expect(await claimDeliveries(cp, { limit: 10, leaseMs: 0 })).toMatchObject([{ delivery: { tries: 2 } }]);
  expect(await claimDeliveries(cp, { limit: 10, leaseMs: 60_000 })).toMatchObject([
    { delivery: { tries: 3 } },
  ]);
  const delivered = { kind: "delivered", status: 204 } as const;
  expect(await recordDelivery(cp, { deliveryId, tries: 2, outcome: delivered })).toBe(false);
  expect(await recordDelivery(cp, { deliveryId, tries: 3, outcome: { ...failed, nextInMs: null } })).toBe(
    true,
  );
  expect(await claimDeliveries(cp, { limit: 10, leaseMs: 1 })).toEqual([]);
  expect((await listDeliveries(cp, call.scope, { state: "dead" })).items).toMatchObject([
    { id: deliveryId, lastStatus: 500, tries: 3 },
  ]);
  await updateWebhook(cp, call, { webhookId: webhook.id, enabled: false });
  expect(await enqueueDelivery(cp, { organizationId, eventType: "run.dead", payload: {} })).toEqual([]);
  const button = { organizationId, eventType: "test", payload: {}, webhookId: webhook.id };
  expect(await enqueueDelivery(cp, button)).toHaveLength(1);
  await removeWebhook(cp, call, { webhookId: webhook.id });
  expect((await listDeliveries(cp, call.scope)).items).toEqual([]);
});

it("follows the webhooks of the config", async () => {
  const { cp, call } = test;
  const hook = { name: "ops", url: "https://a.test/", events: ["*"], secret: "whsec_eA==" };
  for (let times = 0; times < 2; times += 1) await syncConfigWebhooks(cp, call, { webhooks: [hook] });
  const { items } = await listWebhooks(cp, call.scope);
  expect(items.map(({ name, origin }) => `${name} ${origin}`)).toEqual(["ops config", "quiet api"]);
  expect(JSON.stringify(items)).not.toContain("sealedSecret");
  await expect(
    updateWebhook(cp, call, { webhookId: items[0]?.id ?? "", enabled: false }),
  ).rejects.toMatchObject({
    code: "auth.denied",
  });
  await syncConfigWebhooks(cp, call, { webhooks: [{ ...hook, url: "https://b.test/" }] });
  expect((await listWebhooks(cp, call.scope)).items[0]).toMatchObject({
    id: items[0]?.id,
    url: "https://b.test/",
  });
  await expect(
    syncConfigWebhooks(cp, call, { webhooks: [{ ...hook, name: "quiet" }] }),
  ).rejects.toMatchObject({
    code: "config.invalid",
  });
  expect((await listWebhooks(cp, call.scope)).items).toHaveLength(2);
  await syncConfigWebhooks(cp, call, { webhooks: [] });
  expect((await listWebhooks(cp, call.scope)).items).toMatchObject([{ name: "quiet" }]);
});

it("elects one leader at a time, with growing terms, also after its session was ended", async () => {
  const { cp, database } = test;
  const [one, two] = [await newWorker(cp), await newWorker(cp)];
  const elected = await Promise.all(
    [one, two].map((workerId) => electLeader(cp, { duty: "tests", workerId })),
  );
  const [first, ...others] = elected.filter((each) => each !== null);
  expect(others).toEqual([]);
  expect(await first?.check()).toBe(true);
  const other = await electLeader(cp, { duty: "others", workerId: two });
  expect(other?.term).toBe(1n);
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND objid::bigint = (hashtext('tests')::bigint & 4294967295)`,
    [0x53594e4c],
  );
  expect(await first?.check()).toBe(false);
  expect(first?.lost.aborted).toBe(true);
  const next = await electLeader(cp, { duty: "tests", workerId: two });
  expect(next?.term).toBe((first?.term ?? 0n) + 1n);
  await next?.release();
  expect(next?.lost.aborted).toBe(true);
  const last = await electLeader(cp, { duty: "tests", workerId: one });
  expect(last?.term).toBe((first?.term ?? 0n) + 2n);
  await Promise.all([last?.release(), other?.release()]);
});

it("knows its workers and what is under way", async () => {
  const { cp, call } = test;
  const workerId = await newWorker(cp);
  expect((await heartbeatWorker(cp, { workerId })).draining).toBe(false);
  await drainWorker(cp, { workerId });
  expect((await listWorkers(cp)).find(({ id }) => id === workerId)?.draining).toBe(true);
  await expect(heartbeatWorker(cp, { workerId: call.scope.projectId })).rejects.toMatchObject({
    code: "resource.not_found",
    retryable: true,
  });
  await createRun(cp, call, { definition: diffJob(), trigger: "manual" });
  expect((await countLiveRuns(cp)).get("queued")).toBe(1);
});

it("removes what is old and nothing else", async () => {
  const { cp, call, database } = test;
  const old = await createRun(cp, call, { definition: diffJob(), trigger: "manual" });
  const live = await createRun(cp, call, { definition: diffJob(), trigger: "manual" });
  await database.query(
    "UPDATE syncline_control.runs SET state = 'succeeded', finished_at = now() - interval '2 days' WHERE id = $1",
    [old.id],
  );
  await database.query(
    "UPDATE syncline_control.events SET at = now() - interval '2 days' WHERE run_id = $1",
    [old.id],
  );
  const { organizationId } = call.scope;
  await database.query(
    `WITH person AS (
       INSERT INTO syncline_control.users (organization_id, email, email_key, name, created_by)
       VALUES ($1, 'old@example.test', 'old@example.test', 'Old', 'tester') RETURNING id)
     INSERT INTO syncline_control.sessions (organization_id, user_id, digest, method, expires_at)
     SELECT $1, id, 'd' || age, 'password', now() - age * interval '1 day' FROM person, generate_series(0, 2, 2) age`,
    [organizationId],
  );
  await database.query(
    `INSERT INTO syncline_control.invitations (organization_id, kind, grants, digest, created_by, expires_at)
     SELECT $1, 'invitation', '[]', 'd' || age, 'tester', now() - age * interval '1 day' FROM generate_series(0, 2, 2) age`,
    [organizationId],
  );
  await database.query(
    `INSERT INTO syncline_control.sign_in_failures (bucket, count, last_at)
     SELECT 'b' || age, 1, now() - age * interval '1 day' FROM generate_series(0, 2, 2) age`,
  );
  const day = 86_400_000;
  const ages = {
    eventsMs: day,
    idempotencyMs: day,
    runsMs: day,
    deliveriesMs: day,
    workersMs: day,
    signInsMs: day,
  };
  const audit = await database.query("SELECT count(*) AS n FROM syncline_control.audit_entries");
  expect(await pruneHistory(cp, ages)).toBe(5);
  expect(await pruneHistory(cp, ages)).toBe(0);
  expect(
    await database.query("SELECT id FROM syncline_control.runs WHERE id = ANY($1)", [[old.id, live.id]]),
  ).toEqual([{ id: live.id }]);
  expect(
    await database.query("SELECT count(*)::int AS n FROM syncline_control.work_units WHERE run_id = $1", [
      old.id,
    ]),
  ).toEqual([{ n: 0 }]);
  expect(await database.query("SELECT count(*) AS n FROM syncline_control.audit_entries")).toEqual(audit);
});
