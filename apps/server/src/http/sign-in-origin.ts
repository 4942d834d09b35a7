import { isLoopbackHost, type SignInSettings } from "@syncline/config";
import { CodedError } from "@syncline/core";

/** Where browsers reach the server. */
export interface Origin {
  readonly origin: string;
  /** Over TLS, so that cookies can be kept to it. */
  readonly secure: boolean;
}

export interface SignInOriginOptions {
  readonly signIn: SignInSettings;
  /** The address that the process listens on. */
  readonly host: string;
}

/** The origin of a request's pages; null when people cannot sign in: neither TLS nor this machine alone. */
export function originOf({ signIn, host }: SignInOriginOptions, headers: Headers): Origin | null {
  const { publicUrl } = signIn;
  if (publicUrl !== null) return { origin: publicUrl.origin, secure: publicUrl.protocol === "https:" };
  // Another name for this machine, which anybody's domain can be, is not taken for it.
  const asked = URL.parse(`http://${headers.get("host") ?? ""}`);
  const local = asked !== null && isLoopbackHost(asked.hostname) && isLoopbackHost(bracketed(host));
  return local ? { origin: asked.origin, secure: false } : null;
}

const bracketed = (host: string) => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host);

/** @throws CodedError `auth.denied` */
export function requireOrigin(options: SignInOriginOptions, headers: Headers): Origin {
  const found = originOf(options, headers);
  if (found !== null) return found;
  throw new CodedError("auth.denied", "People cannot sign in here: cookies would travel without TLS.", {
    hint: "Set SYNCLINE_PUBLIC_URL to the https:// origin that browsers use.",
  });
}

/** Whether a page of another origin sent the request, as far as its browser says. */
export function isCrossSite(headers: Headers, { origin }: Origin): boolean {
  const from = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  return (from !== null && from !== origin) || (site !== null && site !== "same-origin" && site !== "none");
}

/** Whether the browser says that a page of this origin sent it. */
export function isSameOrigin(headers: Headers, origin: Origin): boolean {
  if (isCrossSite(headers, origin)) return false;
  return headers.get("origin") === origin.origin || headers.get("sec-fetch-site") === "same-origin";
}
