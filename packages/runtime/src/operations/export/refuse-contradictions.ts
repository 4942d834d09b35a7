import { CodedError } from "@syncline/core";
import type { ExportInput } from "./export-input.ts";

/** @throws CodedError `usage.invalid` */
export function refuseContradictions(input: ExportInput): void {
  const { dataset, format, recipients, sign, tables, roots, output } = input;
  assertRoots(dataset, roots);
  if (dataset !== null && format === "sql")
    throw usage("A dataset cannot be written as SQL", "Use yaml, json, ndjson or csv.");
  if (dataset !== null && tables.length > 0)
    throw usage("--schema and --dataset contradict each other", "List the tables in the dataset.");
  if (format === "csv" && (recipients.length > 0 || sign !== null))
    throw usage("A directory of CSV files is neither encrypted nor signed", "Use yaml, json or ndjson.");
  if (output.kind === "file") return;
  if (format === "csv") throw notStreamed();
  if (recipients.length > 0 || sign !== null)
    throw usage("A stream is neither encrypted nor signed here", "Export into a file.");
}

/** @throws CodedError `usage.invalid` for roots without a dataset */
export function assertRoots(dataset: string | null, roots: ReadonlyMap<string, string>): void {
  if (dataset === null && roots.size > 0)
    throw usage("--email, --group and --select choose roots of a dataset", "Add --dataset with its name.");
}

export function notStreamed(): CodedError {
  return usage("CSV is a directory of files, one a table, and no stream", "Use yaml, json, ndjson or sql.");
}

function usage(what: string, hint: string): CodedError {
  return new CodedError("usage.invalid", `${what}.`, { hint });
}
