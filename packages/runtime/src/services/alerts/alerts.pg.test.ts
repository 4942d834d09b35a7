import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  appendEvent,
  createJob,
  createRun,
  createWebhook,
  listDeliveries,
  registerWorker,
  updateWebhook,
} from "@syncline/control-plane";
import { jobSchema } from "@syncline/jobs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createAddressPolicy, openEgress } from "../../egress/index.ts";
import type { PollingService } from "../polling-service.ts";
import { SILENT } from "../service.ts";
import { openServiceWorld, type ServiceWorld } from "../testing/service-world.ts";
import { createAlertServices, sendTestMessage } from "./index.ts";

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let world: ServiceWorld;
let receiver: Server;
let base: string;
let received: Received[] = [];
let answers: ((path: string) => number | "hang")[] = [];
const running: { readonly services: readonly PollingService[]; readonly ended: Promise<unknown> }[] = [];

beforeAll(async () => {
  world = await openServiceWorld("alerts");
  receiver = createServer(async (request, answer) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    const path = request.url ?? "";
    received.push({ path, headers: request.headers, body });
    const status = answers.shift()?.(path) ?? 200;
    if (status === "hang") return;
    const location = status === 302 ? { location: "http://169.254.169.254/" } : {};
    answer.writeHead(status, location).end("thanks");
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const address = receiver.address();
  base = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
});

afterEach(async () => {
  for (const { services, ended } of running.splice(0)) {
    await Promise.all(services.map((service) => service.drain()));
    await ended;
  }
  await world.cp.sql`DELETE FROM syncline_control.webhooks`;
  received = [];
  answers = [];
});

afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await world.close();
});

const egress = openEgress({ policy: createAddressPolicy(["127.0.0.0/8"]) });

function start(more: Partial<Parameters<typeof createAlertServices>[0]> = {}) {
  const services = createAlertServices({
    controlPlane: world.cp,
    egress: () => egress,
    version: "1.2.3",
    onDuty: () => true,
    staleAfterMs: () => null,
    silenceEveryMs: 50,
    log: SILENT,
    reached: () => {},
    intervalMs: 40,
    timeoutMs: 400,
    random: () => 0,
    ...more,
  });
  running.push({ services, ended: Promise.allSettled(services.map((service) => service.run())) });
  return services;
}

const webhook = (name: string, events: readonly string[] = ["*"], url = `${base}/${name}`) =>
  createWebhook(world.cp, world.call, { name, url, events });

const emit = (type: string, payload: Record<string, unknown> = {}) =>
  appendEvent(world.cp, { organizationId: world.call.scope.organizationId, type, payload });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await condition()) return;
    await sleep(40);
  }
  throw new Error("it did not happen within 10 s");
}

const deliveriesOf = async (webhookId: string) =>
  (await listDeliveries(world.cp, world.call.scope, { webhookId })).items;

/** What waits for its next try is due now. */
const dueNow = () =>
  world.cp
    .sql`UPDATE syncline_control.deliveries SET next_try_at = now() WHERE state IN ('waiting', 'sending')`;

