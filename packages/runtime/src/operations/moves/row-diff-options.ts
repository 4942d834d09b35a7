import type { FilterDocument } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";

export interface RowDiffChoice {
  readonly tables?: readonly string[];
  readonly fields?: readonly string[] | null;
  readonly filter: FilterDocument | null;
  readonly parallel: number;
}

/** A comparison of whole rows of two places, of which either may hold only some of the columns. */
export function rowDiffOptions({ tables, fields, filter, parallel }: RowDiffChoice): DiffOptions {
  return {
    tableMap: new Map(),
    columnMap: new Map(),
    tablePatterns: tables ?? [],
    filter,
    fields: fields ?? null,
    ignoreFields: [],
    tolerance: new Map(),
    keys: new Map(),
    maxDifferences: null,
    maxPercent: null,
    maxTimeMs: null,
    recheckAfterMs: null,
    images: "all",
    path: "auto",
    parallel,
    unpairedColumns: "keep",
  };
}
