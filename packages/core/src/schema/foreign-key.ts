import type { QualifiedName } from "../values/qualified-name.ts";

export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

/** A foreign key: rows of `table` point at rows of `referenced`. Column lists are aligned. */
export interface ForeignKeySpec {
  readonly name: string;
  readonly table: QualifiedName;
  readonly columns: readonly string[];
  readonly referenced: QualifiedName;
  /** Not necessarily the primary key. */
  readonly referencedColumns: readonly string[];
  /** `referenced = referencing` operators, schema-qualified, one a column: `pg_catalog.=`. */
  readonly operators: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  readonly deferrable: boolean;
  readonly matchFull: boolean;
  /** False while NOT VALID: rows that violate it may exist. */
  readonly validated: boolean;
}
