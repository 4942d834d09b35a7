import { type ConnectionUrlParts, splitConnectionUrl } from "@syncline/core";
import type { SslMode } from "../config.ts";

/** Parts of a connection URL, decoded. Null where the URL does not say. */
export interface ConnectionUrl {
  readonly host: string | null;
  readonly port: number | null;
  readonly database: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly sslMode: SslMode | null;
  /** Path of a PEM file. */
  readonly sslRootCert: string | null;
  readonly connectTimeoutMs: number | null;
  readonly applicationName: string | null;
}

export type ParsedConnectionUrl =
  | { readonly ok: true; readonly url: ConnectionUrl }
  | { readonly ok: false; readonly problem: string };

const PARAMETERS = new Set([
  "host",
  "port",
  "dbname",
  "user",
  "password",
  "sslmode",
  "sslrootcert",
  "connect_timeout",
  "application_name",
]);
const SSL_MODES: readonly string[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** A problem never quotes the URL or a value of it. */
class UrlProblem extends Error {}

/** Reads `postgres://user:password@host:port/database?parameters` as libpq does; parameters it does not know are refused. */
export function parseConnectionUrl(url: string): ParsedConnectionUrl {
  try {
    return { ok: true, url: readUrl(url) };
  } catch (error) {
    if (error instanceof UrlProblem) return { ok: false, problem: error.message };
    throw error;
  }
}

function readUrl(url: string): ConnectionUrl {
  if (url.includes("#")) throw new UrlProblem("a # must be written %23");
  const parts = splitConnectionUrl(url);
  if (parts === null) throw new UrlProblem(shapeProblem(url));
  if (parts.scheme !== "postgres" && parts.scheme !== "postgresql")
    throw new UrlProblem("it must start with postgres:// or postgresql://");
  const given = readParameters(parts.query);
  assertSaidOnce(parts, given);
  const host = decode(parts.host.replace(/^\[(.*)\]$/, "$1"), "host") || (given.get("host") ?? null);
  if (host?.includes(",")) throw new UrlProblem("several hosts are not supported; name one");
  return {
    host,
    port: readNumber(parts.port ?? given.get("port"), { name: "port", min: 1, max: 65_535 }),
    database: decoded(parts.database, "database") ?? given.get("dbname") ?? null,
    user: decoded(parts.user, "user") || (given.get("user") ?? null),
    password: decoded(parts.password, "password") ?? given.get("password") ?? null,
    sslMode: readSslMode(given.get("sslmode")),
    sslRootCert: given.get("sslrootcert") ?? null,
    connectTimeoutMs: readTimeout(given.get("connect_timeout")),
    applicationName: given.get("application_name") ?? null,
  };
}

/** What stands in the URL's own parts may not stand in its parameters too: readers disagree on which one wins. */
function assertSaidOnce(parts: ConnectionUrlParts, given: ReadonlyMap<string, string>): void {
  const own = {
    host: parts.host || null,
    port: parts.port,
    dbname: parts.database,
    user: parts.user || null,
    password: parts.password,
  };
  for (const [name, value] of Object.entries(own)) {
    if (value !== null && given.has(name))
      throw new UrlProblem(`the ${name} stands there twice, in the address and as a parameter`);
  }
}

function shapeProblem(url: string): string {
  const authority = /^[a-z]+:\/\/(?:[^/?#]*@)?([^/?#]*)/i.exec(url)?.[1] ?? "";
  if (authority.includes(",")) return "several hosts are not supported; name one";
  return "expected postgres://user@host:5432/database; percent-encode @ : / ? # in user and password";
}

function readParameters(query: string | null): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of (query ?? "").split("&").filter((part) => part !== "")) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    if (!PARAMETERS.has(name)) throw new UrlProblem(unknownParameter(name));
    if (parameters.has(name)) throw new UrlProblem(`the parameter "${name}" stands there twice`);
    if (equals < 0) throw new UrlProblem(`the parameter "${name}" has no value`);
    parameters.set(name, decode(pair.slice(equals + 1), name));
  }
  return parameters;
}

function unknownParameter(name: string): string {
  const shown = /^[a-z_]{1,40}$/.test(name) ? `the parameter "${name}"` : "a parameter";
  const instead = name === "ssl" ? "; use sslmode=require" : "";
  return `${shown} is not supported${instead} (supported: ${[...PARAMETERS].join(", ")})`;
}

function decoded(text: string | null, name: string): string | null {
  return text === null ? null : decode(text, name);
}

function decode(text: string, name: string): string {
  let value: string;
  try {
    value = decodeURIComponent(text);
  } catch {
    throw new UrlProblem(`the ${name} is not properly percent-encoded`);
  }
  if ((name === "database" || name === "dbname") && Buffer.byteLength(value) > 63)
    throw new UrlProblem("the database's name is longer than 63 bytes");
  if (value.includes("\0")) throw new UrlProblem(`the ${name} contains a NUL character`);
  return value;
}

function readNumber(
  text: string | null | undefined,
  { name, min, max }: { readonly name: string; readonly min: number; readonly max: number },
): number | null {
  if (text === null || text === undefined) return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new UrlProblem(`the ${name} must be a number from ${min} to ${max}`);
  return value;
}

function readTimeout(text: string | undefined): number | null {
  const seconds = readNumber(text, { name: "connect_timeout", min: 0, max: 86_400 });
  return seconds === null ? null : seconds * 1000;
}

function readSslMode(text: string | undefined): SslMode | null {
  if (text === undefined || text === "") return null;
  if (SSL_MODES.includes(text)) return text as SslMode;
  throw new UrlProblem(`sslmode must be ${SSL_MODES.join(", ")}`);
}

export function isSslMode(text: string): text is SslMode {
  return SSL_MODES.includes(text);
}
