import type { ExportFormat } from "./export-input.ts";

const WRAPPING = /\.(?:gz|zst|age)$/i;
const BY_SUFFIX: ReadonlyMap<string, ExportFormat> = new Map([
  ["yaml", "yaml"],
  ["yml", "yaml"],
  ["json", "json"],
  ["ndjson", "ndjson"],
  ["jsonl", "ndjson"],
  ["csv", "csv"],
  ["sql", "sql"],
]);

/** The form that a file's name speaks of, whatever it is compressed or encrypted with; NDJSON when it says nothing. */
export function formatBySuffix(path: string): ExportFormat {
  let name = path;
  while (WRAPPING.test(name)) name = name.replace(WRAPPING, "");
  const suffix = /\.([^./\\]+)$/.exec(name)?.[1] ?? "";
  return BY_SUFFIX.get(suffix.toLowerCase()) ?? "ndjson";
}
