import type { RowBatch } from "@syncline/core";
import { to as copyTo } from "pg-copy-streams";
import { interrupted, type ReadSession } from "../connection/read-session.ts";
import type { SessionPool } from "../connection/session-pool.ts";
import { CopyParser, type RowLayout } from "./copy-parser.ts";

export interface CopyRequest {
  readonly query: string;
  /** SET LOCAL statements for the session. */
  readonly settings: string;
  readonly layout: RowLayout;
  readonly about: string;
  readonly signal: AbortSignal;
}

const HIGH_WATER_BYTES = 1024 * 1024;

/** Runs the query as binary COPY on a session of the pool. Ending early cuts the session off. */
export async function* copyRows(pool: SessionPool, request: CopyRequest): AsyncGenerator<RowBatch> {
  const session = await pool.acquire();
  let finished = false;
  try {
    await session.configure(request.settings, request.signal);
    yield* batches(session, request);
    finished = true;
  } finally {
    if (!finished) await session.abandon();
    pool.release(session);
  }
}

async function* batches(session: ReadSession, request: CopyRequest): AsyncGenerator<RowBatch> {
  const { signal } = request;
  if (signal.aborted) throw interrupted(signal);
  const parser = new CopyParser(request.layout);
  const stream = session.client.query(
    copyTo(`COPY (${request.query}) TO STDOUT (FORMAT binary)`, { highWaterMark: HIGH_WATER_BYTES }),
  );
  const lost = () =>
    stream.destroy(Object.assign(new Error("the connection was lost"), { code: "ECONNRESET" }));
  const stop = () => void session.abandon();
  session.client.once("end", lost);
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) {
      const batch = parser.push(chunk as Buffer);
      if (batch !== null) yield batch;
    }
    if (!parser.ended)
      throw Object.assign(new Error("the stream of rows ended early"), { code: "ECONNRESET" });
  } catch (error) {
    throw session.explain(error, signal, request.about);
  } finally {
    session.client.removeListener("end", lost);
    signal.removeEventListener("abort", stop);
  }
}
