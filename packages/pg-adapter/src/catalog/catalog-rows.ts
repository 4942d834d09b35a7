/** Rows of `catalogQuery` as they arrive: everything text, columns and keys as JSON. */
export interface CatalogRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly schema_usage: string;
  readonly may_select: string;
  readonly rows_hidden: string;
  readonly persistence: string;
  readonly has_children: string;
  readonly estimated_rows: string | null;
  readonly size_bytes: string;
  readonly main_bytes: string;
  readonly columns: string;
  readonly keys: string;
}

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly base: string;
  readonly typeSchema: string;
  readonly typtype: string;
  readonly baseTyptype: string;
  readonly isArray: boolean;
  readonly portable: boolean;
  readonly basePortable: boolean;
  readonly labels: readonly string[] | null;
  readonly notNull: boolean;
  readonly generated: string;
  readonly identity: string;
  readonly hasDefault: boolean;
  readonly maySelect: boolean;
  readonly collation: string | null;
  readonly equality: string | null;
}

export interface CatalogKey {
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
  readonly operators: readonly string[];
  readonly collations: readonly (string | null)[];
  readonly nullable: boolean;
}
