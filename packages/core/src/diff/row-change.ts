import type { RowImage, RowValue } from "../values/row-value.ts";

/** One column of an update; `before` is the target's value, `after` the source's. */
export interface ChangedColumn {
  readonly column: string;
  readonly before: RowValue;
  readonly after: RowValue;
}

interface RowChangeOf<Kind extends string> {
  readonly kind: Kind;
  /** Index of the table in the diff's list of tables. */
  readonly table: number;
  /** The key's values as the target holds them (for an insert: the source's); empty for rows without a key. */
  readonly key: RowImage;
}

/** A row only in the source. `count` is above 1 only for rows without a key. */
export interface RowInsert extends RowChangeOf<"insert"> {
  /** Aligned with the table's carried columns. */
  readonly after: RowImage;
  readonly count: number;
  /** For rows without a key: how many identical rows the target holds, when that is known. */
  readonly of?: number;
}

/** A row in both whose compared columns differ. */
export interface RowUpdate extends RowChangeOf<"update"> {
  readonly changes: readonly ChangedColumn[];
  /** True when the target's row lies outside the target's scope: no move may change it. */
  readonly outside?: boolean;
  /** The columns that the caller wanted along, equal or not; absent when it wanted none. */
  readonly along?: readonly ChangedColumn[];
}

/** A row only in the target. For rows without a key: `count` of the `of` identical rows that the target holds. */
export interface RowDelete extends RowChangeOf<"delete"> {
  readonly before: RowImage;
  readonly count: number;
  readonly of: number;
}

/** One differing row: what would make the target equal the source. */
export type RowChange = RowInsert | RowUpdate | RowDelete;
