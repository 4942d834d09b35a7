import { CodedError } from "@syncline/core";
import type { TextSource } from "./config.ts";
import type { ServerDocument } from "./config-schema.ts";
import type { Environment } from "./connection/read-text-source.ts";
import { readTextSource } from "./connection/read-text-source.ts";
import type { SchemaIssue } from "./schema-issues.ts";

/** Another Syncline server whose tenants can be read and patched. */
export interface RemoteServerConfig {
  readonly name: string;
  readonly url: TextSource;
  readonly apiKey: TextSource;
  readonly environment: string | null;
}

export interface RemoteServer {
  readonly name: string;
  /** Without a slash at its end, without credentials. */
  readonly url: string;
  readonly apiKey: string;
}

/** A server of the file is another Syncline when it has a key for one or an HTTP address. */
export function isRemote(server: ServerDocument): boolean {
  return server.apiKey !== undefined || (typeof server.url === "string" && /^https?:/i.test(server.url));
}

/** What a schema cannot say of them. */
export function checkRemoteServer(name: string, server: ServerDocument): SchemaIssue[] {
  const path = ["servers", name];
  const issue = (key: string, problem: string): SchemaIssue => ({ path: [...path, key], key: null, problem });
  const excess = (["host", "port", "database", "user", "password", "tls", "replicaOf"] as const).filter(
    (key) => server[key] !== undefined,
  );
  const issues = excess.map((key) =>
    issue(key, "another Syncline server has a url and an apiKey only; this belongs to a PostgreSQL server"),
  );
  if (server.url === undefined) issues.push(issue("apiKey", "an apiKey needs a url: https://…"));
  if (server.apiKey === undefined)
    issues.push(
      issue("url", "an https:// server needs an apiKey: {env: NAME}, {file: path} or {command: […]}"),
    );
  if (typeof server.url === "string") {
    const problem = urlProblem(server.url);
    if (problem !== null) issues.push(issue("url", problem));
  }
  return issues;
}

/** @throws CodedError `config.invalid`, `config.secret_unavailable` */
export async function resolveRemoteServer(
  { name, url: urlSource, apiKey: keySource }: RemoteServerConfig,
  options: { readonly env: Environment; readonly signal?: AbortSignal },
): Promise<RemoteServer> {
  const url = (await readTextSource(urlSource, { ...options, about: `the url of server "${name}"` })).trim();
  const problem = urlProblem(url);
  if (problem !== null)
    throw new CodedError("config.invalid", `The url of server "${name}" is not usable: ${problem}.`);
  const apiKey = (
    await readTextSource(keySource, { ...options, about: `the apiKey of server "${name}"` })
  ).trim();
  return { name, url: url.replace(/\/+$/, ""), apiKey };
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;

function urlProblem(text: string): string | null {
  if (!URL.canParse(text)) return "it is no URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "it holds credentials; the apiKey is given apart";
  if (url.search !== "" || url.hash !== "") return "it has a query or a fragment";
  if (url.protocol === "https:") return null;
  if (url.protocol === "http:" && LOOPBACK.test(url.hostname)) return null;
  return "expected https:// (http:// only to this machine), since the key travels with each request";
}
