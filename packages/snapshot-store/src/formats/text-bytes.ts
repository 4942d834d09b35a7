import type { ByteSource } from "@syncline/core";
import { damaged, unsupported } from "@syncline/core/codec";
import { MAX_ROW_BYTES, ROWS_HINT } from "./row-format.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODING_HINT = "Save the file as UTF-8; every editor can.";

/** Bytes of one row or of some whole lines, with their place in the file. */
export interface TextPiece {
  readonly bytes: Buffer;
  /** Line of the first byte, from 1. */
  readonly line: number;
  /** Column of the first byte, from 1, counted in bytes. */
  readonly column: number;
  /** Offset of the first byte in the file, from 0. */
  readonly offset: number;
}

/** The text of a piece; refuses bytes that are not UTF-8 and NUL characters, naming line and byte. */
export function decodePiece(source: ByteSource, piece: TextPiece): string {
  const nul = piece.bytes.indexOf(0);
  if (nul >= 0) throw badByte(source, piece, nul, "a NUL character, which PostgreSQL cannot store");
  try {
    return decoder.decode(piece.bytes);
  } catch {
    throw badByte(source, piece, firstBadByte(piece.bytes), "a byte that is not UTF-8 text");
  }
}

function badByte(source: ByteSource, piece: TextPiece, at: number, what: string) {
  const line = piece.line + countNewlines(piece.bytes.subarray(0, at));
  return damaged(
    { file: source.name, line },
    `byte ${piece.offset + at + 1} of the file is ${what}`,
    ENCODING_HINT,
  );
}

/** Offset of the first byte that does not belong to a whole UTF-8 character. */
function firstBadByte(bytes: Buffer): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isPrefix(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return Math.min(low, bytes.length - 1);
}

/** Whether the bytes are UTF-8, but for a character that is cut off at their end. */
function isPrefix(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

export function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

/** Chunks of a text file as Buffers, without a byte order mark; refuses UTF-16 and UTF-32. */
export async function* readTextBytes(source: ByteSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source.open()) {
    signal.throwIfAborted();
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (head === null) yield bytes;
    else {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      if (head.length < 4) continue;
      yield withoutMark(source, head);
      head = null;
    }
  }
  if (head !== null && head.length > 0) yield withoutMark(source, head);
}

/** Length of the byte order mark that `readTextBytes` leaves out is not counted in offsets. */
function withoutMark(source: ByteSource, head: Buffer): Buffer {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return head.subarray(3);
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const wide = first === 0 || (second === 0 && head.length > 1);
  if (!marked && !wide) return head;
  throw unsupported(
    { file: source.name, line: 1 },
    "the file looks like UTF-16 or UTF-32, expected UTF-8",
    ENCODING_HINT,
  );
}

export function rowTooLong(source: ByteSource, line: number) {
  return unsupported(
    { file: source.name, line },
    `the row that begins here is longer than ${MAX_ROW_BYTES} bytes`,
    "A row this wide cannot be kept in a file of rows; leave its widest columns out.",
  );
}

export function cutShort(source: ByteSource, line: number, expected: string) {
  return damaged(
    { file: source.name, line },
    `the file ends here, expected ${expected}; it may have been cut short`,
    "Get the file again; when it is whole, add what is missing at its end.",
  );
}

export { ROWS_HINT };
