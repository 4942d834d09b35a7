import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EMPTY_CONFIG, readServiceSettings } from "@syncline/config";
import { countSealed, createServer, openServerUrl } from "@syncline/control-plane";
import { createLogger } from "@syncline/observability";
import { createTestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee } from "@syncline/tooling-vitest";
import { afterAll, expect, it } from "vitest";
import { openState } from "./open-state.ts";
import { rotateStateKey } from "./rotate-state-key.ts";
import { masterKeysOf, replaceMasterKey } from "./state/state-folder.ts";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

const [older, newer] = [randomBytes(32).toString("base64"), randomBytes(32).toString("hex")];
const settings = (current: string, previous = "") => ({
  SYNCLINE_MASTER_KEY: current,
  SYNCLINE_MASTER_KEY_PREVIOUS: previous,
  SYNCLINE_REQUESTS_PER_MINUTE: "1000000",
});

const running: TestService[] = [];
afterAll(async () => {
  for (const one of running.toReversed()) await one.stop();
});

async function replica(environment: Readonly<Record<string, string>>): Promise<TestService> {
  const [first] = running;
  const made = await startTestService({
    label: "master_key",
    config: () => placesConfig("postgres://nobody@127.0.0.1:1/none"),
    environment,
    ...(first === undefined ? {} : { beside: first }),
  });
  running.push(made);
  return made;
}

it("changes the master key of two replicas under load, without a failed request", {
  timeout: 120_000,
}, async () => {
  let serving = [await replica(settings(older)), await replica(settings(older))];
  const [{ key, database }] = serving as [TestService];
  const failed: string[] = [];
  let asked = 0;
  let loading = true;
  /** As behind a balancer: the replicas that serve now take turns, and each answer of one is asked of the other again. */
  const load = Array.from({ length: 3 }, async (_, caller) => {
    for (let n = 0; loading; n += 1) {
      const pick = () => serving[asked % serving.length] as TestService;
      const idempotency = { "Idempotency-Key": `${caller}-${n}` };
      const ask = async (method: string, path: string, body?: unknown, headers = {}) => {
        asked += 1;
        const answer = await pick().ask(method, `/api/v1${path}`, {
          key,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        if (answer.status >= 400) failed.push(`${method} ${path}: ${answer.status} ${answer.text}`);
        return answer;
      };
      await ask("POST", "/servers", { name: `s${caller}-${n}`, url: "postgres://u:p@8.8.8.8/app" });
      const made = await ask("POST", "/webhooks", {
        name: `w${caller}-${n}`,
        url: "https://8.8.8.8/x",
        events: ["*"],
      });
      await ask("PATCH", `/webhooks/${made.json.webhook?.id ?? made.json.id}`, { enabled: false });
      const job = { source: "a:x:y", target: "b:x:y" };
      const first = await ask("POST", "/diff", job, idempotency);
      const again = await ask("POST", "/diff", job, idempotency);
      if (first.json.id !== again.json.id) failed.push("another answer under the same key");
      await ask("GET", "/webhooks?limit=5");
    }
  });
  const turn = async (environment: Readonly<Record<string, string>>) => {
    const old = serving;
    serving = [await replica(environment), await replica(environment)];
    // Those before are out of the balancer, and end when they have answered.
    for (const each of old) await each.service.drain();
  };
  await turn(settings(older, newer));
  await turn(settings(newer, older));
  const admin = serving[0] as TestService;
  const status = async () =>
    (await admin.ask("GET", "/api/v1/secrets", { key })).json.keys as { current: boolean; secrets: number }[];
  expect((await status()).find(({ current }) => !current)?.secrets).toBeGreaterThan(0);
  const { json } = await admin.ask("POST", "/api/v1/secrets/rewrap", { key });
  expect(json).toMatchObject({ failed: 0 });
  const left = (await status())
    .filter(({ current }) => !current)
    .reduce((sum, { secrets }) => sum + secrets, 0);
  await turn(settings(newer));
  await new Promise((resolve) => setTimeout(resolve, 500));
  loading = false;
  await Promise.all(load);
  recordGuarantee({
    id: "G24",
    claim: "the master key changes without a failed request, and nothing is left under the older one",
    figure: `${asked} requests, 8 replicas in turn, ${json.rewrapped} secrets wrapped anew`,
    failures: failed.length + left,
    details: "two replicas at a time, three restarts of each; servers, webhooks, repeated requests",
  });
  expect(failed).toEqual([]);
  expect(left).toBe(0);
  expect(asked).toBeGreaterThan(50);
  await expect(
    openState(settingsOf({ ...settings(older), SYNCLINE_DATABASE_URL: database.url }, admin.folder), {
      applicationName: "old",
      embedded: "start",
      logger,
    }),
  ).rejects.toMatchObject({ code: "encryption.wrong_key" });
});

const logger = createLogger({ level: "silent" });
const settingsOf = (environment: Readonly<Record<string, string>>, folder: string) =>
  readServiceSettings({ flags: {}, environment, config: EMPTY_CONFIG, folder });

it("changes the key of a state folder, also when it is broken off anywhere", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "syncline-key-"));
  const state = join(folder, "state");
  const set = settingsOf({ SYNCLINE_STATE_DIRECTORY: state }, folder);
  const open = () => openState(set, { applicationName: "test", embedded: "start", logger });
  const url = "postgres://u:p@h/d";
  const first = await open();
  const call = { scope: first.controlPlane.defaultScope, actor: "test" };
  await createServer(first.controlPlane, call, { name: "kept", url, tenancy: { kind: "schema" } });
  await first.close();
  const before = readFileSync(join(state, "master.key"), "utf8");
  const opens = async () => {
    const again = await open();
    expect(await openServerUrl(again.controlPlane, call.scope, { name: "kept" })).toBe(url);
    await again.close();
  };
  // Died after the files, before a secret was wrapped.
  replaceMasterKey(state);
  expect(masterKeysOf(state).previous.length).toBe(1);
  await opens();
  const half = readFileSync(join(state, "master.key"), "utf8");
  const done = await rotateStateKey(set, logger);
  expect(done.rewrapped).toBe(2);
  // It went on with the key that was there.
  expect(readFileSync(join(state, "master.key"), "utf8")).toBe(half);
  expect(half).not.toBe(before);
  expect(existsSync(join(state, "master.key.previous"))).toBe(false);
  await opens();
  expect((await rotateStateKey(set, logger)).keyId).not.toBe(done.keyId);
  await opens();
  await expect(rotateStateKey(settingsOf(settings(older), folder), logger)).rejects.toMatchObject({
    code: "usage.invalid",
  });
  await rm(folder, { recursive: true, force: true });
});

