import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ControlPlane, createInvitation } from "@syncline/control-plane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localPath } from "./sign-in/local-path.ts";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  freePort,
  type IdentityProvider,
  type Lie,
  type LyingProvider,
  lyingProvider,
  realProvider,
  visitProvider,
} from "./testing/identity-providers.ts";
import { openBeside } from "./testing/other-organization.ts";
import { makePerson } from "./testing/people.ts";
import { type Answer, startTestService, type TestService } from "./testing/start-test-service.ts";

const CALLBACK = "/api/v1/sign-in/oidc/callback";

let real: IdentityProvider;
let liar: LyingProvider;
let server: TestService;
/** The same control plane, with the provider that lies. */
let second: TestService;
let cp: ControlPlane;

beforeAll(async () => {
  const [port, otherPort] = [await freePort(), await freePort()];
  real = await realProvider(`http://127.0.0.1:${port}${CALLBACK}`);
  liar = await lyingProvider();
  const environment = (own: number, issuer: string) => ({
    PORT: String(own),
    SYNCLINE_PUBLIC_URL: `http://127.0.0.1:${own}`,
    SYNCLINE_OIDC_ISSUER: issuer,
    SYNCLINE_OIDC_CLIENT_ID: CLIENT_ID,
    SYNCLINE_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    SYNCLINE_OIDC_DEFAULT_ROLE: "viewer",
    SYNCLINE_OIDC_EMAIL_DOMAINS: "corp.test",
    SYNCLINE_REQUESTS_PER_MINUTE: "1000000",
  });
  server = await startTestService({ label: "oidc", environment: environment(port, real.issuer) });
  second = await startTestService({
    label: "oidc",
    beside: server,
    environment: environment(otherPort, liar.issuer),
  });
  cp = await openBeside(
    server.database.url,
    readFileSync(join(server.folder, "state", "master.key"), "utf8"),
  );
});
afterAll(async () => {
  await cp.close();
  await second.stop();
  await server.stop();
  await Promise.all([real.close(), liar.close()]);
});

interface Begun {
  readonly url: string;
  readonly cookie: string;
}

