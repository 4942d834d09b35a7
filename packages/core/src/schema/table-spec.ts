import type { QualifiedName } from "../values/qualified-name.ts";

export type TypeKind = "base" | "domain" | "enum" | "composite" | "range" | "multirange" | "array" | "pseudo";

export interface TypeSpec {
  /** `format_type` under an empty search_path, with the modifier: `numeric(10,2)`, `public.mood`. */
  readonly name: string;
  /** The same without modifier; of a domain, the name of its ultimate base type. */
  readonly base: string;
  readonly kind: TypeKind;
  /** Whether every OID inside it is built in (below 10000) and it is no reg* type, so its binary form travels. */
  readonly portable: boolean;
  /** Labels of an enum in their order, else undefined. */
  readonly labels?: readonly string[];
  /** Of a domain: the same two facts about its ultimate base type. */
  readonly basePortable?: boolean;
  readonly baseKind?: TypeKind;
}

export interface ColumnSpec {
  readonly name: string;
  readonly type: TypeSpec;
  readonly notNull: boolean;
  /** Computed from other columns: never compared and never written. */
  readonly generated: boolean;
  readonly identity: "always" | "by default" | null;
  readonly hasDefault: boolean;
  /** Name of a collation whose equality is wider than bytes, else null. */
  readonly nondeterministicCollation: string | null;
  /** Equality operator of the type's default index method where it is not `pg_catalog.=`, schema-qualified. */
  readonly equality?: string;
}

/** A usable identity of rows: primary key or a unique index over plain columns, without predicate, not deferred. */
export interface KeySpec {
  readonly name: string;
  readonly kind: "primary" | "unique";
  readonly columns: readonly string[];
  /** Equality operators of the index, schema-qualified, one a column: `pg_catalog.=`. */
  readonly operators: readonly string[];
  /** Collations of the index, qualified and quoted, one a column; null where the type has none or the database's default rules. */
  readonly collations?: readonly (string | null)[];
  /** Whether one of the columns may hold NULL. */
  readonly nullable: boolean;
}

export type RelationKind = "table" | "partitioned" | "view" | "materialized view" | "foreign";

/** What is known of one table at the moment of a snapshot. */
export interface TableSpec {
  readonly name: QualifiedName;
  readonly kind: RelationKind;
  /** Live columns in catalog order, dropped ones left out. */
  readonly columns: readonly ColumnSpec[];
  /** Primary key first, then unique keys, those without nullable columns first. */
  readonly keys: readonly KeySpec[];
  /** Planner's estimate of rows; -1 when never analysed. */
  readonly estimatedRows: number;
  /** Bytes of the main fork and TOAST together. */
  readonly sizeBytes: number;
  /** Digest over columns, types and keys, for refusing stale plans. */
  readonly fingerprint: string;
}
