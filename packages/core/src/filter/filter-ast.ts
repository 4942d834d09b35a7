import type { JsonNode } from "./json-reader.ts";

export const COMPARISONS = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"] as const;
export type ComparisonOperator = (typeof COMPARISONS)[number];

export const FIELD_OPERATORS = [
  ...COMPARISONS,
  "$in",
  "$nin",
  "$like",
  "$ilike",
  "$null",
  "$search",
  "$not",
] as const;
export type FieldOperator = (typeof FIELD_OPERATORS)[number];

export const GROUP_OPERATORS = ["$and", "$or", "$not", "$search"] as const;

/** Keys from the document's root to a node: `where.age.$gte`, `where.$or[1].status`. */
export type FilterPath = string;

interface NodeOf<Kind extends string> {
  readonly kind: Kind;
  readonly path: FilterPath;
}

/** A filter as written: columns are names, values are untouched JSON. Null values are still values here. */
export type FilterNode =
  | (NodeOf<"and" | "or"> & { readonly items: readonly FilterNode[] })
  | (NodeOf<"not"> & { readonly item: FilterNode })
  | (NodeOf<"compare"> & {
      readonly column: string;
      readonly operator: ComparisonOperator;
      readonly value: JsonNode;
    })
  | (NodeOf<"in"> & {
      readonly column: string;
      readonly values: readonly JsonNode[];
      readonly negated: boolean;
    })
  | (NodeOf<"like"> & { readonly column: string; readonly pattern: JsonNode; readonly ignoreCase: boolean })
  | (NodeOf<"null"> & { readonly column: string; readonly isNull: boolean })
  | (NodeOf<"search"> & { readonly column: string | null; readonly text: string });

/** A parsed filter document. A table that `tables` names has that filter alone; every other has `where`. */
export interface FilterDocument {
  readonly where: FilterNode | null;
  readonly tables: ReadonlyMap<string, FilterNode>;
  /** The document as read, for headers and scopes. */
  readonly source: JsonNode;
}
