import type { RowValue } from "@syncline/core";
import { damaged, type FilePosition } from "@syncline/core/codec";
import type { FileRow, FileTable } from "@syncline/engine";
import { type ColumnPlan, planColumns } from "./column-plan.ts";
import { type CsvField, csvFields, withPairs } from "./csv-fields.ts";
import { readCsvRecords } from "./csv-records.ts";
import { encodeLines } from "./encode-lines.ts";
import { RowBatcher } from "./row-batcher.ts";
import {
  type ReadRowsRequest,
  ROWS_HINT,
  type RowFormatCodec,
  type RowFormatWriter,
  type WrittenRow,
} from "./row-format.ts";
import { cutShort, decodePiece } from "./text-bytes.ts";

const NOTHING = new Uint8Array();
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$|^\ufeff/;

/** RFC 4180 with a header. NULL is an empty field, an empty text is two quotes. */
export const csvFormat: RowFormatCodec = {
  format: "csv",
  suffix: ".csv",
  createWriter: (table) => new CsvWriter(table),
  read: readCsv,
};

class CsvWriter implements RowFormatWriter {
  readonly #plan: ColumnPlan;

  constructor(table: FileTable) {
    this.#plan = planColumns(table);
  }

  begin(): Uint8Array {
    return Buffer.from(`${this.#plan.names.map(csvField).join(",")}\n`);
  }

  rows(batch: readonly WrittenRow[]): Iterable<Uint8Array> {
    const { forms } = this.#plan;
    return encodeLines(batch, (row) => {
      let text = "";
      for (let index = 0; index < forms.length; index += 1) {
        const value = row[index];
        if (value === undefined) throw new TypeError("a row of a CSV file has every column");
        text += `${index === 0 ? "" : ","}${csvField(forms[index] === "boolean" ? booleanWord(value) : value)}`;
      }
      return `${text}\n`;
    });
  }

  end(): Uint8Array {
    return NOTHING;
  }
}

function csvField(value: RowValue): string {
  if (value === null) return "";
  return value === "" || NEEDS_QUOTES.test(value) ? `"${withPairs(value)}"` : value;
}

function booleanWord(value: RowValue): RowValue {
  return value === "t" ? "true" : value === "f" ? "false" : value;
}

async function* readCsv({
  source,
  table,
  referenced,
  signal,
}: ReadRowsRequest): AsyncGenerator<readonly FileRow[]> {
  const plan = planColumns(table);
  const batch = new RowBatcher();
  let header: readonly number[] | null = null;
  for await (const piece of readCsvRecords(source, signal)) {
    const at: FilePosition = { file: source.name, line: piece.line };
    const text = decodePiece(source, piece);
    if (header === null) {
      header = headerColumns(csvFields(text, at), plan, at);
      continue;
    }
    if (text === "" && header.length > 1) continue; // a blank line; of one column it is a row with NULL
    const values = rowValues(csvFields(text, at), { header, plan, at });
    batch.add({ values, line: piece.line, referenced }, text.length);
    if (batch.full) yield batch.take();
  }
  if (header === null) throw cutShort(source, 1, "a line with the columns' names");
  if (!batch.empty) yield batch.take();
}

/** Index in the table of each of the file's columns. */
function headerColumns(
  fields: readonly CsvField[],
  { indexes }: ColumnPlan,
  at: FilePosition,
): readonly number[] {
  if (fields.length === 1 && fields[0]?.value === null) return [];
  const columns = fields.map(({ value, column }) => {
    const index = indexes.get(value ?? "");
    if (index !== undefined) return index;
    throw damaged(
      { ...at, column },
      "the table has no column of this name in the file's description",
      ROWS_HINT,
    );
  });
  const twice = columns.findIndex((column, index) => columns.indexOf(column) !== index);
  if (twice >= 0)
    throw damaged({ ...at, column: fields[twice]?.column ?? 1 }, "a column is repeated", ROWS_HINT);
  return columns;
}

interface RowContext {
  readonly header: readonly number[];
  readonly plan: ColumnPlan;
  readonly at: FilePosition;
}

function rowValues(fields: readonly CsvField[], { header, plan, at }: RowContext): (RowValue | undefined)[] {
  const values = new Array<RowValue | undefined>(plan.names.length).fill(undefined);
  const empty = header.length === 0 && fields.length === 1 && fields[0]?.value === null;
  if (fields.length !== header.length && !empty)
    throw damaged(at, `the row has ${fields.length} fields, expected ${header.length}`, ROWS_HINT);
  header.forEach((column, index) => {
    const value = fields[index]?.value ?? null;
    values[column] = plan.forms[column] === "boolean" ? booleanLetter(value) : value;
  });
  return values;
}

function booleanLetter(value: RowValue): RowValue {
  return value === "true" ? "t" : value === "false" ? "f" : value;
}
