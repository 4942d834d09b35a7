import type { ByteSource, RowValue } from "@syncline/core";
import type { FileRow, FileTable, RowFormat } from "@syncline/engine";

/** Formats of one file a table. SQL is written and read statement by statement and has a codec of its own. */
export type TableRowFormat = Exclude<RowFormat, "sql">;

/** Values of one row, aligned with the table's columns; undefined leaves a column out. */
export type WrittenRow = readonly (RowValue | undefined)[];

/** Turns the rows of one table into bytes, a batch at a time. */
export interface RowFormatWriter {
  /** What stands before the first row. */
  begin(): Uint8Array;
  rows(batch: readonly WrittenRow[]): Iterable<Uint8Array>;
  /** What stands behind the last row. */
  end(): Uint8Array;
}

export interface ReadRowsRequest {
  readonly source: ByteSource;
  readonly table: FileTable;
  /** Whether the rows are there only because others refer to them. */
  readonly referenced: boolean;
  readonly signal: AbortSignal;
}

/** One way of writing rows into a file; what it writes it reads back byte for byte. */
export interface RowFormatCodec {
  readonly format: TableRowFormat;
  /** With its dot. */
  readonly suffix: string;
  createWriter(table: FileTable): RowFormatWriter;
  /**
   * Batches of rows with their lines, in bounded memory. Rejects with `file.damaged` naming file and line, or with
   * `file.unsupported` for what is well formed but beyond its limits.
   */
  read(request: ReadRowsRequest): AsyncIterable<readonly FileRow[]>;
}

/** Bytes of one row, above which a file is refused; a JavaScript string holds no more than twice that. */
export const MAX_ROW_BYTES = 256 * 1024 * 1024;

/** Rows are handed on once their text reaches this size, or this number. */
export const BATCH_CHARACTERS = 64 * 1024;
export const BATCH_ROWS = 1000;

/** Advice for every file of rows: people may have edited it. */
export const ROWS_HINT = "Correct the file there, or pull it again.";