async function begin(at: TestService, body: object = {}): Promise<Begun> {
  const answer = await at.ask("POST", "/api/v1/sign-in/oidc", { key: null, body });
  expect(answer.status, answer.text).toBe(200);
  return { url: answer.json.url, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

async function comeBack(address: URL, cookie: string): Promise<Answer> {
  const response = await fetch(address, { redirect: "manual", headers: { Cookie: cookie } });
  const text = await response.text();
  const json = text.startsWith("{") ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, json };
}

const sessionOf = ({ headers }: Answer) =>
  headers
    .getSetCookie()
    .find((each) => each.startsWith("syncline-local="))
    ?.split(";")[0] ?? "";
const me = (at: TestService, cookie: string) =>
  at.ask("GET", "/api/v1/me", { key: null, headers: { Cookie: cookie } });

async function signInAs(account: string, body: object = {}): Promise<Answer> {
  const begun = await begin(server, body);
  return comeBack(await visitProvider(begun.url, account), begun.cookie);
}

describe("at a real provider", () => {
  it("joins an account by its verified address once, and knows it by issuer and subject from then on", async () => {
    const person = await makePerson(cp, { url: server.url, role: "operator", email: "Known@else.test" });
    const answer = await signInAs("known@else.test", { returnTo: "/reviews?x=1#y" });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/reviews?x=1#y"]);
    const cookie = sessionOf(answer);
    expect(cookie).toMatch(/^syncline-local=[\w-]{43}$/);
    expect((await me(server, cookie)).json).toMatchObject({
      user: { id: person.userId },
      sessionId: expect.any(String),
    });
    await server.database.query(
      "UPDATE syncline_control.users SET email = 'n@x.test', email_key = 'n@x.test' WHERE id = $1",
      [person.userId],
    );
    expect((await me(server, sessionOf(await signInAs("known@else.test")))).json.user.id).toBe(person.userId);
  });

  it("refuses who is unknown, and addresses that are not verified or of another mailbox", async () => {
    await makePerson(cp, { url: server.url, role: "admin", email: "boss@corp.test" });
    for (const account of ["stranger@else.test", "unverified@corp.test", "boss+other@corp.test"]) {
      const { status, json, headers } = await signInAs(account);
      expect([account, status, json.code]).toEqual([account, 401, "auth.sign_in_failed"]);
      expect(headers.getSetCookie().join()).not.toContain("syncline-local=");
    }
  });

  it("gives who comes from an allowed domain the default role, once", async () => {
    const first = await me(server, sessionOf(await signInAs("new@corp.test")));
    expect(first.json.grants).toMatchObject([{ role: "viewer", projectId: null }]);
    const again = await me(server, sessionOf(await signInAs("new@corp.test")));
    expect(again.json.user.id).toBe(first.json.user.id);
  });

  it("accepts an invitation, by its own address alone and once", async () => {
    const call = { scope: cp.defaultScope, actor: "test" };
    const grants = [{ role: "reviewer", projectId: null, environmentId: null }] as const;
    const { token } = await createInvitation(cp, call, {
      email: "guest@else.test",
      grants,
      lifetimeMs: 60_000,
    });
    expect((await signInAs("thief@else.test", { invitation: token })).status).toBe(401);
    const answer = await signInAs("guest@else.test", { invitation: token });
    expect((await me(server, sessionOf(answer))).json.grants).toMatchObject([{ role: "reviewer" }]);
    const spent = await server.ask("POST", "/api/v1/invitations/accept", {
      key: null,
      body: { token, name: "X", password: "a long way to go home" },
    });
    expect(spent.status).toBe(404);
  });

  it("refuses a person whose account is deactivated", async () => {
    const person = await makePerson(cp, { url: server.url, role: "viewer", email: "gone@else.test" });
    await server.database.query("UPDATE syncline_control.users SET deactivated_at = now() WHERE id = $1", [
      person.userId,
    ]);
    expect((await signInAs("gone@else.test")).status).toBe(401);
  });

  it("refuses a reply that comes twice, in another browser, without one, or with another state", async () => {
    const begun = await begin(server);
    const back = await visitProvider(begun.url, "replay@corp.test");
    const other = await begin(server);
    expect((await comeBack(back, other.cookie)).status).toBe(401);
    expect((await comeBack(back, "")).status).toBe(401);
    const moved = new URL(back);
    moved.searchParams.set("state", new URL(other.url).searchParams.get("state") ?? "");
    expect((await comeBack(moved, begun.cookie)).status).toBe(401);
    expect((await comeBack(back, begun.cookie)).status).toBe(302);
    expect((await comeBack(back, begun.cookie)).status).toBe(401);
    // The state of another sign-in with a code that was used: the provider knows it.
    const third = await begin(server);
    const reused = new URL(back);
    reused.searchParams.set("state", new URL(third.url).searchParams.get("state") ?? "");
    expect((await comeBack(reused, third.cookie)).status).toBe(401);
    // A browser that shows pages comes back to the sign-in form, without what the provider said.
    const shown = await fetch(reused, { redirect: "manual", headers: { Accept: "text/html,*/*" } });
    expect(shown.status).toBe(302);
    const { pathname, searchParams } = new URL(shown.headers.get("location") ?? "", server.url);
    expect(pathname).toBe("/");
    expect([...searchParams.keys()]).toEqual(["refused", "request"]);
    expect(searchParams.get("refused")).toBe("auth.sign_in_failed");
  });

  it("keeps codes, states, secrets and cookies out of the log and the database", async () => {
    const begun = await begin(server);
    const back = await visitProvider(begun.url, "quiet@corp.test");
    const answer = await comeBack(back, begun.cookie);
    const rows = await server.database.query<{ row: string }>(
      "SELECT to_jsonb(t)::text AS row FROM syncline_control.oidc_sign_ins t UNION ALL SELECT to_jsonb(s)::text FROM syncline_control.sessions s",
    );
    const kept = server.log() + rows.map(({ row }) => row).join();
    const secrets = [
      back.searchParams.get("code"),
      back.searchParams.get("state"),
      begun.cookie.split("=")[1],
      sessionOf(answer).split("=")[1],
      CLIENT_SECRET,
    ];
    for (const secret of secrets) {
      expect(secret?.length).toBeGreaterThan(20);
      expect(kept).not.toContain(secret);
    }
  });
});

describe("at a provider that lies", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const lies: readonly [string, () => Lie, number][] = [
    ["nothing", () => ({}), 302],
    ["a signature of somebody else", () => ({ forged: true }), 401],
    ["no signature", () => ({ algorithm: "none" }), 401],
    ["another issuer", () => ({ claims: { iss: real.issuer } }), 401],
    ["another audience", () => ({ claims: { aud: "somebody-else" } }), 401],
    ["an end in the past", () => ({ claims: { exp: now() - 3600, iat: now() - 7200 } }), 401],
    ["another nonce", () => ({ claims: { nonce: "x" } }), 401],
    ["no subject", () => ({ claims: { sub: undefined } }), 401],
    ["an address that is verified by a word", () => ({ claims: { sub: "w", email_verified: "true" } }), 401],
    ["no address", () => ({ claims: { sub: "n", email: undefined } }), 401],
    ["the address of somebody whom it knows otherwise", () => ({ claims: { sub: "twin" } }), 401],
  ];
  it.each(lies)("%s", async (_what, lie, expected) => {
    liar.tell(lie());
    const begun = await begin(second);
    expect((await comeBack(liar.reply(begun.url), begun.cookie)).status).toBe(expected);
  });

  it.each([
    ["of another issuer", (url: URL) => url.searchParams.set("iss", real.issuer)],
    ["without the issuer that it promised", (url: URL) => url.searchParams.delete("iss")],
    [
      "that is an error",
      (url: URL) => {
        url.searchParams.delete("code");
        url.searchParams.set("error", "access_denied");
      },
    ],
  ])("a reply %s", async (_what, change) => {
    liar.tell({});
    const begun = await begin(second);
    const back = liar.reply(begun.url);
    change(back);
    expect((await comeBack(back, begun.cookie)).status).toBe(401);
  });
});

describe("where a browser is sent afterwards", () => {
  it.each(["/", "/reviews", "/a/b?c=d#e", "/x%20y", "/a?u=https://x.test/"])("%s is a path", (path) => {
    expect(localPath(path)).toBe(path);
  });

  it.each([
    "",
    "reviews",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%252fevil.example",
    "%2f%2fevil.example",
    "/%09/evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/x\r\nSet-Cookie: a=b",
    "/x%0d%0aSet-Cookie:a=b",
    "/..//evil.example",
    "/%",
    " //evil.example",
    "@evil.example",
  ])("%j is none", async (path) => {
    expect(() => localPath(path)).toThrow(expect.objectContaining({ code: "request.invalid" }));
  });

  it("is refused before the provider is asked", async () => {
    const { status } = await server.ask("POST", "/api/v1/sign-in/oidc", {
      key: null,
      body: { returnTo: "//evil.example" },
    });
    expect(status).toBe(400);
  });
});
