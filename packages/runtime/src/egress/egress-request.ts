import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { pipeline, Readable } from "node:stream";
import { CodedError, isCodedError } from "@syncline/core";
import { checkedAddresses, type GuardOptions, guardedLookup, refused } from "./guarded-lookup.ts";

export type EgressHeaders = Readonly<Record<string, string>>;

export interface EgressRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: EgressHeaders;
  /** A stream is read once, so such a request follows no redirect. */
  readonly body: Uint8Array | Readable | null;
  /** Default: as many as 3. Otherwise a redirect is the answer. */
  readonly follow?: boolean;
  /** For all of it: look-ups, redirects, the answer's body. */
  readonly signal: AbortSignal;
}

export interface EgressAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Not read yet. Read it to its end, or destroy it. */
  readonly body: IncomingMessage;
  /** Where it came from, after redirects. */
  readonly url: string;
}

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const CONNECT_TIMEOUT_MS = 10_000;
/** As the global `fetch` has it: whoever answers may have to read much first. */
const SILENCE_TIMEOUT_MS = 300_000;
/** What may follow to another origin: neither credentials nor signatures. */
const HARMLESS = new Set(["accept", "content-type", "user-agent", "webhook-id", "webhook-timestamp"]);

/** One request over connections of its own; redirects are followed where nothing is lost by it. */
export async function sendGuarded(input: EgressRequest, options: GuardOptions): Promise<EgressAnswer> {
  let request = { ...input, url: checkedUrl(input.url) };
  for (let redirects = 0; ; redirects += 1) {
    const answer = await sendOnce(request, options);
    const follows = request.follow !== false && !(request.body instanceof Readable);
    const next = follows ? redirectOf(answer, request.method) : null;
    if (next === null) return { ...answer, url: request.url.href };
    answer.body.destroy();
    if (redirects === MOST_REDIRECTS)
      throw new CodedError(
        "egress.refused",
        `"${input.url.split("?")[0]}" redirects more than ${MOST_REDIRECTS} times.`,
      );
    request = { ...request, ...redirected(request.url, next, request.headers) };
  }
}

/** Refuses what is no plain web address. @throws CodedError `egress.refused` */
export function checkedUrl(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw refused(text.slice(0, 100), "it is no URL");
  const url = new URL(text, base);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw refused(url.protocol, "only http and https are used");
  if (url.username !== "" || url.password !== "") throw refused(url.host, "its URL holds credentials");
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  if (port !== 80 && port !== 443 && port < 1024)
    throw refused(url.host, `port ${port} belongs to another kind of service`);
  return url;
}

function redirectOf({ status, headers }: Omit<EgressAnswer, "url">, method: string): string | null {
  if (!REDIRECTS.has(status)) return null;
  // Others would turn a POST into a GET without its body: the caller sees the redirect as the answer.
  const keepsAll = method === "GET" || method === "HEAD" || status === 307 || status === 308;
  return keepsAll ? (headers["location"] ?? null) : null;
}

function redirected(
  from: URL,
  location: string,
  headers: EgressHeaders,
): { url: URL; headers: EgressHeaders } {
  const url = checkedUrl(location, from);
  if (from.protocol === "https:" && url.protocol === "http:")
    throw refused(url.host, "the redirect leaves https");
  if (url.origin === from.origin) return { url, headers };
  const kept = Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase()));
  return { url, headers: Object.fromEntries(kept) };
}

async function sendOnce(
  { url, method, headers, body, signal }: Omit<EgressRequest, "url"> & { readonly url: URL },
  options: GuardOptions,
): Promise<Omit<EgressAnswer, "url">> {
  signal.throwIfAborted();
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) await checkedAddresses(host, options); // sockets look up names alone
  const secure = url.protocol === "https:";
  // An agent of its own: no connection is shared, and no proxy of the environment is asked.
  const settings = { keepAlive: false, lookup: guardedLookup(options), timeout: CONNECT_TIMEOUT_MS };
  const agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
  const sent = { "accept-encoding": "identity", ...headers };
  const request = (secure ? httpsRequest : httpRequest)({
    protocol: url.protocol,
    host,
    port: url.port === "" ? undefined : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method,
    agent,
    signal,
    setHost: true,
    headers: body instanceof Uint8Array ? { ...sent, "content-length": String(body.length) } : sent,
  });
  request.once("socket", (socket) => {
    socket.once(secure ? "secureConnect" : "connect", () => request.setTimeout(SILENCE_TIMEOUT_MS));
  });
  try {
    const answer = await answered(request, body);
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return { status: answer.statusCode ?? 0, headers: Object.fromEntries(flat), body: answer };
  } catch (error) {
    request.destroy();
    signal.throwIfAborted();
    throw egressError(error, url.host);
  }
}

function answered(request: ClientRequest, body: EgressRequest["body"]): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", resolve);
    request.on("timeout", () => request.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
    if (body instanceof Readable) pipeline(body, request, () => {});
    else request.end(body ?? undefined);
  });
}

const TIMED_OUT = new Set(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"]);
const LOST = new Set(["ECONNRESET", "EPIPE"]);

/** Errors of sockets as ours; the address is not told, since it may be what a stranger wants to know. */
export function egressError(error: unknown, host: string): CodedError {
  if (isCodedError(error)) return error;
  const code = String((error as NodeJS.ErrnoException).code ?? "unknown");
  if (TIMED_OUT.has(code))
    return new CodedError("connection.timeout", `"${host}" does not answer.`, { retryable: true });
  if (LOST.has(code))
    return new CodedError("connection.lost", `"${host}" ended the connection.`, { retryable: true });
  if (code.startsWith("ERR_TLS") || code.includes("CERT") || code.startsWith("ERR_SSL") || code === "EPROTO")
    return new CodedError("connection.tls_failed", `"${host}" offers no TLS that can be trusted (${code}).`);
  if (code.startsWith("HPE_") || code.startsWith("ERR_HTTP") || code.startsWith("ERR_INVALID"))
    return new CodedError("remote.failed", `"${host}" does not speak HTTP as it should (${code}).`);
  return new CodedError("connection.refused", `"${host}" cannot be reached (${code}).`, { retryable: true });
}
