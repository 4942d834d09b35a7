import { CodedError } from "@syncline/core";
import * as contract from "../contract/index.ts";
import type { AnswerOf, BodyInputOf, ParamsOf, QueryInputOf, Route } from "../contract/route.ts";
import type { ServerEvent } from "../contract/runs.ts";
import { type EventsWanted, readEventStream } from "./event-stream.ts";
import { type ByteBody, type ClientOptions, sendRequest } from "./send-request.ts";

/** What a call takes: only what the route has. `body` is JSON, or bytes with `contentType`. */
export type CallInput<R> = (ParamsOf<R> extends undefined ? unknown : { readonly params: ParamsOf<R> }) &
  (QueryInputOf<R> extends undefined ? unknown : { readonly query?: Partial<QueryInputOf<R>> }) &
  (R extends { readonly body: { readonly kind: "bytes" } }
    ? { readonly body: ByteBody; readonly contentType?: string }
    : BodyInputOf<R> extends undefined
      ? unknown
      : { readonly body: BodyInputOf<R> }) & {
    /** Made when the route takes one and none is given, so that a repeat by the client itself does nothing twice. */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

/** JSON; the response itself where bytes are streamed; nothing for 204. */
export type CallAnswer<R> = R extends { readonly answer: { readonly kind: "bytes" | "events" | "redirect" } }
  ? Response
  : R extends { readonly answer: { readonly kind: "empty" } }
    ? undefined
    : AnswerOf<R>;

type NeedsNothing<R> =
  ParamsOf<R> extends undefined ? (R extends { readonly body: unknown } ? false : true) : false;
type Call<R> =
  NeedsNothing<R> extends true
    ? (input?: CallInput<R>) => Promise<CallAnswer<R>>
    : (input: CallInput<R>) => Promise<CallAnswer<R>>;

type Calls<Noun> = { readonly [Key in keyof Noun as Noun[Key] extends Route ? Key : never]: Call<Noun[Key]> };

const NOUNS = {
  overview: contract.overview,
  jobs: contract.jobs,
  runs: contract.runs,
  diffs: contract.diffs,
  transfers: contract.transfers,
  databases: contract.databases,
  conflicts: contract.conflicts,
  webhooks: contract.webhooks,
  access: contract.access,
  reviews: contract.reviews,
  environments: contract.environments,
  audit: contract.audit,
  secrets: contract.secrets,
  settings: contract.settings,
  signIn: contract.signIn,
  people: contract.people,
} as const;

export type Client = { readonly [Noun in keyof typeof NOUNS]: Calls<(typeof NOUNS)[Noun]> } & {
  /** Any route of the contract. @throws CodedError as the server says, `connection.refused`, `remote.failed`, `interrupted` */
  call<R extends Route>(route: R, input: CallInput<R>): Promise<CallAnswer<R>>;
  /**
   * What happens, live, in order; of one run, or everything. Goes on after a lost connection by itself, until the signal.
   * A `resync` event says that some were left out.
   */
  events(options?: EventsWanted): AsyncGenerator<ServerEvent, void>;
};

/** A client of one server. Has no state and no connection of its own; works in browsers too. */
export function createClient(options: ClientOptions): Client {
  const call = async <R extends Route>(route: R, input: CallInput<R>): Promise<CallAnswer<R>> => {
    const response = await sendRequest(options, route, input as Parameters<typeof sendRequest>[2]);
    return (await readAnswer(response, route, options)) as CallAnswer<R>;
  };
  const nouns = Object.entries(NOUNS).map(([noun, routes]) => [
    noun,
    Object.fromEntries(
      Object.entries(routes)
        .filter(([, route]) => contract.isRoute(route))
        .map(([name, route]) => [name, (input = {}) => call(route as Route, input as CallInput<Route>)]),
    ),
  ]);
  return {
    ...(Object.fromEntries(nouns) as Pick<Client, keyof typeof NOUNS>),
    call,
    events: (wanted = {}) => readEventStream(options, wanted),
  };
}

async function readAnswer(response: Response, { answer }: Route, { url }: ClientOptions): Promise<unknown> {
  if (answer.kind === "bytes" || answer.kind === "events" || answer.kind === "redirect") return response;
  if (answer.kind === "empty") {
    await response.body?.cancel();
    return undefined;
  }
  const parsed = answer.schema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new CodedError("remote.failed", `"${url}" answered in a form that this version does not know.`, {
    hint: "Check that the address is that of a Syncline server and that both are of similar versions.",
    details: { server: url, status: response.status },
  });
}
