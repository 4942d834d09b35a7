import { CodedError, isCodedError } from "@syncline/core";
import type { ByteSink } from "@syncline/engine";
import type { OperationSetting } from "../contract.ts";
import type { ExportFormat, ExportInput, ExportReport } from "./export-input.ts";
import { runExport } from "./run-export.ts";

const EXPORT_MEDIA_TYPES: Readonly<Record<Exclude<ExportFormat, "csv">, string>> = {
  ndjson: "application/x-ndjson",
  json: "application/json",
  yaml: "application/yaml",
  sql: "application/sql",
};

export interface OpenedExport {
  readonly contentType: string;
  /**
   * Read no faster than it is taken. Cancelling it ends the reading; it breaks off with the error when the export fails
   * after its first bytes, and then lacks its end.
   */
  readonly stream: ReadableStream<Uint8Array>;
  /** Resolves when all was taken; rejects as `runExport` does. Need not be awaited. */
  readonly report: Promise<ExportReport>;
}

/**
 * Rows of one instant as a stream instead of a file. Resolves with the first bytes, so that what cannot be exported at
 * all is an error here. @throws CodedError as `runExport`
 */
export async function openExport(
  setting: OperationSetting,
  input: Omit<ExportInput, "output"> & { readonly format: Exclude<ExportFormat, "csv"> },
): Promise<OpenedExport> {
  const gone = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const first = Promise.withResolvers<void>();
  writer.closed.catch(() => gone.abort(wentAway()));
  const report = runExport(until(setting, gone.signal), {
    ...input,
    output: { kind: "sink", label: "the stream", sink: sinkOf(writer, () => first.resolve()) },
  });
  report.catch((error: unknown) => {
    first.reject(error);
    writer.abort(error).catch(() => {});
  });
  await first.promise;
  return { contentType: EXPORT_MEDIA_TYPES[input.format], stream: readable, report };
}

function until(setting: OperationSetting, gone: AbortSignal): OperationSetting {
  const { context } = setting;
  return { ...setting, context: { ...context, signal: AbortSignal.any([context.signal, gone]) } };
}

function sinkOf(writer: WritableStreamDefaultWriter<Uint8Array>, began: () => void): ByteSink {
  return {
    write: (bytes) => {
      began();
      return writer.write(bytes).catch(asGone);
    },
    commit: () => {
      began();
      return writer.close().catch(asGone);
    },
    discard: () => Promise.resolve(),
  };
}

/** The stream tells only what its reader gave as a reason, if anything. */
function asGone(cause: unknown): never {
  throw isCodedError(cause) ? cause : wentAway(cause);
}

function wentAway(cause?: unknown): CodedError {
  return new CodedError("interrupted", "Whoever read the export went away.", { cause });
}
