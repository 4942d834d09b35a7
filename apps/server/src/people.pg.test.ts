import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ControlPlane, hashPassword } from "@syncline/control-plane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBeside } from "./testing/other-organization.ts";
import { makePerson, type TestPerson } from "./testing/people.ts";
import {
  type Answer,
  placesConfig,
  startTestService,
  type TestService,
} from "./testing/start-test-service.ts";

const PASSWORD = "a long way to go home";
const API = "/api/v1";

let server: TestService;
let cp: ControlPlane;
let admin: TestPerson;
let setupToken: string;

beforeAll(async () => {
  server = await startTestService({
    label: "people",
    config: () => placesConfig("postgres://nobody@127.0.0.1:1/none"),
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  setupToken = server.service.firstSetup ?? "";
  const masterKey = readFileSync(join(server.folder, "state", "master.key"), "utf8");
  cp = await openBeside(server.database.url, masterKey);
});
afterAll(async () => {
  await cp.close();
  await server.stop();
});

interface Browser {
  readonly cookie: string;
  readonly headers: Readonly<Record<string, string>>;
}

function browserOf(answer: Answer): Browser {
  const [pair = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  return {
    cookie: pair,
    headers: { Cookie: pair, Origin: server.url, "X-Syncline-CSRF": answer.json.csrf as string },
  };
}

/** As a browser does: no key. */
const as = (headers: Readonly<Record<string, string>>, method: string, path: string, body?: unknown) =>
  server.ask(method, API + path, { key: null, headers, ...(body === undefined ? {} : { body }) });
const signIn = (email: string, password: string, headers: Record<string, string> = {}) =>
  as(headers, "POST", "/sign-in", { email, password });

describe("the first administrator", () => {
  const input = { email: "Ada@Example.test", name: "Ada", password: PASSWORD };

  it("is set up with the printed token, once, whoever comes at the same time", async () => {
    expect(setupToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const wrong = await as({}, "POST", "/setup", { ...input, token: "x".repeat(43) });
    expect([wrong.status, wrong.json.code]).toEqual([404, "resource.not_found"]);
    const all = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        as({}, "POST", "/setup", { ...input, email: `ada${n}@example.test`, token: setupToken }),
      ),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404]);
    const won = all.find(({ status }) => status === 200);
    const { cookie, headers } = browserOf(won as Answer);
    expect(cookie).toMatch(/^syncline-local=[A-Za-z0-9_-]{43}$/);
    expect((won as Answer).headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict$/);
    const me = await as(headers, "GET", "/me");
    expect(me.json).toMatchObject({ keyId: null, scopes: ["*"], organizationScopes: ["*"] });
    const people = await server.database.query("SELECT email FROM syncline_control.users");
    expect(people).toHaveLength(1);
  });

  it("is offered no second time, unless somebody asks for it", async () => {
    const second = await startTestService({ label: "people", beside: server });
    expect(second.service.firstSetup).toBeNull();
    await second.stop();
  });
});

describe("sign-in", () => {
  beforeAll(async () => {
    admin = await makePerson(cp, { url: server.url, role: "admin" });
    const passwordHash = await hashPassword(PASSWORD, { ln: 10, r: 8, p: 1 });
    await server.database.query("UPDATE syncline_control.users SET password_hash = $2 WHERE id = $1", [
      admin.userId,
      passwordHash,
    ]);
  });

  it("gives a session under a new id, ends the one before it, and hashes anew what was hashed too cheaply", async () => {
    const first = await signIn(admin.email, PASSWORD);
    expect(first.status).toBe(200);
    const before = browserOf(first);
    const second = browserOf(await signIn(admin.email.toUpperCase(), PASSWORD, { Cookie: before.cookie }));
    expect(second.cookie).not.toBe(before.cookie);
    expect((await as(before.headers, "GET", "/me")).status).toBe(401);
    expect((await as(second.headers, "GET", "/me")).json.user.id).toBe(admin.userId);
    const [row] = await server.database.query<{ password_hash: string }>(
      "SELECT password_hash FROM syncline_control.users WHERE id = $1",
      [admin.userId],
    );
    expect(row?.password_hash).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await signIn(admin.email, PASSWORD)).status).toBe(200);
  });

  it("takes no id that somebody fixed, and keeps none in the clear", async () => {
    const fixed = "f".repeat(43);
    const answer = browserOf(await signIn(admin.email, PASSWORD, { Cookie: `syncline-local=${fixed}` }));
    expect(answer.cookie).not.toContain(fixed);
    const token = answer.cookie.split("=")[1] ?? "";
    const rows = await server.database.query<{ row: string }>(
      "SELECT to_jsonb(s)::text AS row FROM syncline_control.sessions s",
    );
    expect(rows.map(({ row }) => row).join()).not.toContain(token);
    expect(server.log()).not.toContain(token);
    expect(server.log()).not.toContain(PASSWORD);
  });

  it("says the same of nobody, a wrong password and a deactivated account", async () => {
    const gone = await makePerson(cp, { url: server.url, role: "viewer" });
    await server.database.query(
      "UPDATE syncline_control.users SET deactivated_at = now(), password_hash = $2 WHERE id = $1",
      [gone.userId, await hashPassword(PASSWORD)],
    );
    const answers = [
      await signIn("nobody@example.test", PASSWORD),
      await signIn(admin.email, `${PASSWORD}!`),
      await signIn(gone.email, PASSWORD),
      await signIn("no address", PASSWORD),
    ];
    const said = answers.map(({ status, json, headers }) => {
      const { requestId: _, ...rest } = json;
      return JSON.stringify({ status, rest, cookie: headers.get("set-cookie") });
    });
    expect(new Set(said).size).toBe(1);
    expect(answers[0]?.json.code).toBe("auth.sign_in_failed");
  });
});

