import { type ForeignKeySpec, formatQualifiedName, type QualifiedName } from "@syncline/core";

/** Columns whose values are keys of one table: by table, then by column, the name of that table. */
export type KeyDomains = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface DomainInput {
  /** Surrogate key column by table. */
  readonly surrogates: ReadonlyMap<string, string>;
  readonly foreignKeys: readonly ForeignKeySpec[];
  /** Called when a column refers to keys of two tables. */
  readonly ambiguous: (table: string, column: string) => never;
}

interface Reference {
  readonly table: string;
  readonly column: string;
  readonly to: string;
  readonly toColumn: string;
}

/**
 * Follows references from surrogate keys downwards, also through keys that hold them: a key that itself refers to
 * another table's key takes its numbers from there.
 */
export function keyDomains({ surrogates, foreignKeys, ambiguous }: DomainInput): KeyDomains {
  const references = foreignKeys.flatMap(referencesOf);
  const domains = new Map<string, Map<string, string>>();
  const set = (table: string, column: string, domain: string) => {
    const columns = domains.get(table) ?? new Map<string, string>();
    const before = columns.get(column);
    if (before === domain) return false;
    if (before !== undefined) ambiguous(table, column);
    domains.set(table, columns.set(column, domain));
    return true;
  };
  for (const [table, column] of surrogates) {
    const refers = references.some(
      (each) =>
        each.table === table && each.column === column && !(each.to === table && each.toColumn === column),
    );
    if (!refers) set(table, column, table);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const { table, column, to, toColumn } of references) {
      const domain = domains.get(to)?.get(toColumn);
      if (domain !== undefined && set(table, column, domain)) changed = true;
    }
  }
  return domains;
}

function referencesOf(key: ForeignKeySpec): Reference[] {
  return key.columns.map((column, index) => ({
    table: name(key.table),
    column,
    to: name(key.referenced),
    toColumn: key.referencedColumns[index] ?? "",
  }));
}

function name(table: QualifiedName): string {
  return formatQualifiedName(table);
}
