import { once } from "node:events";
import { finished } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import { copyFromStdin } from "../connection/copy-from-stdin.ts";
import type { ApplySession } from "../write/apply-session.ts";
import { sqlStateOf } from "../write/write-errors.ts";

export interface PumpRequest {
  readonly session: ApplySession;
  /** COPY … FROM STDIN. */
  readonly statement: string;
  readonly read: (signal: AbortSignal) => AsyncIterable<Buffer>;
  readonly signal: AbortSignal;
  readonly stallTimeoutMs: number;
  readonly onBytes: (bytes: number) => void;
}

/** How long an error of the server may come after the one that it caused on our side. */
const GRACE_MS = 50;

/**
 * Carries COPY data into the target, no faster than the target takes it. After a failure both sides' sockets are gone,
 * and the error is the first that a server sent, if one did.
 */
export async function pump(request: PumpRequest): Promise<{ rows: number; bytes: number }> {
  const { session, statement, read, signal } = request;
  const stop = new AbortController();
  const watchdog = new Watchdog(request.stallTimeoutMs, (stalled) => stop.abort(stalled));
  const stream = session.client.query(copyFromStdin(statement));
  const lost = () =>
    stream.destroy(Object.assign(new Error("the connection was lost"), { code: "ECONNRESET" }));
  session.client.once("end", lost);
  let failure: unknown;
  const done = finished(stream).catch((error) => {
    failure = error;
    stop.abort(session.translate(error));
  });
  let bytes = 0;
  try {
    for await (const chunk of read(AbortSignal.any([signal, stop.signal]))) {
      if (failure !== undefined) throw failure;
      bytes += chunk.length;
      request.onBytes(chunk.length);
      watchdog.feed();
      if (!stream.write(chunk)) await Promise.race([once(stream, "drain", { signal: stop.signal }), done]);
    }
    if (failure !== undefined) throw failure;
    stream.end();
    await Promise.race([done, aborted(stop.signal)]);
    if (failure !== undefined) throw failure;
    return { rows: stream.rowCount, bytes };
  } catch (error) {
    await sleep(sqlStateOf(error) === "" ? GRACE_MS : 0);
    const cause = preferred(error, failure, stop.signal);
    session.destroy();
    throw cause;
  } finally {
    watchdog.stop();
    session.client.removeListener("end", lost);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** What a server said tells more than the broken pipe that followed. */
function preferred(error: unknown, failure: unknown, stopped: AbortSignal): unknown {
  const found = [failure, error].find(
    (each) => /^[0-9A-Z]{5}$/.test(sqlStateOf(each)) && sqlStateOf(each) !== "EPIPE",
  );
  if (found !== undefined) return found;
  return stopped.aborted && stopped.reason instanceof CodedError ? stopped.reason : error;
}

/** Fires when nothing moved for so long: a frozen server shows in nothing else. */
class Watchdog {
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number, fire: (stalled: CodedError) => void) {
    this.#timer = setTimeout(() => {
      fire(
        new CodedError("connection.timeout", `No byte moved for ${Math.round(milliseconds / 1000)} s.`, {
          hint: "A server or the network in between hangs; try again.",
          retryable: true,
        }),
      );
    }, milliseconds);
  }

  feed(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
