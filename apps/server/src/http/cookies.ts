import type { Origin } from "./sign-in-origin.ts";

/** `session`: who is signed in. `oidc`: whose browser began to sign in at the identity provider. */
export type CookieKind = "session" | "oidc";

const NAMES: Readonly<Record<CookieKind, string>> = { session: "syncline", oidc: "syncline-oidc" };
const MAX_VALUE = 200;

/** Without TLS a name that no `__Host-` cookie can be taken for. */
function nameOf(kind: CookieKind, { secure }: Origin): string {
  return secure ? `__Host-${NAMES[kind]}` : `${NAMES[kind]}-local`;
}

/** Null when there is none, or more than one. */
export function readCookie(headers: Headers, kind: CookieKind, origin: Origin): string | null {
  const name = nameOf(kind, origin);
  const found = (headers.get("cookie") ?? "").split(";").flatMap((part) => {
    const [key = "", ...value] = part.trim().split("=");
    return key === name ? [value.join("=")] : [];
  });
  const [value] = found;
  return found.length === 1 && value !== undefined && value !== "" && value.length <= MAX_VALUE
    ? value
    : null;
}

export interface CookieValue {
  readonly value: string;
  readonly maxAgeSeconds: number;
}

/** The provider sends the browser back from elsewhere, so its cookie is sent along with that; the session's never from elsewhere. */
export function cookieText(kind: CookieKind, origin: Origin, { value, maxAgeSeconds }: CookieValue): string {
  const sameSite = kind === "oidc" ? "Lax" : "Strict";
  const secure = origin.secure ? "; Secure" : "";
  return `${nameOf(kind, origin)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure}`;
}

export function endedCookie(kind: CookieKind, origin: Origin): string {
  return cookieText(kind, origin, { value: "", maxAgeSeconds: 0 });
}
