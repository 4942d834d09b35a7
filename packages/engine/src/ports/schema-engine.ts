import type { QualifiedName } from "@syncline/core";

/** Definitions as single statements, each without its semicolon, in an order that works. */
export interface SchemaDefinition {
  /** Schemas, extensions, types, functions, tables and sequences, without what slows loading down. */
  readonly preData: readonly string[];
  /** Indexes, keys, constraints, foreign keys, triggers, views and policies that follow the rows. */
  readonly postData: readonly string[];
  /** Objects of the database that are not in it, as `kind name`: what the engine does not cover. */
  readonly uncovered: readonly string[];
}

export interface SchemaSelection {
  /** Only these tables and what they need, or null for every table of `schemas`. */
  readonly tables: readonly QualifiedName[] | null;
  /** Schemas, or null for all but the system's own. */
  readonly schemas: readonly string[] | null;
  /** Names under which schemas shall be made. */
  readonly renameSchemas: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** Plans definitions of a live database from an empty one. */
export interface SchemaEngine {
  /** Rejects with `schema.unsupported` for what it cannot carry and that a selected table needs. */
  define(selection: SchemaSelection): Promise<SchemaDefinition>;
  close(): Promise<void>;
}
