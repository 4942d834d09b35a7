import type { RowValue } from "@syncline/core";
import { damaged, type FilePosition } from "@syncline/core/codec";
import { ROWS_HINT } from "./row-format.ts";

export interface CsvField {
  /** Null for an empty field without quotes. */
  readonly value: RowValue;
  /** From 1, counted in the record. */
  readonly column: number;
}

/** Fields of one record, whose quotes are known to match. */
export function csvFields(text: string, at: FilePosition): readonly CsvField[] {
  const fields: CsvField[] = [];
  let pos = 0;
  for (;;) {
    const start = pos;
    let value: RowValue;
    if (text.charCodeAt(pos) === 34) {
      pos = closingQuote(text, pos + 1);
      value = text.slice(start + 1, pos).replaceAll('""', '"');
      pos += 1;
    } else {
      const comma = text.indexOf(",", pos);
      pos = comma < 0 ? text.length : comma;
      value = pos === start ? null : bareValue(text.slice(start, pos), { ...at, column: start + 1 });
    }
    fields.push({ value, column: start + 1 });
    if (pos >= text.length) return fields;
    pos += 1; // the comma
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (text.charCodeAt(at + 1) === 34) at = text.indexOf('"', at + 2);
  return at;
}

function bareValue(value: string, at: FilePosition): string {
  if (!value.includes("\r")) return value;
  throw damaged(at, "a carriage return stands outside quotes", ROWS_HINT);
}
