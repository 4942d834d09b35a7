import { type PatchOperation, renderDiff, renderInputOfPatch } from "@syncline/core";
import type { ChangeFilter, OpenResult } from "@syncline/runtime/results";
import { changesAsCsv } from "./changes-as-csv.ts";
import { patchScript } from "./patch-script.ts";

export type ChangeFormat = "ndjson" | "csv" | "json" | "sql" | "html";

export const CHANGE_TYPES: Readonly<Record<ChangeFormat, string>> = {
  ndjson: "application/x-ndjson",
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  sql: "application/sql; charset=utf-8",
  html: "text/html; charset=utf-8",
};

interface Export {
  readonly format: ChangeFormat;
  readonly filter: ChangeFilter;
  readonly signal: AbortSignal;
}

/** Changes as a file, read as it is sent. */
export function changeExport(result: OpenResult, { format, filter, signal }: Export): AsyncIterable<string> {
  const { header } = result;
  switch (format) {
    case "csv":
      return changesAsCsv(result.operations(filter, signal));
    case "sql":
      return patchScript(header, {
        about: [
          `Part of patch ${header.id} of ${header.createdAt}, for ${header.target.locator}.`,
          "What was chosen may lean on what was not.",
        ],
        operations: (kind) => ofKind(result, { filter, signal }, kind),
      });
    default:
      return renderDiff(format, renderInputOfPatch({ header }, result.operations(filter, signal)));
  }
}

async function* ofKind(
  result: OpenResult,
  { filter, signal }: Omit<Export, "format">,
  kind: PatchOperation["op"],
): AsyncGenerator<readonly PatchOperation[]> {
  if (filter.kinds?.includes(kind) === false) return;
  yield* result.operations({ ...filter, kinds: [kind] }, signal);
}
