import type { ServerEvent } from "@syncline/api";
import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { api } from "./client.ts";

/** `lost`: the server is not heard of, and it is tried again and again. `resumed`: it was lost a moment ago. */
export type ConnectionState = "connecting" | "live" | "lost" | "resumed" | "asleep";

type EventListener = (event: ServerEvent) => void;

const RESUMED_SHOWN_MS = 4_000;
/** What is not looked at needs no stream: browsers allow few connections to a server. */
const ASLEEP_AFTER_MS = 20_000;

/** One stream of events for the whole page; it goes on by itself after every interruption. */
class LiveEvents {
  #state: ConnectionState = "connecting";
  #abort: AbortController | null = null;
  #lastId: number | undefined;
  readonly #listeners = new Set<EventListener>();
  readonly #watchers = new Set<() => void>();

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    void this.#read(abort.signal);
  }

  stop(state: ConnectionState): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#set(state);
  }

  onEvent(listener: EventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  async #read(signal: AbortSignal): Promise<void> {
    const onConnection = (state: "open" | "lost") => this.#connection(state);
    const after = this.#lastId;
    try {
      for await (const event of api.events({
        signal,
        onConnection,
        ...(after === undefined ? {} : { after }),
      })) {
        if (event.id > 0) this.#lastId = event.id;
        for (const listener of this.#listeners) listener(event);
      }
    } catch {
      // Refused for good, as after a sign-out: the next thing that is asked for says why.
      if (!signal.aborted) this.stop("lost");
    }
  }

  #connection(state: "open" | "lost"): void {
    if (state === "lost") {
      this.#set("lost");
      return;
    }
    const before = this.#state;
    this.#set(before === "lost" ? "resumed" : "live");
    if (before !== "lost" && before !== "asleep") return;
    // What happened meanwhile may have been too much for the stream.
    for (const listener of this.#listeners)
      listener({ id: 0, runId: null, type: "resync", payload: {}, at: new Date().toISOString() });
    setTimeout(() => {
      if (this.#state === "resumed") this.#set("live");
    }, RESUMED_SHOWN_MS);
  }

  #set(state: ConnectionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}

const live = new LiveEvents();

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(live.watch, () => live.state);
}

/** Calls `listener` for each event, in order; a `resync` event says that the state has to be read again. */
export function useLiveEvents(listener: EventListener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => live.onEvent((event) => latest.current(event)), []);
}

/** Query keys begin with the noun that they are about; so do the types of events. */
const KEYS_BY_NOUN: Readonly<Record<string, readonly string[]>> = {
  run: ["runs", "overview", "timeline", "patches"],
  replica: ["runs", "workers"],
  job: ["jobs", "overview", "timeline"],
  review: ["reviews", "overview", "timeline"],
  conflict: ["conflicts", "overview", "timeline"],
  conflicts: ["conflicts", "overview", "timeline"],
  patch: ["patches"],
  pair: ["jobs", "overview"],
  server: ["servers", "databases"],
  environment: ["environments", "databases", "overview"],
  person: ["people"],
  invitation: ["invitations", "people"],
  session: ["sessions"],
  audit: ["audit"],
  webhook: ["webhooks"],
  key: ["keys"],
};
const GATHER_MS = 400;

/** Keeps what is shown true: an event makes the queries of its noun be read again. Mounted once, by the shell. */
export function useLiveQueries(queryClient: QueryClient): void {
  useEffect(() => {
    const nouns = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const all = nouns.has("*");
      const keys = new Set([...nouns].flatMap((noun) => KEYS_BY_NOUN[noun] ?? []));
      nouns.clear();
      if (all) void queryClient.invalidateQueries();
      else for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] });
    };
    const stop = live.onEvent(({ type }) => {
      // Progress is frequent, and the pages that show it take it from the event itself.
      if (type === "run.progress") return;
      nouns.add(type === "resync" ? "*" : (type.split(".")[0] ?? ""));
      timer ??= setTimeout(flush, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queryClient]);
  useEffect(() => {
    live.start();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onVisibility = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => live.stop("asleep"), ASLEEP_AFTER_MS);
      else live.start();
    };
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
      live.stop("connecting");
    };
  }, []);
}
