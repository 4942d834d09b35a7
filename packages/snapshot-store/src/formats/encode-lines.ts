import { CodedError } from "@syncline/core";
import { BATCH_CHARACTERS, MAX_ROW_BYTES, type WrittenRow } from "./row-format.ts";

/** Texts of rows as bytes, joined to pieces of a useful size. */
export function* encodeLines(
  batch: readonly WrittenRow[],
  encode: (row: WrittenRow) => string,
): Generator<Uint8Array> {
  let text = "";
  for (const row of batch) {
    const line = encodeOne(row, encode);
    if (text.length > 0 && text.length + line.length > BATCH_CHARACTERS) {
      yield Buffer.from(text);
      text = "";
    }
    text += line;
  }
  if (text.length > 0) yield Buffer.from(text);
}

function encodeOne(row: WrittenRow, encode: (row: WrittenRow) => string): string {
  let line: string | undefined;
  try {
    line = encode(row);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a string beyond what the engine can hold
  }
  if (line !== undefined && (line.length < MAX_ROW_BYTES / 3 || Buffer.byteLength(line) <= MAX_ROW_BYTES))
    return line;
  throw new CodedError("file.unsupported", `A row is longer than ${MAX_ROW_BYTES} bytes in this format.`, {
    hint: "Leave its widest columns out with --fields.",
  });
}
