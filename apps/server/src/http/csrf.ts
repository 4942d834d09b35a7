import type { ControlPlane } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { isSameOrigin, type Origin } from "./sign-in-origin.ts";

export const CSRF_HEADER = "x-syncline-csrf";
const PURPOSE = "session.csrf";
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

type Digests = Pick<ControlPlane, "credentials">;

/** What pages send along with a session; it follows from the cookie, which they cannot read, and does not lead back to it. */
export function csrfTokenOf({ credentials }: Digests, sessionToken: string): string {
  return credentials.digest(PURPOSE, sessionToken);
}

export interface CookieRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly origin: Origin;
  readonly sessionToken: string;
}

/** Of a request that came by cookie: a page of ours sent it. @throws CodedError `auth.csrf` */
export function assertOwnPage({ credentials }: Digests, request: CookieRequest): void {
  const { method, headers, origin, sessionToken } = request;
  if (SAFE.has(method)) return;
  if (!isSameOrigin(headers, origin)) throw refused("it did not come from a page of this server");
  const given = headers.get(CSRF_HEADER) ?? "";
  if (
    !/^[0-9a-f]{64}$/.test(given) ||
    !credentials.matches(given, { purpose: PURPOSE, secret: sessionToken })
  )
    throw refused(`the header ${CSRF_HEADER} is not the session's`);
}

export function refused(why: string): CodedError {
  return new CodedError("auth.csrf", `The request was refused: ${why}.`, {
    hint: "Read csrf from GET /me and send it as X-Syncline-CSRF; programs use an API key instead.",
  });
}
