import { isCodedError } from "@syncline/core";
import { allEvents, eventSchema, runEvents, type ServerEvent } from "../contract/runs.ts";
import { errorOf, unreachable } from "./problem-error.ts";
import { authorization, type ClientOptions, joined, pause } from "./send-request.ts";

export interface EventsWanted {
  readonly runId?: string;
  readonly after?: number;
  readonly signal?: AbortSignal;
  /** Told when the stream begins to flow and whenever it is lost; it goes on by itself. */
  readonly onConnection?: (state: "open" | "lost") => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** The server is heard of every 15 s; longer than this it is gone. */
const SILENCE_MS = 45_000;
const MAX_EVENT_CHARS = 4_000_000;

/** Events in order, over as many connections as it takes. Ends with the signal; rejects when the server refuses. */
export async function* readEventStream(
  options: ClientOptions,
  wanted: EventsWanted,
): AsyncGenerator<ServerEvent, void> {
  const signal = joined(options.signal, wanted.signal);
  let lastId = wanted.after;
  let failures = 0;
  const stopped = () => signal?.aborted === true;
  while (!stopped()) {
    try {
      for await (const event of readConnection(options, { ...wanted, lastId, signal })) {
        failures = 0;
        if (event.id > 0) lastId = event.id;
        yield event;
      }
    } catch (error) {
      if (stopped()) return;
      if (isCodedError(error) && !error.retryable) throw error;
      failures += 1;
    }
    if (!stopped()) wanted.onConnection?.("lost");
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    await pause(longest * (0.5 + Math.random() / 2), signal).catch(() => {});
  }
}

interface Connection extends EventsWanted {
  readonly lastId: number | undefined;
  readonly signal: AbortSignal | undefined;
}

async function* readConnection(
  options: ClientOptions,
  { runId, lastId, signal, onConnection }: Connection,
): AsyncGenerator<ServerEvent, void> {
  const silence = new AbortController();
  const path =
    runId === undefined ? allEvents.path : runEvents.path.replace("{id}", encodeURIComponent(runId));
  const init: RequestInit = {
    redirect: "error",
    headers: {
      ...authorization(options),
      Accept: "text/event-stream",
      ...(lastId === undefined ? {} : { "Last-Event-ID": String(lastId) }),
    },
    signal: joined(signal, silence.signal) ?? null,
  };
  const response = await (options.fetch ?? fetch)(
    `${options.url.replace(/\/+$/, "")}/api/v1${path}`,
    init,
  ).catch((error: unknown) => {
    throw unreachable(error, options.url);
  });
  if (!response.ok) throw await errorOf(response, options.url);
  if (response.body === null) return;
  onConnection?.("open");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      text += value;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parseEvent(text.slice(0, end));
        text = text.slice(end + 2);
        if (event !== null) yield event;
      }
      if (text.length > MAX_EVENT_CHARS) return;
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}

/** Null for heartbeats and what cannot be read. */
function parseEvent(block: string): ServerEvent | null {
  const fields = new Map(
    block.split("\n").flatMap((line): [string, string][] => {
      const colon = line.indexOf(":");
      return colon <= 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trimStart()]];
    }),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  const id = Number(fields.get("id") ?? 0);
  if (fields.get("event") === "resync")
    return { id, runId: null, type: "resync", payload: {}, at: new Date().toISOString() };
  try {
    return eventSchema.parse(JSON.parse(data));
  } catch {
    return null;
  }
}