describe("requests that came by cookie", () => {
  const attempts: readonly [string, (own: Record<string, string>) => Record<string, string>, number][] = [
    ["from a page of ours", (own) => own, 204],
    ["without an origin", ({ Origin: _, ...own }) => own, 403],
    ["from another site", (own) => ({ ...own, Origin: "https://evil.example" }), 403],
    ["from another port", (own) => ({ ...own, Origin: "http://127.0.0.1:1" }), 403],
    ["from null", (own) => ({ ...own, Origin: "null" }), 403],
    ["by a browser that says cross-site", (own) => ({ ...own, "Sec-Fetch-Site": "cross-site" }), 403],
    ["by a browser that says same-site", (own) => ({ ...own, "Sec-Fetch-Site": "same-site" }), 403],
    ["without the token", ({ "X-Syncline-CSRF": _, ...own }) => own, 403],
    ["with another token", (own) => ({ ...own, "X-Syncline-CSRF": "0".repeat(64) }), 403],
    ["with a token that is none", (own) => ({ ...own, "X-Syncline-CSRF": "x" }), 403],
  ];
  it.each(attempts)("%s", async (_what, change, expected) => {
    const person = await makePerson(cp, { url: server.url, role: "viewer" });
    const { status, json } = await as(change({ ...person.headers }), "PATCH", "/me", { name: "N" });
    expect(status).toBe(expected);
    if (expected === 403) expect(json.code).toBe("auth.csrf");
  });

  it("read from another site are refused as well", async () => {
    const person = await makePerson(cp, { url: server.url, role: "viewer" });
    const headers = { ...person.headers, "Sec-Fetch-Site": "cross-site" };
    expect((await as(headers, "GET", "/me")).status).toBe(403);
  });

  it("beside a key do not count: neither for it nor instead of it", async () => {
    const viewer = await makePerson(cp, { url: server.url, role: "viewer" });
    const both = await server.ask("GET", `${API}/me`, { key: viewer.key, headers: admin.headers });
    expect(both.json.user.id).toBe(viewer.userId);
    const wrong = await server.ask("GET", `${API}/me`, { key: "slk_none_wrong", headers: admin.headers });
    expect(wrong.status).toBe(401);
    const { Cookie } = admin.headers;
    const foreign = { Cookie: Cookie ?? "", Origin: "https://evil.example" };
    expect(
      (
        await server.ask("POST", `${API}/schedule/preview`, {
          key: viewer.key,
          headers: foreign,
          body: { schedule: { every: "5m" } },
        })
      ).status,
    ).toBe(200);
  });

  it("with two cookies of the name, or for another host, are nobody's", async () => {
    const { Cookie = "" } = admin.headers;
    expect((await as({ ...admin.headers, Cookie: `${Cookie}; ${Cookie}` }, "GET", "/me")).status).toBe(401);
    expect(
      (await as({ Cookie: Cookie.replace("syncline-local", "__Host-syncline") }, "GET", "/me")).status,
    ).toBe(401);
  });
});