test("an event reaches the webhooks that want it, once, signed, without more than names and counts", async () => {
  const all = await webhook("all");
  await webhook("dead", ["run.dead"]);
  await webhook("prefix", ["run.*"]);
  await webhook("off");
  const { items } = {
    items: await world.cp.sql`SELECT id FROM syncline_control.webhooks WHERE name = 'off'`,
  };
  await updateWebhook(world.cp, world.call, { webhookId: String(items[0]?.["id"]), enabled: false });
  await emit("run.failed", { runId: "r-1", name: "nightly", error: { code: "connection.lost" } });
  await emit("run.progress", { rows: 1 });
  start();
  start();
  await until(() => received.length >= 2);
  await sleep(300);
  expect(received.map(({ path }) => path).sort()).toEqual(["/all", "/prefix"]);
  const [message] = received.filter(({ path }) => path === "/all");
  const {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  } = message?.headers ?? {};
  const key = Buffer.from(all.secret.replace("whsec_", ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${message?.body}`).digest("base64");
  expect(signature).toBe(`v1,${expected}`);
  expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(30);
  expect(JSON.parse(message?.body ?? "")).toEqual({
    type: "run.failed",
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    data: { runId: "r-1", name: "nightly", error: { code: "connection.lost" } },
  });
  expect(message?.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "Syncline/1.2.3",
  });
  const [delivery] = await deliveriesOf(all.webhook.id);
  expect(delivery).toMatchObject({ id, state: "delivered", tries: 1, lastStatus: 200 });
});

test("a webhook does not hear of what was before it, and a new process tells nothing twice", async () => {
  await emit("run.failed", { runId: "before" });
  await sleep(20);
  const { webhook: made } = await webhook("late");
  await emit("run.dead", { runId: "after" });
  start();
  await until(() => received.length > 0);
  start();
  await sleep(400);
  expect(received.map(({ body }) => JSON.parse(body).data.runId)).toEqual(["after"]);
  expect(await deliveriesOf(made.id)).toHaveLength(1);
});

test("a receiver that fails, hangs and redirects inside gets the same message until it takes it", async () => {
  const { webhook: made } = await webhook("flaky");
  answers = [() => 500, () => "hang", () => 302, () => 429, () => 204];
  await emit("run.partial", { runId: "r" });
  start();
  for (let tries = 1; tries <= 4; tries += 1) {
    await until(async () => {
      const [delivery] = await deliveriesOf(made.id);
      return delivery?.state === "waiting" && delivery.tries === tries;
    });
    const [delivery] = await deliveriesOf(made.id);
    const waitMs = (delivery?.nextTryAt.getTime() ?? 0) - Date.now();
    expect(waitMs).toBeGreaterThan([0, 8_000, 110_000, 590_000, 3_500_000][tries] ?? 0);
    expect(delivery?.lastStatus).toBe([null, 500, null, 302, 429][tries]);
    await dueNow();
  }
  await until(async () => (await deliveriesOf(made.id))[0]?.state === "delivered");
  expect(received).toHaveLength(5);
  expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
});

test("after eight tries it is a dead letter; 410 and addresses inside are at once", async () => {
  const { webhook: failing } = await webhook("failing");
  const { webhook: inside } = await webhook("inside", ["*"], "http://10.0.0.1/hook?token=abc");
  answers = Array.from({ length: 8 }, () => () => 503);
  await emit("run.conflicted", { runId: "r" });
  start();
  for (let tries = 1; tries < 8; tries += 1) {
    await until(async () => {
      const [delivery] = await deliveriesOf(failing.id);
      return delivery?.state === "waiting" && delivery.tries === tries;
    });
    await dueNow();
  }
  await until(async () => (await deliveriesOf(failing.id))[0]?.state === "dead");
  expect(received).toHaveLength(8);
  const [refused] = await deliveriesOf(inside.id);
  expect(refused).toMatchObject({ state: "dead", tries: 1, lastStatus: null });
  expect(refused?.lastError).toContain("must not be reached");
  expect(refused?.lastError).not.toContain("token");
  const { webhook: gone } = await webhook("gone");
  answers = [(path) => (path === "/gone" ? 410 : 200), (path) => (path === "/gone" ? 410 : 200)];
  await emit("run.failed", { runId: "r2" });
  await until(async () => (await deliveriesOf(gone.id))[0]?.state === "dead");
  expect((await deliveriesOf(gone.id))[0]).toMatchObject({ tries: 1, lastStatus: 410 });
});

test("a sender that dies after sending sends again under the same id", async () => {
  const { webhook: made } = await webhook("twice");
  await emit("run.failed", { runId: "r" });
  let dies = true;
  start({
    reached: (point) => {
      if (point === "alert-sent" && dies) throw new Error("killed here");
    },
  });
  await until(() => received.length === 1);
  await sleep(200);
  expect((await deliveriesOf(made.id))[0]).toMatchObject({ state: "sending", tries: 1 });
  expect(received).toHaveLength(1);
  dies = false;
  await dueNow();
  await until(async () => (await deliveriesOf(made.id))[0]?.state === "delivered");
  expect(received.map(({ headers }) => headers["webhook-id"])).toEqual([
    received[0]?.headers["webhook-id"],
    received[0]?.headers["webhook-id"],
  ]);
});

test("receivers that hang do not hold up others, and a stop gives messages back", async () => {
  const { webhook: slow } = await webhook("slow");
  answers = [() => "hang"];
  await emit("run.failed", { runId: "1" });
  const services = start({ timeoutMs: 60_000 });
  await until(() => received.length === 1);
  await webhook("quick");
  await emit("run.failed", { runId: "2" });
  await until(() => received.some(({ path }) => path === "/quick"));
  const begun = performance.now();
  await Promise.all(services.map((service) => service.drain()));
  expect(performance.now() - begun).toBeLessThan(15_000);
  const waiting = (await deliveriesOf(slow.id)).filter(({ state }) => state === "waiting");
  expect(waiting).toHaveLength(1);
  expect(waiting[0]?.nextTryAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
});

test("silence is told once: a job without success, a replica without a sign of life", async () => {
  await webhook("silence", ["job.stale", "replica.lost"]);
  const definition = jobSchema.parse({
    name: "hourly",
    kind: "diff",
    source: "src:public",
    target: "dst:public",
    schedule: { every: "1h" },
  });
  const job = await createJob(world.cp, world.call, { definition });
  const worker = await registerWorker(world.cp, { name: "replica-7", version: "1" });
  await world.cp.sql`UPDATE syncline_control.jobs SET updated_at = now() - interval '3 hours'`;
  await world.cp.sql`UPDATE syncline_control.workers SET heartbeat_at = now() - interval '1 minute'`;
  start({ staleAfterMs: () => 2 * 3_600_000 });
  start({ staleAfterMs: () => 2 * 3_600_000 });
  await until(() => received.length >= 2);
  await sleep(400);
  const messages = received.map(({ body }) => JSON.parse(body)).sort((a, b) => (a.type < b.type ? -1 : 1));
  expect(messages).toMatchObject([
    { type: "job.stale", data: { jobId: job.id, name: "hourly", succeededAt: null } },
    { type: "replica.lost", data: { workerId: worker.id, name: "replica-7" } },
  ]);
  // It succeeds, and is silent again.
  await createRun(world.cp, world.call, { definition, jobId: job.id, trigger: "manual", firstUnit: "whole" });
  await world.cp
    .sql`UPDATE syncline_control.events SET at = now() - interval '4 hours' WHERE type = 'job.stale'`;
  await world.cp
    .sql`UPDATE syncline_control.runs SET state = 'succeeded', finished_at = now() - interval '150 minutes'`;
  await until(() => received.length >= 3);
  expect(JSON.parse(received[2]?.body ?? "")).toMatchObject({ type: "job.stale" });
});

test("the test button sends also to a webhook that is switched off", async () => {
  const { webhook: made } = await webhook("button", ["run.dead"]);
  await updateWebhook(world.cp, world.call, { webhookId: made.id, enabled: false });
  start();
  const id = await sendTestMessage(world.cp, {
    organizationId: world.call.scope.organizationId,
    webhookId: made.id,
  });
  await until(() => received.length === 1);
  expect(received[0]?.headers["webhook-id"]).toBe(id);
  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ type: "test" });
});
