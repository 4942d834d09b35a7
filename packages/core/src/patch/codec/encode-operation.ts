import { CodedError } from "../../errors/coded-error.ts";
import type { RowValue } from "../../values/row-value.ts";
import type { PatchOperation, PatchRow } from "../patch.ts";
import type { ColumnForm, TableCodec } from "./column-codec.ts";
import { jsonText } from "./json-text.ts";

const INTEGER = /^(?:0|-?[1-9]\d{0,9})$/;
const NOT_STORABLE = /\0|\p{Surrogate}/u;

/** One operation as JSON without white space, columns in header order. */
export function encodeOperation(codec: TableCodec, operation: PatchOperation): string {
  const start = `{"op":"${operation.op}","table":${jsonText(operation.table)},"key":${encodeRow(codec, operation.key)}`;
  if (operation.op === "update") {
    return `${start},"old":${encodeRow(codec, operation.old)},"new":${encodeRow(codec, operation.new)}}`;
  }
  if (operation.op === "insert") {
    const of = operation.of === undefined ? "" : `,"of":${operation.of}`;
    const count = operation.count === 1 && of === "" ? "" : `,"count":${operation.count}${of}`;
    return `${start},"new":${encodeRow(codec, operation.new)}${count}}`;
  }
  const counts =
    operation.count === 1 && operation.of === 1 ? "" : `,"count":${operation.count},"of":${operation.of}`;
  return `${start},"old":${encodeRow(codec, operation.old)}${counts}}`;
}

/** Columns in header order; refuses one that the header does not carry. */
export function encodeRow(codec: TableCodec, row: PatchRow): string {
  const parts: string[] = [];
  for (const column of codec.columns) {
    const value = row.get(column);
    if (value === undefined) continue;
    parts.push(`${codec.prefixes.get(column)}${encodeValue(codec.forms.get(column), value)}`);
  }
  if (parts.length !== row.size) throw unknownColumn(codec, row);
  return `{${parts.join(",")}}`;
}

function unknownColumn(codec: TableCodec, row: PatchRow): CodedError {
  const unknown = [...row.keys()].find((column) => !codec.prefixes.has(column));
  return new CodedError(
    "internal",
    `Table "${codec.table.name}" of the patch carries no column "${unknown}".`,
  );
}

/** One value as JSON. */
export function encodeValue(form: ColumnForm | undefined, value: RowValue): string {
  if (value === null) return "null";
  if (form === "integer" && INTEGER.test(value)) return value;
  if (form === "boolean") {
    if (value === "t") return "true";
    if (value === "f") return "false";
  }
  if (NOT_STORABLE.test(value))
    throw new CodedError("internal", "A value holds a character that PostgreSQL cannot store.");
  return jsonText(value);
}
