import { type AnswerOf, signIn } from "@syncline/api";
import {
  acceptInvitation,
  changePassword,
  endSession,
  endSessionsOf,
  findInvitation,
  listSessions,
  type StartedSession,
  signInByPassword,
  updatePerson,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { cookieText, endedCookie, readCookie } from "../http/cookies.ts";
import { csrfTokenOf, refused } from "../http/csrf.ts";
import type { Asked, Router } from "../http/router.ts";
import { isCrossSite, type Origin, originOf, requireOrigin } from "../http/sign-in-origin.ts";
import type { ServiceParts } from "../service-parts.ts";
import { iso, presentSession } from "./present.ts";

type AnySide = Pick<Asked<unknown>, "headers" | "address" | "requestId" | "setCookie">;
type SignedIn = AnswerOf<typeof signIn.signIn>;

/** Sign-in, sign-out and what people do with their own account. */
export function signInRoutes(router: Router, parts: ServiceParts): void {
  const { controlPlane, settings } = parts;
  router.on(signIn.methods, async ({ headers }) => ({
    password: parts.config().features["password-sign-in"] && originOf(settings, headers) !== null,
    oidc: settings.signIn.oidc === null ? null : { name: settings.signIn.oidc.name },
  }));
  router.on(signIn.signIn, async (asked) => {
    const browser = browserOf(parts, asked);
    return enter(parts, asked, await signInByPassword(controlPlane, { ...asked.body, ...browser.input }));
  });
  router.on(signIn.setup, async (asked) => {
    const browser = browserOf(parts, asked);
    const started = await acceptInvitation(controlPlane, {
      ...asked.body,
      ...browser.input,
      kinds: ["setup"],
    });
    return enter(parts, asked, started);
  });
  router.on(signIn.lookAtInvitation, async ({ body }) => {
    const { kind, email, organization, expiresAt } = await findInvitation(controlPlane, {
      token: body.token,
      kinds: ["invitation", "reset", "setup"],
    });
    return { kind, email, organization, expiresAt: iso(expiresAt) };
  });
  router.on(signIn.acceptInvitation, async (asked) => {
    const browser = browserOf(parts, asked);
    const { token, password, name } = asked.body;
    const started = await acceptInvitation(controlPlane, {
      ...browser.input,
      token,
      password,
      ...(name === undefined ? {} : { name }),
      kinds: ["invitation", "reset"],
    });
    return enter(parts, asked, started);
  });
  router.on(signIn.signOut, async ({ cp, call, identity, headers, setCookie }) => {
    const { sessionId, userId } = sessionOf(identity);
    await endSession(cp, call, { sessionId, userId });
    const origin = originOf(settings, headers);
    if (origin !== null) setCookie(endedCookie("session", origin));
    return new Response(null, { status: 204 });
  });
  ownAccountRoutes(router, parts);
}

function ownAccountRoutes(router: Router, { settings }: ServiceParts): void {
  const { idleMs } = settings.signIn;
  router.on(signIn.renameMe, async ({ cp, call, identity, body }) => {
    await updatePerson(cp, call, { ...sessionOf(identity), name: body.name });
    return new Response(null, { status: 204 });
  });
  router.on(signIn.changePassword, async ({ cp, call, identity, body, address }) => {
    await changePassword(cp, call, { ...sessionOf(identity), ...body, address });
    return new Response(null, { status: 204 });
  });
  router.on(signIn.listMySessions, async ({ cp, call, identity }) => {
    const { userId, sessionId } = sessionOf(identity);
    const found = await listSessions(cp, call.scope, { userId, idleMs });
    return { items: found.map((session) => presentSession(session, sessionId)) };
  });
  router.on(signIn.endMySessions, async ({ cp, call, identity }) => {
    const { userId, sessionId } = sessionOf(identity);
    await endSessionsOf(cp, call, { userId, except: sessionId });
    return new Response(null, { status: 204 });
  });
  router.on(signIn.endMySession, async ({ cp, call, identity, params }) => {
    const { userId } = sessionOf(identity);
    await endSession(cp, call, { sessionId: params.id, userId });
    return new Response(null, { status: 204 });
  });
}

/** What a key, which others may hold, is not enough for. @throws CodedError `auth.denied` */
export function sessionOf({ sessionId, userId }: Pick<Asked<unknown>["identity"], "sessionId" | "userId">): {
  readonly sessionId: string;
  readonly userId: string;
} {
  if (sessionId !== null && userId !== null) return { sessionId, userId };
  throw new CodedError("auth.denied", "This takes a person who is signed in; an API key is not enough.", {
    hint: "Sign in with POST /sign-in.",
  });
}

/** Who signs in from where. @throws CodedError `auth.denied` without TLS, `auth.csrf` for a page of elsewhere */
export function browserOf({ settings }: Pick<ServiceParts, "settings">, asked: AnySide) {
  const { headers, address, requestId } = asked;
  const origin: Origin = requireOrigin(settings, headers);
  if (isCrossSite(headers, origin)) throw refused("it did not come from a page of this server");
  const input = {
    address,
    agent: headers.get("user-agent"),
    replaces: readCookie(headers, "session", origin),
    lifetimeMs: settings.signIn.lifetimeMs,
    requestId,
  };
  return { origin, input };
}

/** Hands the session to the browser. */
export function enter(
  { controlPlane, settings }: Pick<ServiceParts, "controlPlane" | "settings">,
  { headers, setCookie }: AnySide,
  { session, token }: StartedSession,
): SignedIn {
  const maxAgeSeconds = Math.floor(settings.signIn.lifetimeMs / 1000);
  setCookie(cookieText("session", requireOrigin(settings, headers), { value: token, maxAgeSeconds }));
  return {
    userId: session.userId,
    csrf: csrfTokenOf(controlPlane, token),
    expiresAt: iso(session.expiresAt),
  };
}
