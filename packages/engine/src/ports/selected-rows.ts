import type { CheckedFilter, MaskRule, RowImage, RowScope, TableSpec } from "@syncline/core";

/** Rows of one table, whole or in part, as they are moved. */
export interface RowSelection {
  readonly table: TableSpec;
  /** Columns in the order wanted. */
  readonly columns: readonly string[];
  readonly filter: CheckedFilter | null;
  readonly scope: RowScope | null;
  readonly masks: ReadonlyMap<string, MaskRule>;
  /** Columns after the table's own that hold one value in every row, as another tenant's; absent means none. */
  readonly constants?: readonly ConstantColumn[];
}

/** `type` is a name that needs no search_path, or null for text. */
export interface ConstantColumn {
  readonly type: string | null;
  readonly value: string;
}

/** Several slices are read on several connections of the same instant. */
export interface RowSlice {
  readonly index: number;
  readonly of: number;
  /** Pages of the table when it was cut, where that was not just now: it may have grown since. */
  readonly pages?: number;
}

export interface SelectedRows {
  /** Texts under the pinned settings, in batches of bounded bytes. `key` sorts by the table's first key. */
  texts(request: {
    readonly order: "key" | "physical";
    readonly signal: AbortSignal;
  }): AsyncIterable<readonly RowImage[]>;
  /** Raw COPY data of one slice; ending the iteration early cancels the server's work. */
  copyData(request: {
    readonly format: "binary" | "text";
    readonly slice: RowSlice | null;
    readonly signal: AbortSignal;
  }): AsyncIterable<Buffer>;
  /** Number of slices in which the rows can be read; together they are all rows. */
  slices(wanted: number): number;
  /** For slices that are read later or by others. */
  readonly pages: number;
  count(signal: AbortSignal): Promise<number>;
}
