import { getPatch, type PatchRecord } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import type { OpenResult } from "@syncline/runtime/results";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";

/** A stored patch whose files are there. @throws CodedError `resource.not_found` */
export async function keptPatch(
  { cp, call }: Pick<Asked<unknown>, "cp" | "call">,
  patchId: string,
): Promise<PatchRecord> {
  const patch = await getPatch(cp, call.scope, { patchId });
  if (patch.removedAt === null) return patch;
  throw new CodedError("resource.not_found", `The files of patch "${patchId}" were removed.`, {
    hint: "Compare again; limits.results says how long results are kept.",
  });
}

/** Runs `use` with the index of a stored patch. */
export async function withResult<T>(
  parts: ServiceParts,
  patch: PatchRecord,
  use: (result: OpenResult) => Promise<T>,
): Promise<T> {
  const result = await openResult(parts, patch);
  try {
    return await use(result);
  } finally {
    result.close();
  }
}

async function openResult({ results }: ServiceParts, { id, indexKey }: PatchRecord): Promise<OpenResult> {
  if (indexKey !== null) return results.openResult(indexKey);
  throw new CodedError("resource.not_found", `Patch "${id}" has no index to look into.`, {
    hint: "Download it instead.",
  });
}

interface Streamed {
  readonly contentType: string;
  /** Of the file. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** An answer that is read from a stored patch while it is sent. What fails on the way breaks it off. */
export async function streamResult(
  parts: ServiceParts,
  patch: PatchRecord,
  { contentType, name, signal, logger }: Streamed,
  texts: (result: OpenResult) => Promise<AsyncIterable<string>>,
): Promise<Response> {
  const result = await openResult(parts, patch);
  try {
    const encoded = closing(await texts(result), {
      close: () => result.close(),
      failed: (error) => {
        if (!signal.aborted) logger.warn({ err: error }, "a file of a stored patch broke off");
      },
    });
    return new Response(ReadableStream.from(encoded), {
      headers: { "Content-Type": contentType, "Content-Disposition": `attachment; filename="${name}"` },
    });
  } catch (error) {
    result.close();
    throw error;
  }
}

async function* closing(
  texts: AsyncIterable<string>,
  { close, failed }: { readonly close: () => void; readonly failed: (error: unknown) => void },
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for await (const text of texts) yield encoder.encode(text);
  } catch (error) {
    failed(error);
    throw error;
  } finally {
    close();
  }
}
