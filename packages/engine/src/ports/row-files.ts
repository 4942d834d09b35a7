import type { RowValue } from "@syncline/core";

export const ROW_FORMATS = ["ndjson", "json", "yaml", "csv", "sql"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** A column as a file declares it; the type is a name as in `TypeSpec.name`, or null when the file does not say. */
export interface FileColumn {
  readonly name: string;
  readonly type: string | null;
}

/** One table of a pulled directory or an export. */
export interface FileTable {
  /** As in a patch header: `users`, or `billing.invoices` outside the tenant's schema. */
  readonly name: string;
  readonly columns: readonly FileColumn[];
  /** Key columns; empty when rows have no identity. */
  readonly key: readonly string[];
  /** The table's `TableSpec.fingerprint` when it was written, or null. */
  readonly fingerprint: string | null;
}

/** A row with its place in the file. A column that the row leaves out is undefined: the target's value stays. */
export interface FileRow {
  readonly values: readonly (RowValue | undefined)[];
  /** 1-based. */
  readonly line: number;
  /** Only there because another row refers to it; never a root, never updated or deleted. */
  readonly referenced: boolean;
}

/** Rows that lie in files: a pulled directory or an export. Read in order, with backpressure, as often as needed. */
export interface RowFiles {
  /** How people know it; without secrets. */
  readonly label: string;
  readonly tables: readonly FileTable[];
  /** What the writer recorded about rows that were left out: tenant, tables, filter, dataset; null when unknown. */
  readonly scope: FileScope | null;
  /** Path of the file that holds a table's rows, for messages. */
  pathOf(table: string): string;
  /** Rejects with `file.damaged` naming file and line. */
  rows(table: string, signal: AbortSignal): AsyncIterable<readonly FileRow[]>;
  close(): Promise<void>;
}

/** What the rows of a directory or export were chosen by. Deletes never leave it. */
export interface FileScope {
  readonly tenant: string | null;
  /** Tables that the files hold completely as far as the filter goes. */
  readonly tables: readonly string[];
  /** A filter document as JSON, or null. */
  readonly filter: unknown;
  /** Dataset name and root selection, or null. */
  readonly dataset: { readonly name: string; readonly root: string; readonly selection: unknown } | null;
  /** False when rows were left out for another reason, such as an incremental run: then nothing is ever deleted. */
  readonly complete: boolean;
}

/** What a writer of row files is told before the first row. */
export interface RowFilesHeader {
  readonly format: RowFormat;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly source: { readonly locator: string; readonly version: string | null };
  readonly scope: FileScope | null;
  /** Definitions of the tables as one SQL script, or null. */
  readonly definitions: string | null;
}

export interface WrittenTable {
  readonly name: string;
  readonly rows: number;
  /** Size of its file, or of its part of the file, before compression and encryption. */
  readonly bytes: number;
}

/** Rows of one table on their way into files. */
export interface RowFilesTable {
  /** Rows of values aligned with the table's columns. Resolves when more may be written. */
  rows(batch: readonly (readonly (RowValue | undefined)[])[]): Promise<void>;
  end(): Promise<WrittenTable>;
}

/** Rows being written into files. They appear under their name with `commit`, whole, or not at all. */
export interface RowFilesWriter {
  /**
   * Begins a table. Where `sequential`, the one before must have ended. Rows that are there only because others refer
   * to them are a part of their own: the same table once more, with `referenced`.
   */
  table(table: FileTable, options?: { readonly referenced?: boolean }): Promise<RowFilesTable>;
  /** Whether only one table can be open at a time. */
  readonly sequential: boolean;
  /** Rejects with `file.io_failed` or `file.exists`; nothing has changed then. */
  commit(): Promise<{ readonly tables: readonly WrittenTable[]; readonly unchanged: boolean }>;
  /** Leaves nothing behind; does nothing after `commit`. */
  discard(): Promise<void>;
}
