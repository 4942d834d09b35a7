import type { QualifiedName, RowClosure, RowScope } from "@syncline/core";

/** What a scope's statement needs to know of one of its tables. */
export interface ScopeTable {
  /** `ONLY "public"."users"`, without alias. */
  readonly from: string;
  /** Whether rows have a tableoid and a ctid that name them. */
  readonly hasRowAddresses: boolean;
  /** Condition that keeps to the tenant, for an alias; null without one. */
  readonly tenant: ((alias: string) => string) | null;
  /** Collation of each column that has one other than the database's. */
  readonly collations: ReadonlyMap<string, CollationFact>;
}

export interface CollationFact {
  /** Qualified and quoted. */
  readonly name: string;
  readonly deterministic: boolean;
}

export interface ScopeContext {
  table(name: QualifiedName): ScopeTable;
  /** FROM item without alias of a key list, and its number of columns `c0`, `c1`, … */
  list(name: string): { readonly from: string; readonly columns: number };
  /** FROM item with columns `rel` and `at`: what the closure reaches of its table, where that is known already. */
  reached?(closure: RowClosure): string | null;
}

/** A row that a condition is about. */
export interface ScopeRow {
  readonly alias: string;
  readonly table: ScopeTable;
}

/** Aligned lists: a column of one row equals a column of another by an operator. */
export interface ColumnPairs {
  readonly columns: readonly string[];
  readonly otherColumns: readonly string[];
  readonly operators: readonly string[];
}

/** What conditions are made of; no alias is given twice. */
export interface ScopeParts {
  alias(): string;
  table(name: QualifiedName): ScopeTable;
  condition(scope: RowScope, row: ScopeRow, negated: boolean): string;
  /** `columns` of one row equal `otherColumns` of another. NULL equals nothing. */
  joined(pairs: ColumnPairs, row: ScopeRow, other: ScopeRow): string[];
  /** WHERE of the tenant and the conditions. */
  where(table: ScopeTable, alias: string, conditions: readonly string[]): string;
}

export function sameAddress(alias: string, row: string): string {
  return `${alias}.rel OPERATOR(pg_catalog.=) ${row}.tableoid AND ${alias}.at OPERATOR(pg_catalog.=) ${row}.ctid`;
}
