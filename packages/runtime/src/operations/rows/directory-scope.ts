import {
  CodedError,
  type FilterDocument,
  matchesPattern,
  parseFilter,
  parsePatchTableName,
  type TableName,
  type TableSelection,
} from "@syncline/core";
import type { RowFiles } from "@syncline/engine";
import { openRowDirectory } from "../../endpoint-registry.ts";
import type { AnyPlace, Place } from "../../place.ts";

/** What rows of a directory may touch in a target. */
export interface DirectoryScope {
  /** The target, narrowed to the directory's tables. */
  readonly target: Place;
  readonly filter: FilterDocument | null;
  /** Tables as the manifest names them. */
  readonly tables: readonly string[];
  /** Whether the directory knows which rows it leaves out. */
  readonly mayDelete: boolean;
}

/**
 * Narrows the target to what the directory's manifest covers, so that nothing else is compared, changed or deleted.
 * @throws CodedError `table.not_found`, `usage.invalid`, `file.damaged`
 */
export function directoryScope(files: RowFiles, place: Place, patterns: readonly string[]): DirectoryScope {
  const { scope } = files;
  assertWholeTables(files, `syncline import ${files.label} '${place.label}'`);
  const tables = wantedTables(files, place, patterns);
  const covered = scope?.complete === true && tables.every(({ text }) => scope.tables.includes(text));
  return {
    target: { ...place, tables: selection(place, tables) },
    tables: tables.map(({ text }) => text),
    filter: directoryFilter(files),
    mayDelete: covered,
  };
}

/**
 * Rows that a dataset leaves out are not missing.
 * @throws CodedError `usage.invalid` for rows of a dataset; `instead` knows which rows belong to it
 */
export function assertWholeTables({ scope, label }: RowFiles, instead: string): void {
  if (scope === null || scope.dataset === null) return;
  throw new CodedError(
    "usage.invalid",
    `"${label}" holds rows of the dataset "${scope.dataset.name}", not whole tables.`,
    { hint: `Use ${instead}, which knows which rows belong to the dataset.` },
  );
}

/** The filter that a directory was pulled with. @throws CodedError `file.damaged` */
export function directoryFilter({ scope, label }: RowFiles): FilterDocument | null {
  return scope === null || scope.filter === null ? null : readFilter(label, scope.filter);
}

interface WantedTable {
  /** As the manifest names it. */
  readonly text: string;
  readonly name: TableName;
}

function wantedTables(
  { tables, label }: RowFiles,
  place: Place,
  patterns: readonly string[],
): readonly WantedTable[] {
  const all = tables.map(({ name }) => ({ text: name, name: parsePatchTableName(name) as TableName }));
  const matches = (table: TableName, pattern: string) =>
    matchesPattern({ schema: table.schema ?? place.scope.schema, name: table.name }, pattern);
  const unmatched = patterns.find((pattern) => !all.some(({ name }) => matches(name, pattern)));
  if (unmatched !== undefined) throw notInDirectory(label, unmatched, all);
  return all.filter(
    ({ name }) => patterns.length === 0 || patterns.some((pattern) => matches(name, pattern)),
  );
}

function selection({ tables }: Place, wanted: readonly WantedTable[]): TableSelection {
  return tables.kind === "named" ? tables : { kind: "named", names: wanted.map(({ name }) => name) };
}

function notInDirectory(label: string, wanted: string, all: readonly WantedTable[]): CodedError {
  return new CodedError("table.not_found", `No table of "${label}" matches "${wanted}".`, {
    hint: `It holds: ${all.map(({ text }) => text).join(", ")}.`,
  });
}

function readFilter(label: string, filter: unknown): FilterDocument {
  try {
    return parseFilter(JSON.stringify(filter));
  } catch (cause) {
    throw new CodedError("file.damaged", `The filter in the manifest of "${label}" cannot be read.`, {
      hint: "Correct it, or pull the directory again.",
      cause,
    });
  }
}

export interface SourceScope {
  readonly filter: FilterDocument | null;
  /** Whether the source says which rows it leaves out. */
  readonly mayDelete: boolean;
}

/**
 * The filter and the right to delete that a source brings: rows that a directory was never asked for are not missing
 * in it. `filter` is what was typed.
 * @throws CodedError `usage.invalid` when a filter was typed beside the directory's own
 */
export async function sourceScope(
  source: AnyPlace,
  target: Place,
  filter: FilterDocument | null,
): Promise<SourceScope> {
  if (source.kind !== "directory") return { filter, mayDelete: true };
  const scope = directoryScope(await openRowDirectory(source.place), target, []);
  if (filter !== null && scope.filter !== null)
    throw new CodedError(
      "usage.invalid",
      `"${source.place.label}" was pulled with a filter, which holds here too.`,
      {
        hint: "Leave --filter out, or pull what you need into a directory of its own.",
      },
    );
  return { filter: filter ?? scope.filter, mayDelete: scope.mayDelete };
}
