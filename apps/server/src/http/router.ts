import {
  type AnswerOf,
  AUDITED,
  type BodyOf,
  type ParamsOf,
  PERMISSIONS,
  type Permission,
  type QueryOf,
  type Route,
} from "@syncline/api";
import type { Call, ControlPlane } from "@syncline/control-plane";
import { isCodedError } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import type { Hono } from "hono";
import type { AccessControl } from "./access-control.ts";
import { AccessLog, NOTED_REFUSALS } from "./access-log.ts";
import { answerOnce } from "./answer-once.ts";
import type { Identity } from "./identity.ts";
import { type BodyLimits, type StreamLimits, streamBody } from "./read-body.ts";
import { assertContentType, readJsonBody, readParameters } from "./read-input.ts";
import type { AnyContext, RequestEnvironment } from "./request-environment.ts";

/** A request as a handler sees it: checked, and on whose behalf. */
export interface Asked<R> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** Of the key; on public routes nobody's. */
  readonly identity: Identity;
  /** What the route takes. */
  readonly permission: Permission;
  readonly call: Call;
  /** Verbs that are given this one join the transaction that remembers the answer of a repeated request. */
  readonly cp: ControlPlane;
  /** Of routes that take bytes. */
  readonly stream: () => AsyncIterable<Uint8Array>;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  readonly headers: Headers;
  readonly logger: Logger;
  readonly requestId: string;
  /** Who sent it, behind the load balancers that the operator trusts. */
  readonly address: string;
  /** Of the answer, a cookie. */
  readonly setCookie: (text: string) => void;
  readonly idempotencyKey: string | null;
  /** For handlers that tell repeats themselves: answers once under a call, by what they know of the body. */
  readonly remember: Remember;
}

type Remember = (
  call: Call,
  answer: (joined: ControlPlane) => Promise<unknown>,
  /** Digest of a body that is bytes. */
  body?: string,
) => Promise<{ readonly value: unknown; readonly replayed: boolean }>;

interface Handling<R> {
  readonly handler: Handler<R>;
  readonly options: HandlerOptions<R>;
  readonly asked: Asked<R>;
  readonly bodyText: string;
}

type JsonAnswer<R> = AnswerOf<R> extends undefined ? Response : AnswerOf<R>;
export type Handler<R> = (asked: Asked<R>) => Promise<JsonAnswer<R>>;

export interface HandlerOptions<R> {
  /** Adds to the answer after the transaction that remembers it: what only this caller waits for. */
  readonly after?: (answer: JsonAnswer<R>, asked: Asked<R>) => Promise<JsonAnswer<R>>;
  /** How the handler itself tells repeats: by the target's ledger, or with `remember` when it has the bytes of the body. */
  readonly repeats?: "by-ledger" | "by-bytes";
}

export interface RouterParts {
  readonly app: Hono<RequestEnvironment>;
  readonly controlPlane: ControlPlane;
  readonly access: AccessControl;
  readonly bodyLimits: BodyLimits;
  readonly streamLimits: StreamLimits;
}

const PREFIX = "/api/v1";

