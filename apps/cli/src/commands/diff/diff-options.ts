import { CodedError, type DiffFormat, type FilterDocument, imagesOfFormat } from "@syncline/core";
import { type ComparisonInput, columnMapOf } from "@syncline/runtime/operations";
import type { DiffCommandOptions } from "../diff.ts";
import type { Assignment } from "../option-values.ts";

const DEFAULT_RECHECK_MS = 2000;

/** `--json` is `--format json`; naming another format beside it is a mistake. */
export function diffFormat(
  { format, json }: { readonly format?: DiffFormat; readonly json?: boolean },
  fallback: DiffFormat,
): DiffFormat {
  if (json !== true) return format ?? fallback;
  if (format === undefined || format === "json") return "json";
  throw new CodedError("usage.invalid", `--json and --format ${format} contradict each other.`, {
    hint: "Leave one of the two out.",
  });
}

export interface ComparisonOf {
  readonly source: string;
  readonly target: string;
  readonly options: DiffCommandOptions;
  readonly format: DiffFormat;
  readonly filter: FilterDocument | null;
}

/** What the operation wants, from what was typed. */
export function comparisonOf({ source, target, options, format, filter }: ComparisonOf): ComparisonInput {
  return {
    source,
    target,
    tables: options.schema ?? [],
    filter,
    mask: options.mask ?? null,
    fields: options.fields ?? null,
    ignoreFields: options.ignoreFields ?? [],
    ignoreTimestamps: options.ignoreTimestamps === true,
    ignoreSystemFields: options.ignoreSystemFields === true,
    tolerance: new Map((options.tolerance ?? []).map(({ name, value }) => [name, value])),
    keys: keyColumns(options.key ?? []),
    tableMap: new Map((options.mapTable ?? []).map(({ name, value }) => [name, value])),
    columnMap: columnMapOf((options.mapColumn ?? []).map(({ name, value }) => [name, value] as const)),
    maxDifferences: options.maxDifferences ?? null,
    maxPercent: options.maxPercent ?? null,
    maxTimeMs: options.maxTime ?? null,
    recheckAfterMs: options.recheck === true ? DEFAULT_RECHECK_MS : (options.recheck ?? null),
    images: options.output === undefined ? imagesOfFormat(format, options.summaryOnly === true) : "all",
    path: options.path,
    parallel: options.parallel,
    forPatch: options.output !== undefined,
    edited: options.edited === true,
  };
}

export function keyColumns(assignments: readonly Assignment[]): ReadonlyMap<string, readonly string[]> {
  return new Map(assignments.map(({ name, value }) => [name, splitColumns(name, value)]));
}

function splitColumns(table: string, list: string): string[] {
  const columns = list.split(",").map((column) => column.trim());
  if (!columns.includes("") && new Set(columns).size === columns.length) return columns;
  throw new CodedError("usage.invalid", `--key ${table}=${list} does not name distinct columns.`, {
    hint: "Write --key table=a,b.",
  });
}
