import type { Config } from "@syncline/config";
import type { FilterDocument } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";

/** What is compared with what, and how. */
export interface ComparisonInput {
  /** Locators, as they were typed. */
  readonly source: string;
  readonly target: string;
  readonly tables: readonly string[];
  /** Null: a directory's own holds, where one side is a directory. */
  readonly filter: FilterDocument | null;
  /** Name of a mask set of the config. */
  readonly mask: string | null;
  readonly fields: readonly string[] | null;
  readonly ignoreFields: readonly string[];
  readonly ignoreTimestamps: boolean;
  readonly ignoreSystemFields: boolean;
  /** By column or `table.column`. */
  readonly tolerance: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Target table by source table. */
  readonly tableMap: ReadonlyMap<string, string>;
  /** Target column by source column, by source table or `*`. */
  readonly columnMap: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly maxDifferences: number | null;
  readonly maxPercent: number | null;
  readonly maxTimeMs: number | null;
  readonly recheckAfterMs: number | null;
  readonly images: DiffOptions["images"];
  readonly path: DiffOptions["path"];
  readonly parallel: number;
  /** Whether rows that the source lacks are to be deleted from the target one day: then its files must be whole. */
  readonly forPatch: boolean;
  /** Somebody says that rows were removed from a directory on purpose. */
  readonly edited: boolean;
}

/** What the use case wants. */
export function comparisonOptions(input: ComparisonInput, config: Config): DiffOptions {
  return {
    tableMap: input.tableMap,
    columnMap: input.columnMap,
    tablePatterns: input.tables,
    filter: input.filter,
    fields: input.fields,
    ignoreFields: [
      ...input.ignoreFields,
      ...(input.ignoreTimestamps ? config.timestampFields : []),
      ...(input.ignoreSystemFields ? config.systemFields : []),
    ],
    tolerance: input.tolerance,
    keys: input.keys,
    maxDifferences: input.maxDifferences,
    maxPercent: input.maxPercent,
    maxTimeMs: input.maxTimeMs,
    recheckAfterMs: input.recheckAfterMs,
    images: input.images,
    path: input.path,
    parallel: input.parallel,
  };
}

/** Whether a limit may cut the comparison short. */
export function mayStop({ maxDifferences, maxPercent, maxTimeMs }: DiffOptions): boolean {
  return maxDifferences !== null || maxPercent !== null || maxTimeMs !== null;
}
