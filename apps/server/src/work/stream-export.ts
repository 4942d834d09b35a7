import type { Call } from "@syncline/control-plane";
import type { FilterDocument } from "@syncline/core";
import type { Logger } from "@syncline/observability";
import { DEFAULT_EXPORT, openExport } from "@syncline/runtime/operations";
import type { ServiceParts } from "../service-parts.ts";
import { assertNamedPlace } from "./check-definition.ts";
import { directSetting } from "./direct-setting.ts";

interface WantedExport {
  readonly source: string;
  readonly format?: "ndjson" | "json" | "yaml" | "sql";
  readonly dataset?: string;
  readonly filter?: FilterDocument;
  readonly mask?: string;
  readonly tables?: readonly string[];
}

interface StreamExport {
  readonly call: Call;
  readonly wanted: WantedExport;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Rows of one instant as an answer. What cannot be exported at all is an error; what fails later breaks the body off. */
export async function streamExport(
  parts: ServiceParts,
  { call, wanted, signal, logger }: StreamExport,
): Promise<Response> {
  const format = wanted.format ?? "ndjson";
  const setting = await directSetting(parts, { call, signal, confirmed: null, applicationId: null });
  assertNamedPlace(wanted.source, setting.workspace);
  const opened = await openExport(setting, {
    ...DEFAULT_EXPORT,
    source: wanted.source,
    format,
    dataset: wanted.dataset ?? null,
    filter: wanted.filter ?? null,
    mask: wanted.mask ?? null,
    tables: wanted.tables ?? [],
  });
  opened.report.catch((error: unknown) => {
    if (!signal.aborted) logger.warn({ err: error }, "an export broke off");
  });
  return new Response(opened.stream, { headers: { "Content-Type": opened.contentType } });
}
