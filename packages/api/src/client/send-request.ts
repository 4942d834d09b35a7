import { CodedError, isCodedError } from "@syncline/core";
import type { Route } from "../contract/route.ts";
import { errorOf, unreachable } from "./problem-error.ts";

export type ByteBody = ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | Blob;

export interface ClientOptions {
  /** `https://host[:port][/path]`, without `/api/v1`. */
  readonly url: string;
  /** Left out in a page that is signed in by its cookie. */
  readonly apiKey?: string;
  /** Sent along with every call, as they are at that moment. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Of a key of all projects: the slug of the one that is meant. */
  readonly project?: string;
  readonly fetch?: typeof fetch;
  /** Ends every call. */
  readonly signal?: AbortSignal;
  /** Tries of a call that may be repeated. Default 4. */
  readonly tries?: number;
}

interface RequestInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

const TRIES = 4;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 20_000;

/** Sends a call, again where that is safe, and resolves with an answer of status 2xx. @throws CodedError */
export async function sendRequest(
  options: ClientOptions,
  route: Route,
  input: RequestInput,
): Promise<Response> {
  const signal = joined(options.signal, input.signal);
  const once = { ...input, ...keyFor(route, input) };
  const tries = repeatable(route, once) ? (options.tries ?? TRIES) : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(options, route, { ...once, ...(signal === undefined ? {} : { signal }) });
    } catch (error) {
      if (signal?.aborted === true) throw interrupted(signal);
      if (attempt >= tries || !isCodedError(error) || !error.retryable) throw error;
      await pause(pauseMs(attempt, error), signal);
    }
  }
}

async function send(options: ClientOptions, route: Route, input: RequestInput): Promise<Response> {
  const { body } = input;
  const streamed = route.body?.kind === "bytes";
  const contentType = streamed ? (input.contentType ?? route.body.contentTypes[0]) : "application/json";
  // `duplex` is missing in the types of some runtimes; a streamed body needs it.
  const init: RequestInit & { duplex?: "half" } = {
    method: route.method.toUpperCase(),
    redirect: "error",
    headers: {
      ...authorization(options),
      ...(body === undefined ? {} : { "Content-Type": contentType ?? "application/octet-stream" }),
      ...(input.idempotencyKey === undefined ? {} : { "Idempotency-Key": input.idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: streamed ? (body as ByteBody) : JSON.stringify(body) }),
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    ...(input.signal === undefined ? {} : { signal: input.signal }),
  };
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(addressOf(options, route, input), init);
  } catch (error) {
    throw unreachable(error, options.url);
  }
  if (response.ok) return response;
  throw await errorOf(response, options.url);
}

export function authorization({ apiKey, project, headers }: ClientOptions): Record<string, string> {
  return {
    ...headers?.(),
    ...(apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` }),
    ...(project === undefined ? {} : { "Syncline-Project": project }),
  };
}

function addressOf(
  { url }: ClientOptions,
  { path }: Route,
  { params = {}, query = {} }: RequestInput,
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined && each !== null) search.append(name, String(each));
  const text = search.toString();
  return `${url.replace(/\/+$/, "")}/api/v1${filled}${text === "" ? "" : `?${text}`}`;
}

function keyFor(route: Route, { idempotencyKey }: RequestInput): { idempotencyKey?: string } {
  if (idempotencyKey !== undefined) return { idempotencyKey };
  return route.idempotent === true ? { idempotencyKey: globalThis.crypto.randomUUID() } : {};
}

/** Calls that do the same when they come twice. A stream can be sent once only. */
function repeatable({ method }: Route, { idempotencyKey, body }: RequestInput): boolean {
  if (body instanceof ReadableStream) return false;
  return method !== "post" && method !== "patch" ? true : idempotencyKey !== undefined;
}

function pauseMs(attempt: number, error: CodedError): number {
  const asked = error.details["retryAfterSeconds"];
  if (typeof asked === "number") return Math.min(asked * 1000, LONGEST_PAUSE_MS);
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS) * (0.5 + Math.random());
}

export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(interrupted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

export function joined(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

function interrupted(signal: AbortSignal | undefined): CodedError {
  return new CodedError("interrupted", "The call was interrupted.", { cause: signal?.reason });
}
