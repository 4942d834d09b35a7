import { JsonCursor } from "@syncline/core/codec";
import type { FileRow, FileTable } from "@syncline/engine";
import { encodeLines } from "./encode-lines.ts";
import { readJsonItems } from "./json-items.ts";
import { JsonRowReader, jsonRowEncoder } from "./json-row.ts";
import { RowBatcher } from "./row-batcher.ts";
import {
  type ReadRowsRequest,
  ROWS_HINT,
  type RowFormatCodec,
  type RowFormatWriter,
  type WrittenRow,
} from "./row-format.ts";
import { decodePiece } from "./text-bytes.ts";

/** One JSON array of objects; written one a line, read in any layout. */
export const jsonFormat: RowFormatCodec = {
  format: "json",
  suffix: ".json",
  createWriter: (table) => new JsonWriter(table),
  read: readJson,
};

class JsonWriter implements RowFormatWriter {
  readonly #encode: (row: WrittenRow) => string;
  #first = true;

  constructor(table: FileTable) {
    this.#encode = jsonRowEncoder(table);
  }

  begin(): Uint8Array {
    return Buffer.from("[");
  }

  rows(batch: readonly WrittenRow[]): Iterable<Uint8Array> {
    return encodeLines(batch, (row) => {
      const before = this.#first ? "\n" : ",\n";
      this.#first = false;
      return `${before}${this.#encode(row)}`;
    });
  }

  end(): Uint8Array {
    return Buffer.from("\n]\n");
  }
}

async function* readJson({
  source,
  table,
  referenced,
  signal,
}: ReadRowsRequest): AsyncGenerator<readonly FileRow[]> {
  const reader = new JsonRowReader(table);
  const batch = new RowBatcher();
  for await (const piece of readJsonItems(source, signal)) {
    const text = decodePiece(source, piece);
    const at = { file: source.name, line: piece.line, column: piece.column };
    const cursor = new JsonCursor(text, at, ROWS_HINT);
    const values = reader.read(cursor);
    cursor.expectEnd();
    batch.add({ values, line: piece.line, referenced }, text.length);
    if (batch.full) yield batch.take();
  }
  if (!batch.empty) yield batch.take();
}