/** Joins routes of the contract with their handlers. Every request is authorised by the table of permissions first. */
export class Router {
  readonly #parts: RouterParts;
  readonly #accesses: AccessLog;
  /** Names of the routes that have handlers. */
  readonly names = new Set<string>();
  readonly #paths: {
    readonly method: string;
    readonly pattern: RegExp;
    readonly isPublic: boolean;
    readonly route: Route;
  }[] = [];

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#accesses = new AccessLog(parts.controlPlane);
  }

  /** `aliases`: further whole paths of the same route. */
  on<R extends Route>(
    route: R,
    handler: Handler<R>,
    { aliases = [], ...options }: HandlerOptions<R> & { readonly aliases?: readonly string[] } = {},
  ): void {
    this.names.add(route.name);
    for (const path of [PREFIX + route.path, ...aliases]) {
      const isPublic = PERMISSIONS[route.name] === "public";
      this.#paths.push({ method: route.method.toUpperCase(), pattern: patternOf(path), isPublic, route });
      this.#parts.app.on(route.method.toUpperCase(), honoPath(path), (context) =>
        this.#answer(context, route, { handler, options }).catch(async (error: unknown) => {
          await this.#noteRefusal(context, route, error);
          throw error;
        }),
      );
    }
  }

  /** What a path takes. */
  methodsOf(path: string): string[] {
    return this.#paths.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  }

  /** Enters what was refused before a route was reached. */
  async noteRefusal(context: AnyContext, error: unknown): Promise<void> {
    const { method, path } = context.req;
    const known = this.#paths.find((each) => each.method === method && each.pattern.test(path));
    if (known !== undefined) await this.#noteRefusal(context, known.route, error);
  }

  /** Whether nobody has to be known for it. */
  isPublic(method: string, path: string): boolean {
    const asked = method === "HEAD" ? "GET" : method;
    const found = this.#paths.filter((known) => known.method === asked && known.pattern.test(path));
    return found.length > 0 && found.every((known) => known.isPublic);
  }

  async #answer<R extends Route>(
    context: AnyContext,
    route: R,
    { handler, options }: { readonly handler: Handler<R>; readonly options: HandlerOptions<R> },
  ): Promise<Response> {
    const { access } = this.#parts;
    context.set("route", route.name);
    const identity = access.authorise(context, PERMISSIONS[route.name], route.name);
    if (PERMISSIONS[route.name] === "public") access.limitPublic(context);
    const { asked, bodyText, cookies } = await this.#read(context, { route, identity });
    const { status } = route.answer;
    const respond = async (value: JsonAnswer<R>) => {
      const last = options.after === undefined ? value : await options.after(value, asked);
      return last instanceof Response ? last : Response.json(last ?? null, { status });
    };
    const { value, replayed } = await this.#handle(context, route, { handler, options, asked, bodyText });
    await this.#enter(route, asked);
    const response = await respond(value);
    if (replayed) response.headers.set("Idempotent-Replayed", "true");
    for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
    return response;
  }

  async #enter<R extends Route>(route: R, { call, params, query, body }: Asked<R>): Promise<void> {
    const audited = AUDITED[route.name];
    if (audited.kind !== "read") return;
    await this.#accesses.read(audited, {
      call,
      params: { ...(params as object | undefined) },
      query: { ...(query as object | undefined) },
      body: { ...(body as object | undefined) },
    });
  }

  async #noteRefusal(context: AnyContext, route: Route, error: unknown): Promise<void> {
    const identity = context.get("identity");
    if (identity === undefined || !isCodedError(error) || !NOTED_REFUSALS.has(error.code)) return;
    const call = callOf(identity, context.get("requestId"));
    const address = context.get("address");
    await this.#accesses.refuse({ call, route: route.name, code: error.code, address });
  }

  /** Once under an idempotency key, where the route takes one. */
  async #handle<R extends Route>(
    { req }: AnyContext,
    route: R,
    { handler, options, asked, bodyText }: Handling<R>,
  ): Promise<{ readonly value: JsonAnswer<R>; readonly replayed: boolean }> {
    const { controlPlane } = this.#parts;
    const { method } = route;
    const request = { method, path: req.path, query: queryOf(req.url) };
    const key = asked.idempotencyKey;
    let replayed = false;
    const remember: Remember = async (call, answer, body = bodyText) => {
      if (key === null) return { value: await answer(controlPlane), replayed: false };
      const { status } = route.answer;
      const once = await answerOnce({ controlPlane, call, key, status }, { ...request, body }, answer);
      replayed = once.replayed;
      return once;
    };
    const handled = (cp: ControlPlane) => handler({ ...asked, cp, remember });
    const itself = PERMISSIONS[route.name] === "public" || options.repeats !== undefined;
    if (route.idempotent !== true || itself) {
      const value = await handled(controlPlane);
      return { value, replayed };
    }
    return (await remember(asked.call, handled)) as { value: JsonAnswer<R>; replayed: boolean };
  }

  async #read<R extends Route>(
    context: AnyContext,
    { route, identity }: { readonly route: R; readonly identity: Identity },
  ): Promise<{ readonly asked: Asked<R>; readonly bodyText: string; readonly cookies: readonly string[] }> {
    const { controlPlane, bodyLimits, streamLimits } = this.#parts;
    const request = context.req.raw;
    const { params, query } = readParameters(route, {
      params: context.req.param(),
      url: new URL(context.req.url),
    });
    if (route.body?.kind === "bytes") assertContentType(request, route.body.contentTypes);
    const body =
      route.body?.kind === "json"
        ? await readJsonBody(request, { schema: route.body.schema, limits: bodyLimits })
        : null;
    const requestId = context.get("requestId");
    const cookies: string[] = [];
    const asked = {
      params,
      query,
      body: body?.value,
      identity,
      permission: PERMISSIONS[route.name],
      call: callOf(identity, requestId),
      cp: controlPlane,
      stream: () => streamBody(request, streamLimits),
      signal: request.signal,
      headers: request.headers,
      logger: context.get("logger"),
      requestId,
      address: context.get("address"),
      setCookie: (text: string) => void cookies.push(text),
      idempotencyKey: request.headers.get("idempotency-key"),
    };
    return { asked: asked as unknown as Asked<R>, bodyText: body?.text ?? "", cookies };
  }
}

function callOf(identity: Identity, requestId: string): Call {
  const { organizationId, projectId, actor, userId } = identity;
  return { scope: { organizationId, projectId }, actor, userId, requestId };
}

/** `/jobs/{id}` → `/jobs/:id`. */
function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\{\w+\}/g, "[^/]+")}$`);
}

/** What a request asks for; how long its sender waits for the answer belongs to each repeat. */
function queryOf(url: string): string {
  const { searchParams } = new URL(url);
  searchParams.delete("wait");
  return searchParams.toString();
}
