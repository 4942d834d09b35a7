import type { CheckedFilter } from "../filter/index.ts";
import type { QualifiedName } from "../values/qualified-name.ts";
import type { RowValue } from "../values/row-value.ts";

/**
 * Which rows of one table belong to something: a structure, compiled to SQL by an adapter. Names are those of the side
 * that is read. A move never deletes or changes a target row outside the target's scope.
 */
export type RowScope =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "and" | "or"; readonly items: readonly RowScope[] }
  | { readonly kind: "not"; readonly item: RowScope }
  /** Rows that pass a filter over this table's own columns. */
  | { readonly kind: "filter"; readonly filter: CheckedFilter }
  /** Rows whose `columns` are a tuple of the key list called `list`. */
  | {
      readonly kind: "keys";
      readonly columns: readonly string[];
      readonly operators: readonly string[];
      readonly list: string;
    }
  /** Rows related to a row of `table` that is in `where`: this row's `columns` equal the other's `otherColumns`. */
  | {
      readonly kind: "related";
      readonly columns: readonly string[];
      readonly table: QualifiedName;
      readonly otherColumns: readonly string[];
      readonly operators: readonly string[];
      readonly where: RowScope;
    }
  | RowClosure;

/**
 * Rows of `tables[table]` that are reached from the seeds along the edges, for references that form a cycle. An edge
 * leads from a member of `tables[from]` to every row of `tables[to]` whose `toColumns` equal the member's `fromColumns`.
 */
export interface RowClosure {
  readonly kind: "closure";
  readonly table: number;
  readonly tables: readonly { readonly name: QualifiedName; readonly seed: RowScope }[];
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly fromColumns: readonly string[];
    readonly toColumns: readonly string[];
    readonly operators: readonly string[];
  }[];
}

/** Tuples of text values with the types of their columns, handed to the server once per session. */
export interface KeyList {
  /** Type names without modifier, as `TypeSpec.base` has them. */
  readonly types: readonly string[];
  readonly tuples: readonly (readonly RowValue[])[];
}
