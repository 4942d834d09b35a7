import type { QualifiedName } from "@syncline/core";

/**
 * For the session that runs definitions, before them: names are qualified, and functions may refer to what comes later.
 */
export const DEFINITION_SETTINGS = [
  "SET search_path = ''",
  "SET check_function_bodies = off",
  "SET standard_conforming_strings = on",
] as const;

/** Definitions as single statements, each without its semicolon, in an order that works. */
export interface SchemaDefinition {
  /** Schemas, extensions, types, functions, tables and sequences, without what slows loading down. */
  readonly preData: readonly string[];
  /** Indexes, keys, constraints, foreign keys, triggers, views and policies that follow the rows. */
  readonly postData: readonly string[];
  /** Keys of the objects that the statements make or complete (`table:…`), aligned with `preData` and `postData`. */
  readonly preObjects?: readonly string[];
  readonly postObjects?: readonly string[];
  /** Digest of every object's definition by its key. */
  readonly digests?: ReadonlyMap<string, string>;
  /** Tables that hold rows of their own: no partitions. Parents of inherited tables are among them with their own rows. */
  readonly tables?: readonly QualifiedName[];
  /** When they were asked for: those of the tables, identity columns included, and those that stand alone. */
  readonly sequences?: readonly SequenceState[];
  /** Objects of the database that are not in it, as `kind name`: what the engine does not cover. */
  readonly uncovered: readonly string[];
}

/** Never behind the rows of the snapshot: read after it. */
export interface SequenceState {
  readonly name: QualifiedName;
  readonly lastValue: string;
  /** False when the next value is `lastValue` itself. */
  readonly isCalled: boolean;
}

export interface SchemaSelection {
  /** Only these tables and what they need, or null for every table of `schemas`. */
  readonly tables: readonly QualifiedName[] | null;
  /** Schemas, or null for all but the system's own. */
  readonly schemas: readonly string[] | null;
  /** Names under which schemas shall be made. */
  readonly renameSchemas: ReadonlyMap<string, string>;
  /** Token of an exported snapshot of the same database at whose instant the catalog is read; absent for the present. */
  readonly snapshot?: string;
  /** Whether to read the states of sequences, for which their SELECT privilege is needed. */
  readonly sequenceStates?: boolean;
  readonly signal: AbortSignal;
}

/** Plans definitions of a live database from an empty one. */
export interface SchemaEngine {
  /** Rejects with `schema.unsupported` for what it cannot carry and that a selected table needs. */
  define(selection: SchemaSelection): Promise<SchemaDefinition>;
  close(): Promise<void>;
}

/** A database in which definitions are made. */
export interface DefinitionTarget {
  /** Printed locator, without secrets. */
  readonly label: string;
  /** Objects that are there already: digest of the definition by key, as in a SchemaDefinition. */
  existing(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Runs statements in one transaction; a dry run rolls it back.
   * Rejects with a CodedError that names the object of the statement that failed; then nothing was made.
   */
  run(request: DefinitionRequest): Promise<void>;
  close(): Promise<void>;
}

export interface DefinitionRequest {
  readonly statements: readonly DefinitionStatement[];
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

export interface DefinitionStatement {
  readonly sql: string;
  /** Key of its object, for messages. */
  readonly object: string;
}
