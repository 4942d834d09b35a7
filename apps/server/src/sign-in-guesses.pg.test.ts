import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ControlPlane, hashPassword, takeSignInAttempt } from "@syncline/control-plane";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBeside } from "./testing/other-organization.ts";
import { makePerson, type TestPerson } from "./testing/people.ts";
import { startTestService, type TestService } from "./testing/start-test-service.ts";

const PASSWORD = "a long way to go home";

let server: TestService;
let cp: ControlPlane;
let person: TestPerson;

beforeAll(async () => {
  server = await startTestService({
    label: "guessing",
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  const masterKey = readFileSync(join(server.folder, "state", "master.key"), "utf8");
  cp = await openBeside(server.database.url, masterKey);
  person = await withPassword();
});
afterAll(async () => {
  await cp.close();
  await server.stop();
});

async function withPassword(): Promise<TestPerson> {
  const made = await makePerson(cp, { url: server.url, role: "viewer" });
  await server.database.query("UPDATE syncline_control.users SET password_hash = $1 WHERE id = $2", [
    await hashPassword(PASSWORD),
    made.userId,
  ]);
  return made;
}

const signIn = (email: string, password: string, at: TestService = server) =>
  at.ask("POST", "/api/v1/sign-in", { key: null, body: { email, password } });

const buckets = "DELETE FROM syncline_control.sign_in_failures";

it("is slowed down over all replicas, for nobody's address as for somebody's, whatever comes at once", async () => {
  await server.database.query(buckets);
  const replica = await startTestService({ label: "guessing", beside: server });
  try {
    for (const email of [person.email, "nobody-at-all@example.test"]) {
      const ask = (at: TestService) => signIn(email, "not the password", at);
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, n) => ask(n % 2 === 0 ? server : replica)),
      );
      const tried = answers.filter(({ status }) => status === 401);
      // Five, and one more for each second of pause that has passed meanwhile.
      expect(tried.length).toBeGreaterThanOrEqual(5);
      expect(tried.length).toBeLessThanOrEqual(7);
      const slowed = answers.find(({ status }) => status === 429);
      expect(Number(slowed?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
  } finally {
    await replica.stop();
  }
});

it("from all the addresses that one machine can have counts as from one", async () => {
  await server.database.query(buckets);
  const attempt = (n: number) =>
    takeSignInAttempt(cp, { emailKey: `sprayed${n}@example.test`, address: `2001:db8:0:7::${n + 1}` });
  for (let n = 0; n < 20; n += 1) await attempt(n);
  await expect(attempt(20)).rejects.toMatchObject({ code: "request.rate_exceeded" });
  await server.database.query(buckets);
});

it("makes the owner wait a minute at most, and not where they are known", async () => {
  const [known, elsewhere] = [await withPassword(), await withPassword()];
  expect((await signIn(known.email, PASSWORD)).status).toBe(200);
  for (const { email } of [known, elsewhere])
    await server.database.query("INSERT INTO syncline_control.sign_in_failures VALUES ($1, 400, now())", [
      cp.credentials.digest("sign-in", `account:${email}`),
    ]);
  expect((await signIn(known.email, PASSWORD)).status).toBe(200);
  const paused = await signIn(elsewhere.email, PASSWORD);
  expect([paused.status, paused.json.code]).toEqual([429, "request.rate_exceeded"]);
  expect(Number(paused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
  await server.database.query(
    "UPDATE syncline_control.sign_in_failures SET last_at = last_at - interval '61 seconds'",
  );
  expect((await signIn(elsewhere.email, PASSWORD)).status).toBe(200);
});

it("takes as long for an address that nobody has", async () => {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < 5; n += 1)
    for (const kind of ["known", "unknown"] as const) {
      await server.database.query(buckets);
      const email = kind === "known" ? person.email : "nobody-here@example.test";
      const startedAt = performance.now();
      await signIn(email, "not the password");
      times[kind].push(performance.now() - startedAt);
    }
  const median = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  const ratio = median(times.known) / median(times.unknown);
  process.stderr.write(
    `sign-in: known ${median(times.known).toFixed(0)} ms, unknown ${median(times.unknown).toFixed(0)} ms\n`,
  );
  expect(ratio).toBeGreaterThan(0.4);
  expect(ratio).toBeLessThan(2.5);
});
