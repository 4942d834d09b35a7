import { Readable } from "node:stream";
import { CodedError } from "@syncline/core";
import type { AddressPolicy } from "./address-policy.ts";
import { type EgressHeaders, egressError, sendGuarded } from "./egress-request.ts";
import { checkedAddresses, type GuardOptions, guardedLookup, type ResolveHost } from "./guarded-lookup.ts";

export interface EgressOptions {
  readonly policy: AddressPolicy;
  /** The system's when absent. */
  readonly resolve?: ResolveHost;
}

export interface PostInput {
  readonly url: string;
  readonly headers: EgressHeaders;
  readonly body: Uint8Array;
  /** For all of it. */
  readonly timeoutMs: number;
  /** Bytes of the answer that are read; more is `limit.exceeded`. */
  readonly maxAnswerBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * The one way out for what tenants name: webhooks, remote servers, database hosts. Every address is checked where the
 * socket is made, at each hop. Rejections: `egress.refused`, `connection.*`, `limit.exceeded`, the signal's reason.
 */
export interface Egress {
  /** Reads the answer whole, up to a limit. */
  post(
    input: PostInput,
  ): Promise<{ readonly status: number; readonly headers: EgressHeaders; readonly body: string }>;
  /** Like the global `fetch`, for clients that take one. With `redirect: "follow"` bodies of requests are held whole. */
  readonly fetch: typeof fetch;
  /** Rejects with `egress.refused` for a host that must not be reached; connections check it again. */
  assertAllowedHost(host: string): Promise<void>;
  /** For sockets that others make: gives the checked addresses and no others. */
  readonly lookup: ReturnType<typeof guardedLookup>;
}

export function openEgress(options: EgressOptions): Egress {
  return {
    post: (input) => post(input, options),
    fetch: async (input, init) => fetchGuarded(new Request(input, init), options),
    assertAllowedHost: async (host) => {
      if (host.startsWith("/"))
        throw new CodedError("egress.refused", "A socket's path must not be used from here.");
      await checkedAddresses(host, options).catch((error: unknown) => {
        throw egressError(error, host);
      });
    },
    lookup: guardedLookup(options),
  };
}

async function post(
  { url, headers, body, timeoutMs, maxAnswerBytes, signal }: PostInput,
  options: GuardOptions,
): ReturnType<Egress["post"]> {
  const late = new AbortController();
  const timer = setTimeout(
    () =>
      late.abort(
        new CodedError("connection.timeout", `No answer within ${timeoutMs} ms.`, { retryable: true }),
      ),
    timeoutMs,
  );
  const stop = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
  try {
    const answer = await sendGuarded({ url, method: "POST", headers, body, signal: stop }, options);
    const pieces: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const piece of answer.body) {
        size += (piece as Uint8Array).length;
        if (size > maxAnswerBytes)
          throw new CodedError("limit.exceeded", `The answer has more than ${maxAnswerBytes} bytes.`);
        pieces.push(piece as Uint8Array);
      }
    } catch (error) {
      stop.throwIfAborted();
      throw egressError(error, new URL(answer.url).host);
    } finally {
      answer.body.destroy();
    }
    return { status: answer.status, headers: answer.headers, body: Buffer.concat(pieces).toString() };
  } finally {
    clearTimeout(timer);
  }
}

const WITHOUT_BODY = new Set([101, 204, 205, 304]);

async function fetchGuarded(request: Request, options: GuardOptions): Promise<Response> {
  const { url, method, signal, redirect } = request;
  const follow = redirect === "follow";
  const answer = await sendGuarded(
    {
      url,
      method,
      headers: Object.fromEntries(request.headers),
      body: await bodyOf(request),
      signal,
      follow,
    },
    options,
  );
  if (redirect === "error" && answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
    answer.body.destroy();
    throw new CodedError("egress.refused", `"${new URL(url).host}" redirects, which is not followed here.`);
  }
  const empty = WITHOUT_BODY.has(answer.status) || method === "HEAD";
  if (empty) answer.body.resume();
  const content = empty ? null : (Readable.toWeb(answer.body) as ReadableStream<Uint8Array>);
  return new Response(content, { status: answer.status, headers: answer.headers });
}

/** Held whole where a redirect may want it again. */
async function bodyOf(request: Request): Promise<Uint8Array | Readable | null> {
  if (request.body === null) return null;
  if (request.redirect === "follow") return new Uint8Array(await request.arrayBuffer());
  return Readable.fromWeb(request.body as import("node:stream/web").ReadableStream<Uint8Array>);
}
