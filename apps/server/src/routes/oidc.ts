import { randomBytes } from "node:crypto";
import { signIn } from "@syncline/api";
import { beginOidcSignIn, signInByOidc, takeOidcSignIn } from "@syncline/control-plane";
import { CodedError, isCodedError } from "@syncline/core";
import { cookieText, endedCookie, readCookie } from "../http/cookies.ts";
import { refused } from "../http/csrf.ts";
import type { Asked, Router } from "../http/router.ts";
import { isCrossSite, requireOrigin } from "../http/sign-in-origin.ts";
import type { ServiceParts } from "../service-parts.ts";
import { localPath } from "../sign-in/local-path.ts";
import { OidcClient } from "../sign-in/oidc-client.ts";
import { enter } from "./sign-in.ts";

const CALLBACK = "/api/v1/sign-in/oidc/callback";
/** How long somebody may take at the provider. */
const PENDING_MS = 600_000;
const BROWSER_BYTES = 32;

/** Sign-in at the operator's identity provider. */
export function oidcRoutes(router: Router, parts: ServiceParts): void {
  const { controlPlane: cp, settings } = parts;
  const { oidc, publicUrl, lifetimeMs } = settings.signIn;
  const redirectUri = `${publicUrl?.origin ?? ""}${CALLBACK}`;
  const client = oidc === null ? null : new OidcClient({ oidc, redirectUri });
  router.on(signIn.startOidc, async ({ body, headers, setCookie }) => {
    if (client === null) throw notSet();
    const origin = requireOrigin(settings, headers);
    if (isCrossSite(headers, origin)) throw refused("it did not come from a page of this server");
    const returnTo = localPath(body.returnTo);
    const { url, state, nonce, verifier } = await client.start();
    const browser = randomBytes(BROWSER_BYTES).toString("base64url");
    const remembered = { nonce, verifier, returnTo, invitation: body.invitation ?? null };
    await beginOidcSignIn(cp, { state, browser }, { remembered, lifetimeMs: PENDING_MS });
    setCookie(cookieText("oidc", origin, { value: browser, maxAgeSeconds: PENDING_MS / 1000 }));
    return { url: url.href };
  });
  const finish = async (asked: Asked<typeof signIn.finishOidc>): Promise<Response> => {
    if (client === null || oidc === null) throw notSet();
    const { query, headers, address, requestId, setCookie, logger } = asked;
    const origin = requireOrigin(settings, headers);
    const browser = readCookie(headers, "oidc", origin);
    const { state } = query;
    const remembered =
      state === undefined || browser === null ? null : await takeOidcSignIn(cp, { state, browser });
    if (remembered === null || state === undefined)
      throw failed("it did not begin in this browser, was answered already, or took too long");
    setCookie(endedCookie("oidc", origin));
    const { nonce, verifier, returnTo, invitation } = remembered;
    const person = await client
      .finish({ url: replyUrl(redirectUri, query), state, nonce, verifier })
      .catch((error: unknown) => {
        if (isCodedError(error)) throw error;
        // What the provider said may hold what nobody is to read: its kind alone is told.
        const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
        logger.warn(
          { name: String(name), code: String(code) },
          "a reply of the identity provider was refused",
        );
        throw failed("the identity provider's answer is not valid");
      });
    const started = await signInByOidc(cp, {
      person,
      invitation,
      newcomers: oidc.newcomers,
      lifetimeMs,
      address,
      agent: headers.get("user-agent"),
      replaces: readCookie(headers, "session", origin),
      requestId,
    });
    enter(parts, asked, started);
    return redirect(returnTo);
  };
  router.on(signIn.finishOidc, (asked) =>
    finish(asked).catch((error: unknown) => {
      // A person would be left with a problem document: the sign-in form says what happened instead.
      if (!isCodedError(error) || !(asked.headers.get("accept") ?? "").includes("text/html")) throw error;
      asked.logger.warn({ err: error }, "a sign-in at the identity provider was refused");
      return redirect(`/?${new URLSearchParams({ refused: error.code, request: asked.requestId })}`);
    }),
  );
}

function redirect(path: string): Response {
  return new Response(null, { status: 302, headers: { Location: path } });
}

function replyUrl(redirectUri: string, query: Readonly<Record<string, string | undefined>>): URL {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function failed(why: string): CodedError {
  return new CodedError("auth.sign_in_failed", `The sign-in was refused: ${why}.`, {
    hint: "Begin anew.",
  });
}

function notSet(): CodedError {
  return new CodedError("resource.not_found", "This server has no identity provider.", {
    hint: "Its operator can set SYNCLINE_OIDC_ISSUER.",
  });
}
