import { JsonCursor } from "@syncline/core/codec";
import type { FileRow, FileTable } from "@syncline/engine";
import { encodeLines } from "./encode-lines.ts";
import { JsonRowReader, jsonRowEncoder } from "./json-row.ts";
import { readLinePieces } from "./line-pieces.ts";
import { RowBatcher } from "./row-batcher.ts";
import {
  type ReadRowsRequest,
  ROWS_HINT,
  type RowFormatCodec,
  type RowFormatWriter,
  type WrittenRow,
} from "./row-format.ts";
import { decodePiece } from "./text-bytes.ts";

const NOTHING = new Uint8Array();

/** One JSON object a line. */
export const ndjsonFormat: RowFormatCodec = {
  format: "ndjson",
  suffix: ".ndjson",
  createWriter: (table) => new NdjsonWriter(table),
  read: readNdjson,
};

class NdjsonWriter implements RowFormatWriter {
  readonly #encode: (row: WrittenRow) => string;

  constructor(table: FileTable) {
    this.#encode = jsonRowEncoder(table);
  }

  begin(): Uint8Array {
    return NOTHING;
  }

  rows(batch: readonly WrittenRow[]): Iterable<Uint8Array> {
    return encodeLines(batch, (row) => `${this.#encode(row)}\n`);
  }

  end(): Uint8Array {
    return NOTHING;
  }
}

async function* readNdjson({
  source,
  table,
  referenced,
  signal,
}: ReadRowsRequest): AsyncGenerator<readonly FileRow[]> {
  const reader = new JsonRowReader(table);
  const batch = new RowBatcher();
  for await (const piece of readLinePieces(source, signal)) {
    const text = decodePiece(source, piece);
    let { line } = piece;
    for (let start = 0; start < text.length; line += 1) {
      const end = text.indexOf("\n", start);
      if (!isBlank(text, start, end)) {
        const cursor = new JsonCursor(text.slice(start, end), { file: source.name, line }, ROWS_HINT);
        const values = reader.read(cursor);
        cursor.expectEnd();
        batch.add({ values, line, referenced }, end - start);
        if (batch.full) yield batch.take();
      }
      start = end + 1;
    }
  }
  if (!batch.empty) yield batch.take();
}

function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, Math.min(end, start + 1)).trim() === "" && text.slice(start, end).trim() === "";
}
