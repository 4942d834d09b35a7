import type { FieldPolicy, TablePolicy } from "../move/move-rules.ts";

/** A root table and what belongs to it, as the config file has it. Table names are as people write them. */
export interface DatasetDefinition {
  readonly name: string;
  readonly root: string;
  /** The tables besides the root, or null for all that are reached by foreign keys. */
  readonly tables: readonly string[] | null;
  readonly policies: ReadonlyMap<string, DatasetPolicy>;
  /** Named parameters of a selection; a root is chosen when one of the places matches. */
  readonly filters: ReadonlyMap<string, readonly DatasetFilter[]>;
}

export type DatasetPolicy =
  | { readonly kind: "table"; readonly policy: TablePolicy }
  | { readonly kind: "fields"; readonly fields: ReadonlyMap<string, FieldPolicy> };

/** A column of the root or of a table that foreign keys connect with it. */
export interface DatasetFilter {
  readonly table: string;
  readonly column: string;
  /** `contains` ignores case. */
  readonly match: "contains" | "equals";
  /** Tables or constraints on the way from the root, when there are several ways. */
  readonly through: readonly string[];
}
