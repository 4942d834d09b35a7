import type { BodyOf, transfers } from "@syncline/api";
import type { Call } from "@syncline/control-plane";
import { CodedError, parseFilter } from "@syncline/core";
import type { ByteSink } from "@syncline/engine";
import type { Logger } from "@syncline/observability";
import { DEFAULT_EXPORT, runExport } from "@syncline/runtime/operations";
import type { ServiceParts } from "../service-parts.ts";
import { assertNamedPlace } from "./check-definition.ts";
import { directSetting } from "./direct-setting.ts";

type Wanted = BodyOf<typeof transfers.exportRows>;

interface OpenExport {
  readonly call: Call;
  readonly wanted: Wanted;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

interface OpenedExport {
  readonly body: ReadableStream<Uint8Array>;
  readonly format: "ndjson" | "json" | "yaml" | "sql";
}

/**
 * Rows of one instant as a body. It begins with the first bytes, so that what cannot be exported at all is an error; what
 * fails later breaks the body off. A reader that goes away ends the reading.
 */
export async function openExport(parts: ServiceParts, options: OpenExport): Promise<OpenedExport> {
  const { call, wanted, signal, logger } = options;
  const format = wanted.format ?? "ndjson";
  if (format === "csv")
    throw new CodedError("request.invalid", "CSV is a directory of files, one a table, and no stream.", {
      hint: "Use ndjson, json, yaml or sql.",
    });
  if (wanted.recipients.length > 0)
    throw new CodedError("feature.missing", "A streamed export is not encrypted here.", {
      hint: "Make an export job with recipients.",
    });
  const gone = new AbortController();
  const setting = await directSetting(parts, {
    call,
    signal: AbortSignal.any([signal, gone.signal]),
    confirmed: null,
    applicationId: null,
  });
  assertNamedPlace(wanted.source, setting.workspace);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const first = Promise.withResolvers<void>();
  const sink: ByteSink = {
    write: async (bytes) => {
      first.resolve();
      await writer.write(bytes);
    },
    commit: async () => {
      first.resolve();
      await writer.close();
    },
    discard: async () => {},
  };
  writer.closed.catch(() => gone.abort());
  const exporting = runExport(setting, {
    ...DEFAULT_EXPORT,
    source: wanted.source,
    output: { kind: "sink", label: "the answer", sink },
    format,
    dataset: wanted.dataset ?? null,
    filter: wanted.filter === undefined ? null : parseFilter(JSON.stringify(wanted.filter)),
    mask: wanted.mask ?? null,
  });
  exporting.catch((error: unknown) => {
    first.reject(error);
    if (!gone.signal.aborted) logger.warn({ err: error }, "an export broke off");
    writer.abort(error).catch(() => {});
  });
  await first.promise;
  return { body: readable, format };
}
