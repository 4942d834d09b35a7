import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { openConnection } from "@syncline/pg-adapter";
import { recordGuarantee } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";
import { resolveBySystem } from "./guarded-lookup.ts";
import { type Egress, openEgress } from "./open-egress.ts";
import { addressSpellings } from "./testing/address-spellings.ts";

/** The one address of this machine that the operator allows: redirectors listen there. */
const ALLOWED = "127.77.0.1";
const OWN = Object.values(networkInterfaces()).flatMap((found) =>
  (found ?? []).map(({ address }) => address),
);
const SPELLINGS = addressSpellings(OWN.map((address) => address.split("%")[0] ?? ""));

let victims: Server[];
let redirector: HttpServer;
let victimPort: number;
let redirectorPort: number;
let reached: string[] = [];
let asked = 0;
let allowedConnections = 0;
let location = "";

const listen = (server: Server | HttpServer, port: number, host: string) =>
  new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });

beforeAll(async () => {
  const victim = () =>
    createServer((socket) => {
      reached.push(`${socket.localAddress}`);
      socket.on("error", () => {});
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret");
    });
  redirector = createHttpServer((request, answer) => {
    request.resume();
    answer.writeHead(307, { location: Buffer.from(location).toString("latin1") }).end();
  });
  redirector.on("connection", () => {
    allowedConnections += 1;
  });
  const first = victim();
  victimPort = await listen(first, 0, "127.0.0.1");
  victims = [first];
  // Everything else that leads here: each a socket of its own, so that what is reached is counted.
  for (const host of [
    "::1",
    "127.0.0.2",
    "127.255.255.254",
    ...OWN.filter((each) => !each.startsWith("127.") && each !== "::1"),
  ]) {
    const server = victim();
    const listening = await listen(server, victimPort, host).catch(() => 0);
    if (listening !== 0) victims.push(server);
  }
  redirectorPort = await listen(redirector, 0, ALLOWED);
});

afterAll(() => {
  for (const server of [...victims, redirector]) server.close();
});

/** Names whose answers change from call to call, as a rebinding name service gives them. */
function openGuarded(): Egress {
  return openEgress({
    policy: createAddressPolicy([`${ALLOWED}/32`]),
    resolve: async (host) => {
      asked += 1;
      if (host === "public.test") return [{ address: ALLOWED, family: 4 }];
      if (host === "internal.test") return [{ address: "127.0.0.1", family: 4 }];
      if (host === "mixed.test")
        return [
          { address: ALLOWED, family: 4 },
          { address: "127.0.0.1", family: 4 },
        ];
      if (host === "rebound.test") return [{ address: asked % 2 === 0 ? ALLOWED : "127.0.0.1", family: 4 }];
      return resolveBySystem(host);
    },
  });
}

const post = (egress: Egress, url: string) =>
  egress
    .post({
      url,
      headers: { authorization: "Bearer x" },
      body: Buffer.from("{}"),
      timeoutMs: 3_000,
      maxAnswerBytes: 1_000,
    })
    .then(
      (answer) => `answered ${answer.status}`,
      (error: { code?: string }) => error.code ?? String(error),
    );

test("the victims can be reached, so that a connection would be seen", async () => {
  await fetch(`http://127.0.0.1:${victimPort}/`);
  await fetch(`http://0x7f.1:${victimPort}/`);
  expect(reached).toHaveLength(2);
  reached = [];
});

test("250 spellings of inner addresses: directly, by redirect and by rebinding", async () => {
  expect(SPELLINGS.length).toBeGreaterThanOrEqual(250);
  const egress = openGuarded();
  const outcomes = new Map<string, number>();
  const note = (how: string, outcome: string) =>
    outcomes.set(`${how} ${outcome}`, (outcomes.get(`${how} ${outcome}`) ?? 0) + 1);
  for (const spelling of SPELLINGS) {
    const url = `http://${spelling}:${victimPort}/`;
    note("direct", await post(egress, url));
    location = url;
    note("redirect", await post(egress, `http://public.test:${redirectorPort}/`));
    note(
      "fetch",
      await egress.fetch(url).then(
        () => "answered",
        (error: { code?: string }) => error.code ?? String(error),
      ),
    );
    // The name is asked once a connection, and what it says next does not matter.
    const rebinding = openEgress({
      policy: createAddressPolicy([`${ALLOWED}/32`]),
      resolve: alternating(spelling.replace(/^\[|\]$/g, "")),
    });
    for (let again = 0; again < 2; again += 1)
      note("rebinding", await post(rebinding, `http://rebinding.test:${victimPort}/`));
  }
  for (let again = 0; again < 20; again += 1)
    note("rebound", await post(egress, `http://rebound.test:${victimPort}/`));
  const answered = [...outcomes.keys()].filter((outcome) => outcome.includes("answered"));
  const cases = SPELLINGS.length * 3;
  recordGuarantee({
    id: "G26",
    claim: "Nothing inside is reached through webhooks, remote servers or database hosts",
    figure: `${SPELLINGS.length} spellings × direct, redirect, rebinding (${cases} cases)`,
    failures: reached.length,
    details: [...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(", "),
  });
  expect(reached).toEqual([]);
  expect(answered).toEqual([]);
  expect(allowedConnections).toBeGreaterThanOrEqual(SPELLINGS.length);
  expect(outcomes.get("direct egress.refused")).toBeGreaterThan(250);
  expect(outcomes.get("redirect egress.refused")).toBeGreaterThan(250);
});

/** First an allowed address, then the inner one, and so on. */
function alternating(inner: string) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls % 2 === 1) return [{ address: ALLOWED, family: 4 }];
    return [{ address: inner, family: inner.includes(":") ? 6 : 4 }];
  };
}

test("database hosts: the same, in the connection itself", async () => {
  const egress = openGuarded();
  let refusals = 0;
  for (const spelling of SPELLINGS) {
    const host = spelling.replace(/^\[|\]$/g, "");
    const error = await openConnection(databaseAt(host, egress)).then(
      () => "connected",
      ({ code }: { code: string }) => code,
    );
    if (error === "egress.refused") refusals += 1;
    expect(error, host).toMatch(/^(egress\.refused|connection\.refused)$/);
  }
  for (const host of ["/var/run/postgresql", "/tmp"]) {
    await expect(openConnection(databaseAt(host, egress))).rejects.toMatchObject({ code: "egress.refused" });
    await expect(egress.assertAllowedHost(host)).rejects.toMatchObject({ code: "egress.refused" });
  }
  await expect(egress.assertAllowedHost("internal.test")).rejects.toMatchObject({ code: "egress.refused" });
  await egress.assertAllowedHost("public.test");
  expect(reached).toEqual([]);
  expect(refusals).toBeGreaterThan(240);
});

function databaseAt(host: string, egress: Egress) {
  return {
    host,
    port: victimPort,
    database: "d",
    user: "u",
    sslMode: "prefer" as const,
    connectTimeoutMs: 3_000,
    applicationName: "test",
    lookup: egress.lookup,
  };
}
