/** How rows of the source meet rows of the target. The same words in copy, push and import. */
export const MOVE_STRATEGIES = [
  "replace",
  "merge",
  "skip-existing",
  "timestamp",
  "three-way",
  "interactive",
] as const;
export type MoveStrategy = (typeof MOVE_STRATEGIES)[number];

/** Who wins in a column when source and target differ. `never` leaves the target's value. */
export const FIELD_POLICIES = ["newest", "source", "target", "never", "coalesce", "max", "min"] as const;
export type FieldPolicy = (typeof FIELD_POLICIES)[number];

/** `regenerate`: the table's rows are not moved at all. `insert-only`: its rows are never updated or deleted. */
export const TABLE_POLICIES = ["regenerate", "insert-only"] as const;
export type TablePolicy = (typeof TABLE_POLICIES)[number];

/** What happens to a conflict that nobody was asked about. `manual` holds the row as the target has it. */
export type ConflictRule = "manual" | "source" | "target" | "base" | "newest";

/** The unit that conflicts in a three-way merge. */
export type MergeGranularity = "cell" | "row" | "group" | "table";

export interface MoveRules {
  readonly strategy: MoveStrategy;
  /** Policies by target table as in a patch header, then column. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, FieldPolicy>>;
  readonly tables: ReadonlyMap<string, TablePolicy>;
  /** Columns in order of preference that say when a row was changed last. */
  readonly timestampFields: readonly string[];
  /** Timestamps closer than this are a tie, and a tie is a conflict. */
  readonly timestampSkewMs: number;
  readonly onConflict: ConflictRule;
  /** Any undecided conflict means that nothing is written. */
  readonly strict: boolean;
  readonly granularity: MergeGranularity;
  /** Columns that mean something together, by table; with `granularity: "group"`. */
  readonly groups: ReadonlyMap<string, readonly (readonly string[])[]>;
}
