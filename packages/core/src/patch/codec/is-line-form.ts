import type { ByteSource } from "../byte-source.ts";
import { NEWLINE } from "./byte-lines.ts";

export const HEADER_END = '"operations":[\n';
const LONGEST_HEADER = 16 * 1024 * 1024;

/** Whether a file's first line is the first line of a patch as the writer lays it out. */
export async function isLineForm(source: ByteSource): Promise<boolean> {
  let tail = "";
  let length = 0;
  for await (const chunk of source.open()) {
    if (length === 0 && chunk[0] !== 0x7b) return false;
    const newline = chunk.indexOf(NEWLINE);
    const part = newline < 0 ? chunk : chunk.subarray(0, newline + 1);
    tail = (tail + latin(part)).slice(-HEADER_END.length);
    if (newline >= 0) return tail === HEADER_END;
    length += chunk.length;
    if (length > LONGEST_HEADER) return false;
  }
  return false;
}

/** The end of the bytes as text; only ASCII matters here. */
function latin(bytes: Uint8Array): string {
  const end = bytes.subarray(Math.max(0, bytes.length - HEADER_END.length));
  return String.fromCharCode(...end);
}
