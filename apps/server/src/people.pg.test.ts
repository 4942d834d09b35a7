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
  admin = await makePerson(cp, { url: server.url });
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
    // Beside the one that the tests made.
    expect(people).toHaveLength(2);
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

describe("roles", () => {
  const byKey = (key: string, method: string, path: string, body?: unknown) =>
    server.ask(method, API + path, { key, ...(body === undefined ? {} : { body }) });
  const projectGrant = (role: string) => [{ role, projectId: cp.defaultScope.projectId }];

  it("are given and taken by who has as much, where they have it", async () => {
    const boss = await makePerson(cp, { url: server.url, role: "admin" });
    const { projectId } = cp.defaultScope;
    const grants = [{ role: "admin", projectId, environmentId: null }] as const;
    const ofProject = await makePerson(cp, { url: server.url, grants });
    const target = await makePerson(cp, { url: server.url, role: "viewer" });
    const path = `/people/${target.userId}`;
    const viewer = { role: "viewer", projectId: null, environmentId: null };
    const attempts: readonly [string, unknown, number][] = [
      ["a role in the project", { grants: [viewer, ...projectGrant("reviewer")] }, 200],
      ["a role in the organization", { grants: [viewer, { role: "operator" }] }, 403],
      ["taking one of the organization", { grants: projectGrant("reviewer") }, 403],
      ["the end of an account", { active: false }, 403],
      ["another name", { name: "Other" }, 403],
    ];
    for (const [what, body, status] of attempts)
      expect([what, (await byKey(ofProject.key, "PATCH", path, body)).status]).toEqual([what, status]);
    for (const [method, at] of [
      ["POST", `/people/${boss.userId}/reset`],
      ["DELETE", `/people/${boss.userId}/sessions`],
      ["GET", `/people/${boss.userId}/sessions`],
    ] as const)
      expect((await byKey(ofProject.key, method, at, method === "POST" ? {} : undefined)).status).toBe(403);
    const invite = (role: string, project: string | null) =>
      byKey(ofProject.key, "POST", "/invitations", {
        email: `${crypto.randomUUID()}@example.test`,
        grants: [{ role, projectId: project }],
      });
    expect((await invite("admin", projectId)).status).toBe(201);
    expect((await invite("viewer", null)).status).toBe(403);
    const some = await server.ask("POST", `${API}/keys`, {
      body: { name: "some", scopes: ["people:write", "people:read"], allProjects: true },
    });
    expect((await byKey(some.json.key, "POST", `/people/${boss.userId}/reset`, {})).status).toBe(403);
  });

  it("count for keys of one's own as they are now, and never give more than the key has", async () => {
    const person = await makePerson(cp, { url: server.url, role: "admin" });
    const made = await as(person.headers, "POST", "/me/keys", {
      name: "mine",
      scopes: ["jobs:read", "webhooks:read"],
    });
    expect(made.json.record).toMatchObject({ userId: person.userId });
    const { key } = made.json;
    expect((await byKey(key, "GET", "/webhooks")).status).toBe(200);
    expect((await byKey(key, "GET", "/runs")).status).toBe(403);
    const path = `/people/${person.userId}`;
    expect((await server.ask("PATCH", API + path, { body: { grants: [{ role: "viewer" }] } })).status).toBe(
      200,
    );
    expect((await byKey(key, "GET", "/jobs")).status).toBe(200);
    expect((await byKey(key, "GET", "/webhooks")).status).toBe(403);
    expect((await as(person.headers, "GET", "/webhooks")).status).toBe(403);
    expect((await server.ask("PATCH", API + path, { body: { active: false } })).status).toBe(200);
    expect((await byKey(key, "GET", "/jobs")).status).toBe(401);
    expect((await as(person.headers, "GET", "/me")).status).toBe(401);
    expect((await server.ask("PATCH", API + path, { body: { active: true } })).status).toBe(200);
    expect((await byKey(key, "GET", "/jobs")).status).toBe(200);
    // A session that ended stays so.
    expect((await as(person.headers, "GET", "/me")).status).toBe(401);
  });

  it("of a person come with no key that somebody else replaces", async () => {
    const person = await makePerson(cp, { url: server.url, role: "reviewer" });
    const boss = await makePerson(cp, { url: server.url, role: "admin" });
    const made = await as(person.headers, "POST", "/me/keys", { name: "mine", scopes: ["*"] });
    const path = `/keys/${made.json.record.id}/rotate`;
    for (const answer of [
      await as(boss.headers, "POST", path, {}),
      await byKey(boss.key, "POST", path, {}),
      await server.ask("POST", API + path, { body: {} }),
    ])
      expect([answer.status, answer.json.code]).toEqual([403, "auth.denied"]);
    const own = await as(boss.headers, "POST", "/me/keys", { name: "own", scopes: ["*"] });
    expect((await as(boss.headers, "POST", `/keys/${own.json.record.id}/rotate`, {})).status).toBe(201);
    expect((await as(boss.headers, "DELETE", `/keys/${made.json.record.id}`)).status).toBe(204);
  });

  it("are given and taken one by one by several at once, and none is lost or comes back", async () => {
    const { userId } = await makePerson(cp, { url: server.url, role: "viewer" });
    const change = (body: unknown) => server.ask("PATCH", `${API}/people/${userId}`, { body });
    const answers = await Promise.all([
      change({ addGrants: [{ role: "operator" }] }),
      change({ removeGrants: [{ role: "viewer" }] }),
      change({ addGrants: [{ role: "reviewer" }] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { json } = await server.ask("GET", `${API}/people/${userId}`);
    expect((json.grants as { role: string }[]).map(({ role }) => role).sort()).toEqual([
      "operator",
      "reviewer",
    ]);
  });

  it("end streams when they change, which then go on after the change", async () => {
    const changed = await makePerson(cp, { url: server.url, role: "viewer" });
    const listen = (after: number) =>
      fetch(`${server.url}${API}/events`, {
        headers: { Cookie: changed.headers["Cookie"] ?? "", "Last-Event-ID": String(after) },
      });
    const [last] = await server.database.query<{ id: string }>(
      "SELECT max(id) AS id FROM syncline_control.events",
    );
    const path = `${API}/people/${changed.userId}`;
    await server.ask("PATCH", path, { body: { grants: [{ role: "operator" }] } });
    const told = await (await listen(Number(last?.id))).text();
    const heard = Number([...told.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
    expect(heard).toBeGreaterThan(Number(last?.id));
    const again = (await listen(heard)).body?.getReader();
    await server.ask("PATCH", `${API}/people/${admin.userId}`, { body: { name: "Somebody else" } });
    let text = "";
    while (!text.includes(admin.userId)) {
      const { done, value } = (await again?.read()) ?? { done: true };
      if (done) break;
      text += new TextDecoder().decode(value);
    }
    expect(text).toContain(admin.userId);
    await again?.cancel();
    const person = await makePerson(cp, { url: server.url, role: "viewer" });
    const response = await fetch(`${server.url}${API}/events`, {
      headers: { Cookie: person.headers["Cookie"] ?? "" },
    });
    expect(response.status).toBe(200);
    const ended = (async () => {
      for await (const _ of response.body ?? []);
      return "ended";
    })();
    await server.ask("PATCH", `${API}/people/${person.userId}`, { body: { active: false } });
    expect(await ended).toBe("ended");
  });

  it("leave the organization an active administrator, whoever goes at the same time", async () => {
    const others = await server.database.query<{ id: string }>(
      `SELECT DISTINCT u.id FROM syncline_control.users u JOIN syncline_control.role_bindings b ON b.user_id = u.id
       WHERE b.role = 'admin' AND b.project_id IS NULL AND u.deactivated_at IS NULL AND u.organization_id = $1`,
      [cp.defaultScope.organizationId],
    );
    expect(others.length).toBeGreaterThan(2);
    const gone = await Promise.all(
      others.map(({ id }, n) =>
        server.ask("PATCH", `${API}/people/${id}`, {
          body: n % 2 === 0 ? { active: false } : { grants: [] },
        }),
      ),
    );
    const refused = gone.filter(({ status }) => status !== 200);
    expect(refused.map(({ status, json }) => [status, json.code])).toEqual([[403, "auth.denied"]]);
    await server.database.query("UPDATE syncline_control.users SET deactivated_at = NULL");
    admin = await makePerson(cp, { url: server.url, role: "admin" });
  });
});

describe("invitations", () => {
  const invite = (email: string, grants: unknown = [{ role: "operator" }]) =>
    server.ask("POST", `${API}/invitations`, { body: { email, grants } });
  const accept = (token: string, name = "Grace") =>
    as({}, "POST", "/invitations/accept", { token, name, password: PASSWORD });

  it("make one account, once, whoever comes at the same time, and keep no token", async () => {
    const { json } = await invite("grace@example.test");
    expect(json.url).toBe(`${server.url}/accept#${json.token}`);
    expect((await as({}, "POST", "/invitations/look", { token: json.token })).json).toMatchObject({
      kind: "invitation",
      email: "grace@example.test",
    });
    const all = await Promise.all([1, 2, 3].map(() => accept(json.token)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    const won = browserOf(all.find(({ status }) => status === 200) as Answer);
    expect((await as(won.headers, "GET", "/me")).json).toMatchObject({
      user: { email: "grace@example.test", name: "Grace" },
      grants: [{ role: "operator", projectId: null }],
    });
    const kept = await server.database.query<{ row: string }>(
      "SELECT to_jsonb(i)::text AS row FROM syncline_control.invitations i UNION ALL SELECT to_jsonb(a)::text FROM syncline_control.audit_entries a",
    );
    expect(kept.map(({ row }) => row).join()).not.toContain(json.token);
    expect(server.log()).not.toContain(json.token);
  });

  it.each([
    "GRACE@example.test",
    "grace+x@example.test",
    "ｇｒａｃｅ@example.test",
    "grace@EXAMPLE.test.",
    " grace@example.test ",
  ])("know %j for the same person", async (email) => {
    const { status, json } = await invite(email);
    expect([status, json.code]).toEqual([409, "resource.exists"]);
  });

  it("end when they are sent again, revoked, too old, or their sender goes", async () => {
    const sender = await makePerson(cp, { url: server.url, role: "admin" });
    const sent = (await as(sender.headers, "POST", "/invitations", { email: "a1@example.test", grants: [] }))
      .json;
    const again = await server.ask("POST", `${API}/invitations/${sent.invitation.id}/resend`, { body: {} });
    expect((await accept(sent.token)).status).toBe(404);
    expect((await as({}, "POST", "/invitations/look", { token: again.json.token })).status).toBe(200);
    await server.ask("PATCH", `${API}/people/${sender.userId}`, { body: { active: false } });
    expect((await accept(again.json.token)).status).toBe(404);
    const leaving = await makePerson(cp, { url: server.url, role: "admin" });
    const other = (await invite("a4@example.test")).json;
    const resent = await as(leaving.headers, "POST", `/invitations/${other.invitation.id}/resend`, {});
    await server.ask("PATCH", `${API}/people/${leaving.userId}`, { body: { active: false } });
    expect((await accept(resent.json.token)).status).toBe(404);
    const program = await server.ask("POST", `${API}/keys`, {
      body: { name: "stolen", scopes: ["*"], allProjects: true },
    });
    const byProgram = await server.ask("POST", `${API}/invitations`, {
      key: program.json.key,
      body: { email: "a5@example.test", grants: [] },
    });
    await server.ask("DELETE", `${API}/keys/${program.json.record.id}`);
    expect((await accept(byProgram.json.token)).status).toBe(404);
    const revoked = (await invite("a2@example.test")).json;
    expect((await server.ask("DELETE", `${API}/invitations/${revoked.invitation.id}`)).status).toBe(204);
    expect((await accept(revoked.token)).status).toBe(404);
    const old = (await invite("a3@example.test")).json;
    await server.database.query("UPDATE syncline_control.invitations SET expires_at = now() WHERE id = $1", [
      old.invitation.id,
    ]);
    expect((await accept(old.token)).status).toBe(404);
    const states = (await server.ask("GET", `${API}/invitations`)).json.items;
    const stateOf = (id: string) => states.find((item: { id: string }) => item.id === id)?.state;
    expect([sent, revoked, old].map(({ invitation }) => stateOf(invitation.id))).toEqual([
      "revoked",
      "revoked",
      "expired",
    ]);
  });

  it("set a password anew, which ends every session", async () => {
    const person = await makePerson(cp, { url: server.url, role: "viewer" });
    const { json } = await server.ask("POST", `${API}/people/${person.userId}/reset`, { body: {} });
    const short = await as({}, "POST", "/invitations/accept", { token: json.token, password: "short" });
    expect([short.status, short.json.issues[0].path]).toEqual([400, "password"]);
    for (const password of ["passwordpassword", "aaaaaaaaaaaaaaa", "123456789012", person.email])
      expect((await as({}, "POST", "/invitations/accept", { token: json.token, password })).status).toBe(400);
    expect((await accept(json.token)).status).toBe(200);
    expect((await as(person.headers, "GET", "/me")).status).toBe(401);
    const own = browserOf(await signIn(person.email, PASSWORD));
    const change = (current: string) =>
      as(own.headers, "POST", "/me/password", { current, password: `${PASSWORD} again` });
    expect((await change("wrong")).status).toBe(401);
    const elsewhere = browserOf(await signIn(person.email, PASSWORD));
    expect((await change(PASSWORD)).status).toBe(204);
    expect((await as(own.headers, "GET", "/me")).status).toBe(200);
    expect((await as(elsewhere.headers, "GET", "/me")).status).toBe(401);
  });
});
