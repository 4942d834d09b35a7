import type { ByteSource } from "../byte-source.ts";
import { decodeUtf8 } from "../utf8.ts";
import { damaged, unsupported } from "./file-position.ts";

/** Whole lines that were read together; `bytes` ends with a newline unless `unfinished`. */
export interface LineBlock {
  readonly bytes: Uint8Array;
  /** Number of the first line, from 1. */
  readonly line: number;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** The file ends here without a newline. */
  readonly unfinished: boolean;
}

export const NEWLINE = 10;

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Cuts a source into blocks of whole lines; refuses a line above `maxLineBytes` with `file.unsupported`. */
export async function* readLineBlocks(source: ByteSource, maxLineBytes: number): AsyncGenerator<LineBlock> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let line = 1;
  let offset = 0;
  const take = (unfinished: boolean): LineBlock => {
    const block = { bytes: join(pending, pendingBytes), line, offset, unfinished };
    offset += pendingBytes;
    pending = [];
    pendingBytes = 0;
    return block;
  };
  const hold = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    pending.push(bytes);
    pendingBytes += bytes.length;
  };
  for await (const chunk of source.open()) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      hold(chunk.subarray(0, end));
      const block = take(false);
      yield block;
      line += countNewlines(block.bytes);
    }
    hold(chunk.subarray(end));
    if (pendingBytes > maxLineBytes) throw tooLong(source, line, maxLineBytes);
  }
  if (pendingBytes > 0) yield take(true);
}

function tooLong(source: ByteSource, line: number, maxLineBytes: number) {
  return unsupported(
    { file: source.name, line },
    `the line is longer than ${maxLineBytes} bytes`,
    "A row this wide does not fit in a patch file; leave its widest columns out with --ignore-fields when comparing.",
  );
}

/** The text of a block; refuses bytes that are not UTF-8, naming the line. */
export function decodeBlock(source: ByteSource, block: LineBlock): string {
  const text = decodeUtf8(block.bytes);
  if (text !== undefined) return text;
  let line = block.line;
  let start = 0;
  for (;;) {
    const newline = block.bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? block.bytes.length : newline;
    if (decodeUtf8(block.bytes.subarray(start, end)) === undefined || newline < 0) break;
    start = newline + 1;
    line += 1;
  }
  throw damaged({ file: source.name, line }, "the line is not UTF-8 text");
}