it("changes the key of a state folder once at a time, and not under a process that starts", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "syncline-key-"));
  const database = await createTestDatabase("state_key");
  const own = { SYNCLINE_STATE_DIRECTORY: join(folder, "state"), SYNCLINE_DATABASE_URL: database.url };
  const set = settingsOf(own, folder);
  const open = () => openState(set, { applicationName: "test", embedded: "start", logger });
  await (await open()).close();
  for (let round = 0; round < 4; round += 1) {
    const tries = await Promise.allSettled([
      rotateStateKey(set, logger),
      rotateStateKey(set, logger),
      open(),
    ]);
    const opened = tries[2];
    if (opened.status === "fulfilled") {
      const { controlPlane, close } = opened.value;
      const name = `s${round}`;
      const call = { scope: controlPlane.defaultScope, actor: "test" };
      await createServer(controlPlane, call, {
        name,
        url: "postgres://u:p@h/d",
        tenancy: { kind: "schema" },
      });
      await close();
    }
    // Whatever came of it, the folder's keys open everything.
    const after = await open();
    expect((await countSealed(after.controlPlane)).filter(({ known }) => !known)).toEqual([]);
    await after.close();
  }
  const inUse = await open();
  await expect(rotateStateKey(set, logger)).rejects.toMatchObject({ code: "target.locked" });
  await inUse.close();
  await rotateStateKey(set, logger);
  await (await open()).close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

it("takes the key from a command, and says nothing of what it printed", () => {
  const read = (command: string, more = {}) =>
    settingsOf({ SYNCLINE_MASTER_KEY_COMMAND: command, ...more }, "/tmp").masterKey;
  expect(read('["echo", "abc"]', { SYNCLINE_MASTER_KEY_PREVIOUS: "one, two\nthree" })).toMatchObject({
    previous: { length: 3 },
  });
  expect(read('["echo", "abc"]').current?.reveal()).toBe("abc");
  for (const [command, code] of [
    ["vault read", "usage.invalid"],
    ["[]", "usage.invalid"],
    ['["no-such-program"]', "config.secret_unavailable"],
    ['["sh", "-c", "echo hidden; echo hidden >&2; exit 3"]', "config.secret_unavailable"],
    ['["true"]', "config.secret_unavailable"],
  ] as const)
    expect(() => read(command)).toThrow(
      expect.objectContaining({ code, message: expect.not.stringContaining("hidden") }),
    );
  expect(() => read('["echo", "abc"]', { SYNCLINE_MASTER_KEY: "x" })).toThrow("both set");
});
