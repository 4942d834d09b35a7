import { to as copyTo } from "pg-copy-streams";
import { interrupted, type ReadSession } from "../connection/read-session.ts";
import type { SessionPool } from "../connection/session-pool.ts";
import { cursorChunks } from "../staged/cursor-chunks.ts";

export interface CopyRequest {
  readonly query: string;
  readonly format: "binary" | "text";
  /** SET LOCAL statements for the session. */
  readonly settings: string;
  readonly about: string;
  readonly signal: AbortSignal;
}

const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * COPY output of the query on a session of the pool, as it comes: chunks end anywhere. Ending early cuts the session off;
 * a stream that ends without an error is whole.
 */
export async function* copyChunks(pool: SessionPool, request: CopyRequest): AsyncGenerator<Buffer> {
  const session = await pool.acquire();
  if (pool.byCursor) {
    await session.configure(request.settings, request.signal);
    yield* cursorChunks(session, request);
    return;
  }
  let finished = false;
  try {
    await session.configure(request.settings, request.signal);
    yield* chunks(session, request);
    finished = true;
  } finally {
    if (!finished) await session.abandon();
    pool.release(session);
  }
}

async function* chunks(session: ReadSession, request: CopyRequest): AsyncGenerator<Buffer> {
  const { query, format, signal } = request;
  if (signal.aborted) throw interrupted(signal);
  const stream = session.client.query(
    copyTo(`COPY (${query}) TO STDOUT (FORMAT ${format})`, { highWaterMark: HIGH_WATER_BYTES }),
  );
  const lost = () =>
    stream.destroy(Object.assign(new Error("the connection was lost"), { code: "ECONNRESET" }));
  const stop = () => void session.abandon();
  session.client.once("end", lost);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw session.explain(error, signal, request.about);
  } finally {
    session.client.removeListener("end", lost);
    signal.removeEventListener("abort", stop);
  }
}
