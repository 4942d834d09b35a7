import { ROLES, type Role } from "@syncline/core";
import type { Secret } from "./secret.ts";
import { readSecretSetting } from "./secret-setting.ts";
import { millisecondsOf, type SettingReader, wrongSetting } from "./setting-reader.ts";

/** The identity provider that people may sign in with. */
export interface OidcSettings {
  /** The operator's own setting: it may be an address inside. */
  readonly issuer: URL;
  readonly clientId: string;
  /** Null: a public client. */
  readonly clientSecret: Secret | null;
  /** On the button. */
  readonly name: string;
  /** Of who was not invited; null: they are refused. */
  readonly newcomers: { readonly role: Role; readonly domains: readonly string[] } | null;
}

/** How people sign in. */
export interface SignInSettings {
  /** Origin under which browsers reach the server; null: it is not known. */
  readonly publicUrl: URL | null;
  /** A session that was not used for so long has ended. */
  readonly idleMs: number;
  /** No session lasts longer. */
  readonly lifetimeMs: number;
  readonly oidc: OidcSettings | null;
}

const DEFAULT_IDLE = "30m";
const DEFAULT_LIFETIME = "12h";
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** Whether a host as URLs spell it is this machine alone. */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** @throws CodedError `usage.invalid`, `config.secret_unavailable` */
export function readSignInSettings(read: SettingReader): SignInSettings {
  const url = read.text("SYNCLINE_PUBLIC_URL");
  return {
    publicUrl: url === null ? null : readPublicUrl(url),
    idleMs: millisecondsOf("SYNCLINE_SESSION_IDLE", read.text("SYNCLINE_SESSION_IDLE") ?? DEFAULT_IDLE),
    lifetimeMs: millisecondsOf(
      "SYNCLINE_SESSION_LIFETIME",
      read.text("SYNCLINE_SESSION_LIFETIME") ?? DEFAULT_LIFETIME,
    ),
    oidc: readOidc(read, url),
  };
}

function readPublicUrl(text: string): URL {
  const url = URL.parse(text);
  const origin =
    url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && !url.username;
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname));
  if (url !== null && origin && secure) return url;
  throw wrongSetting("SYNCLINE_PUBLIC_URL", "an origin like https://syncline.example.com", text);
}

function readOidc(read: SettingReader, publicUrl: string | null): OidcSettings | null {
  const issuer = read.text("SYNCLINE_OIDC_ISSUER");
  if (issuer === null) return null;
  const url = URL.parse(issuer);
  const usable = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname));
  if (url === null || !usable) throw wrongSetting("SYNCLINE_OIDC_ISSUER", "an https:// address", issuer);
  const clientId = read.text("SYNCLINE_OIDC_CLIENT_ID");
  if (clientId === null)
    throw wrongSetting("SYNCLINE_OIDC_CLIENT_ID", "the id of the client at the issuer", "");
  if (publicUrl === null)
    throw wrongSetting(
      "SYNCLINE_PUBLIC_URL",
      "the origin to which the identity provider sends browsers back",
      "",
    );
  return {
    issuer: url,
    clientId,
    clientSecret: readSecretSetting(read, "SYNCLINE_OIDC_CLIENT_SECRET"),
    name: read.text("SYNCLINE_OIDC_NAME") ?? url.hostname,
    newcomers: readNewcomers(read),
  };
}

function readNewcomers(read: SettingReader): OidcSettings["newcomers"] {
  const text = read.text("SYNCLINE_OIDC_DEFAULT_ROLE");
  if (text === null) return null;
  const role = ROLES.find((each) => each === text);
  if (role === undefined || role === "admin")
    throw wrongSetting("SYNCLINE_OIDC_DEFAULT_ROLE", "viewer, operator or reviewer", text);
  const domains = (read.text("SYNCLINE_OIDC_EMAIL_DOMAINS") ?? "")
    .split(",")
    .map((domain) => domain.trim().toLowerCase())
    .filter((domain) => domain !== "");
  if (domains.length === 0 || domains.some((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)))
    throw wrongSetting(
      "SYNCLINE_OIDC_EMAIL_DOMAINS",
      "domains of those who come by themselves",
      domains.join(","),
    );
  return { role, domains };
}
