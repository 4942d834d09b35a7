import type { RowBatch } from "@syncline/core";
import type { SessionPool } from "../connection/session-pool.ts";
import { translateError } from "../connection/translate-error.ts";
import { type CopyRequest, copyChunks } from "./copy-chunks.ts";
import { CopyParser, type RowLayout } from "./copy-parser.ts";

export interface CopyRowsRequest extends Omit<CopyRequest, "format"> {
  readonly layout: RowLayout;
}

/** Runs the query as binary COPY on a session of the pool. Ending early cuts the session off. */
export async function* copyRows(pool: SessionPool, request: CopyRowsRequest): AsyncGenerator<RowBatch> {
  const parser = new CopyParser(request.layout);
  for await (const chunk of copyChunks(pool, { ...request, format: "binary" })) {
    const batch = parser.push(chunk);
    if (batch !== null) yield batch;
  }
  if (parser.ended) return;
  const cut = Object.assign(new Error("the stream of rows ended early"), { code: "ECONNRESET" });
  throw translateError(cut, request.about);
}
