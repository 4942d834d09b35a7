import type { RowValue } from "../values/row-value.ts";

/** Columns by name; a Map, so that any column name survives. Text form of every value (see RowValue). */
export type PatchRow = ReadonlyMap<string, RowValue>;

/** `key` is empty for tables without a key; `count` (default 1) is the number of identical rows then. */
export interface InsertOperation {
  readonly op: "insert";
  /** Name of the table as in the header's list of tables. */
  readonly table: string;
  readonly key: PatchRow;
  readonly new: PatchRow;
  readonly count: number;
  /** For tables without a key: how many identical rows the target held before, when that is known. */
  readonly of?: number;
}

/** `old` and `new` hold the changed columns only; both have the same columns. */
export interface UpdateOperation {
  readonly op: "update";
  readonly table: string;
  readonly key: PatchRow;
  readonly old: PatchRow;
  readonly new: PatchRow;
}

/** For tables without a key: delete `count` of the `of` identical rows. */
export interface DeleteOperation {
  readonly op: "delete";
  readonly table: string;
  readonly key: PatchRow;
  readonly old: PatchRow;
  readonly count: number;
  readonly of: number;
}

export type PatchOperation = InsertOperation | UpdateOperation | DeleteOperation;

export interface PatchTable {
  /** `formatQualifiedName` without a tenant's schema: `users`, or `billing.invoices` outside the tenant's schema. */
  readonly name: string;
  /** Carried columns in the target's order: name and type. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  /** Key columns; empty when rows have no identity. */
  readonly key: readonly string[];
  /** The target table's `TableSpec.fingerprint` when the patch was made. */
  readonly fingerprint: string;
}

export interface PatchEndpoint {
  /** Printed locator, without secrets. */
  readonly locator: string;
  /** `PostgreSQL 18.4`, when it is a live database. */
  readonly version?: string;
}

export interface PatchHeader {
  readonly format: "syncline-patch";
  readonly version: 1;
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly source: PatchEndpoint;
  readonly target: PatchEndpoint;
  readonly metadata: {
    readonly createdBy: string | null;
    readonly filter: unknown;
    readonly ignoreFields: readonly string[];
    readonly fields: readonly string[] | null;
    /** What the comparison covered: tenant, tables, filter. Deletes never leave it. */
    readonly scope: Readonly<Record<string, unknown>>;
    /** False when the comparison was cut short; such a patch is never applied with deletes. */
    readonly complete: boolean;
    /** Id of the row hash algorithm used for the checksums. */
    readonly hash: string;
    /** Id of the patch that this one inverts, else null. */
    readonly inverts: string | null;
  };
  readonly base: unknown;
  readonly tables: readonly PatchTable[];
}

export interface PatchCounts {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export interface PatchFooter {
  readonly summary: PatchCounts & {
    readonly tables: readonly (PatchCounts & { readonly name: string })[];
  };
  readonly checksum: {
    /** Row checksum of the compared rows of each side, or null when not computed. */
    readonly source: string | null;
    readonly target: string | null;
    /** `sha256:<hex>` over the bytes of all operation lines, each with its newline. */
    readonly operations: string;
    /** `sha256:<hex>` over the whole file up to its own mention; null in files that carry none. */
    readonly content: string | null;
    /** The same checksums by table, for patches of several tables. */
    readonly tables: readonly {
      readonly name: string;
      readonly source: string | null;
      readonly target: string | null;
    }[];
  };
}
