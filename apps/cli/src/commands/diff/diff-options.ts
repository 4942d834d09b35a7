import { CodedError, type DiffFormat, type FilterDocument, imagesOfFormat } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";
import type { Workspace } from "@syncline/runtime";
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

export interface DiffOptionsInput {
  readonly options: DiffCommandOptions;
  readonly format: DiffFormat;
  readonly filter: FilterDocument | null;
  readonly config: Workspace["config"];
}

/** What the use case wants, from what was typed. */
export function diffOptions({ options, format, filter, config }: DiffOptionsInput): DiffOptions {
  return {
    tableMap: new Map((options.mapTable ?? []).map(({ name, value }) => [name, value])),
    columnMap: columnMap(options.mapColumn ?? []),
    tablePatterns: options.schema ?? [],
    filter,
    fields: options.fields ?? null,
    ignoreFields: [
      ...(options.ignoreFields ?? []),
      ...(options.ignoreTimestamps === true ? config.timestampFields : []),
      ...(options.ignoreSystemFields === true ? config.systemFields : []),
    ],
    tolerance: new Map((options.tolerance ?? []).map(({ name, value }) => [name, value])),
    keys: keyColumns(options.key ?? []),
    maxDifferences: options.maxDifferences ?? null,
    maxPercent: options.maxPercent ?? null,
    maxTimeMs: options.maxTime ?? null,
    recheckAfterMs: options.recheck === true ? DEFAULT_RECHECK_MS : (options.recheck ?? null),
    images: options.output === undefined ? imagesOfFormat(format, options.summaryOnly === true) : "all",
    path: options.path,
    parallel: options.parallel,
  };
}

/** Whether a limit may cut the comparison short. */
export function mayStop({ maxDifferences, maxPercent, maxTime }: DiffCommandOptions): boolean {
  return maxDifferences !== undefined || maxPercent !== undefined || maxTime !== undefined;
}

/** `users.mail=email` concerns one table, `mail=email` all of them. */
function columnMap(assignments: readonly Assignment[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const tables = new Map<string, Map<string, string>>();
  for (const { name, value } of assignments) {
    const dot = name.lastIndexOf(".");
    const table = dot < 0 ? "*" : name.slice(0, dot);
    const columns = tables.get(table) ?? new Map<string, string>();
    tables.set(table, columns.set(name.slice(dot + 1), value));
  }
  return tables;
}

function keyColumns(assignments: readonly Assignment[]): ReadonlyMap<string, readonly string[]> {
  return new Map(assignments.map(({ name, value }) => [name, splitColumns(name, value)]));
}

function splitColumns(table: string, list: string): string[] {
  const columns = list.split(",").map((column) => column.trim());
  if (!columns.includes("") && new Set(columns).size === columns.length) return columns;
  throw new CodedError("usage.invalid", `--key ${table}=${list} does not name distinct columns.`, {
    hint: "Write --key table=a,b.",
  });
}
