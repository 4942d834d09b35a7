import { isFinalState, type ServerEvent } from "@syncline/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "../../api/client.ts";
import { afterEvent, asksForReading } from "./run-state.ts";
import { type Run, runQuery } from "./runs-query.ts";

/** `told`: the run has ended and all that happened to it is here. */
export type RunConnection = "connecting" | "live" | "lost" | "resumed" | "told";

interface RunEvents {
  /** Without progress, oldest first. */
  readonly events: readonly ServerEvent[];
  readonly connection: RunConnection;
  /** When something was heard of the run, or of the server, last. */
  readonly heardAt: number;
}

const MOST_EVENTS = 1_000;
const RESUMED_SHOWN_MS = 6_000;
/** After its end a run's last events come at once; then nothing does. */
const LAST_WORDS_MS = 3_000;

/**
 * What happened to a run, from its beginning, and what does, live. Keeps the run that queries hold true: progress comes from
 * the events, everything else is read again when they say so. Goes on by itself when the connection is lost.
 */
export function useRunEvents(runId: string, state: Run["state"] | undefined): RunEvents {
  const queryClient = useQueryClient();
  const [told, setTold] = useState<RunEvents>({ events: [], connection: "connecting", heardAt: Date.now() });
  const final = state !== undefined && isFinalState(state);
  const ended = useRef(false);
  ended.current = final;
  useEffect(() => {
    const abort = new AbortController();
    let lost = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = (connection: RunConnection) =>
      setTold((before) => ({ ...before, connection, heardAt: Date.now() }));
    const quiet = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!ended.current) return;
        abort.abort();
        say("told");
      }, LAST_WORDS_MS);
    };
    const read = () => {
      for (const kind of ["one", "units", "attempts"])
        void queryClient.invalidateQueries({ queryKey: ["runs", kind, runId] });
    };
    const onConnection = (connection: "open" | "lost") => {
      if (connection === "lost") {
        lost = true;
        return setTold((before) => ({ ...before, connection: "lost" }));
      }
      quiet();
      if (!lost) return say("live");
      lost = false;
      say("resumed");
      read();
      setTimeout(() => {
        if (!lost && !abort.signal.aborted) say("live");
      }, RESUMED_SHOWN_MS);
    };
    const follow = async () => {
      setTold({ events: [], connection: "connecting", heardAt: Date.now() });
      const stream = api.events({ runId, after: 0, signal: abort.signal, onConnection });
      for await (const event of stream) {
        quiet();
        queryClient.setQueryData(runQuery(runId).queryKey, (run) => run && afterEvent(run, event));
        if (asksForReading(event, runId)) read();
        setTold((before) => ({ ...before, heardAt: Date.now(), events: kept(before.events, event) }));
      }
    };
    // Refused for good, as where the run is not there: the query of the run says why.
    follow().catch(() => setTold((before) => ({ ...before, connection: "lost" })));
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [runId, queryClient]);
  return told;
}

function kept(events: readonly ServerEvent[], event: ServerEvent): readonly ServerEvent[] {
  if (event.type === "run.progress" || events.some(({ id }) => id === event.id && id > 0)) return events;
  return [...events, event].slice(-MOST_EVENTS);
}
