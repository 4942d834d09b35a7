import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from "@opentelemetry/api";
import type { AttributesOf, SpanKey } from "./span-names.ts";

export interface SpanInput<Key extends SpanKey> {
  readonly span: Key;
  /** With what the attributes say in it. */
  readonly name: string;
  readonly attributes: AttributesOf<Key>;
  /** Headers of a request whose trace it goes on with. */
  readonly headers?: Headers;
  /** The run whose trace it is part of; otherwise that of what runs around it. */
  readonly runId?: string;
}

export interface OpenSpan<Key extends SpanKey> {
  /** More of what is known by now. */
  set(attributes: AttributesOf<Key>): void;
  rename(name: string): void;
  /** It went wrong: a code, never a message. */
  fail(code: string): void;
}

const KINDS: Readonly<Record<SpanKey, SpanKind>> = {
  request: SpanKind.SERVER,
  run: SpanKind.INTERNAL,
  unit: SpanKind.CONSUMER,
  operation: SpanKind.INTERNAL,
  delivery: SpanKind.CLIENT,
};
const TRACER = "syncline";

/** Runs `body` within a span. Nothing is recorded, and next to nothing done, where nobody has registered an SDK. */
export async function inSpan<Key extends SpanKey, T>(
  input: SpanInput<Key>,
  body: (span: OpenSpan<Key>) => Promise<T>,
): Promise<T> {
  const { span: key, name, attributes } = input;
  const options = { kind: KINDS[key], attributes };
  return trace.getTracer(TRACER).startActiveSpan(name, options, parentOf(input), async (span) => {
    try {
      return await body(openSpan(span));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: codeOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span of what is over. */
export function addSpan<Key extends SpanKey>(
  input: SpanInput<Key> & { readonly startedAt: Date; readonly endedAt: Date; readonly failed?: string },
): void {
  const { span: key, name, attributes, startedAt, endedAt, failed } = input;
  const options = { kind: KINDS[key], attributes, startTime: startedAt };
  const span = trace.getTracer(TRACER).startSpan(name, options, parentOf(input));
  if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
  span.end(endedAt);
}

/** For log lines: the trace that they belong to, if somebody records it. */
export function traceFields(): { readonly traceId?: string; readonly spanId?: string } {
  const found = trace.getActiveSpan()?.spanContext();
  return found === undefined || !trace.isSpanContextValid(found)
    ? {}
    : { traceId: found.traceId, spanId: found.spanId };
}

function openSpan<Key extends SpanKey>(span: Span): OpenSpan<Key> {
  return {
    set: (attributes) => void span.setAttributes(attributes),
    rename: (name) => void span.updateName(name),
    fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR, message: code }),
  };
}

function parentOf({ headers, runId }: Pick<SpanInput<SpanKey>, "headers" | "runId">): Context {
  if (headers !== undefined) return propagation.extract(ROOT_CONTEXT, headers, HEADERS);
  return runId === undefined ? context.active() : runContext(runId);
}

const HEADERS = {
  get: (headers: Headers, name: string) => headers.get(name) ?? undefined,
  keys: (headers: Headers) => [...headers.keys()],
};

const SPAN_ID_DIGITS = 16;

/** The trace of a run has the run's id, so that all processes that work at it tell of the same one. */
function runContext(runId: string): Context {
  const traceId = runId.replaceAll("-", "");
  const spanId = traceId.slice(-SPAN_ID_DIGITS);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  });
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" && /^[\w.]{1,60}$/.test(code) ? code : "internal";
}
