import type { ByteSource } from "@syncline/core";
import { MAX_ROW_BYTES } from "./row-format.ts";
import { countNewlines, cutShort, readTextBytes, rowTooLong, type TextPiece } from "./text-bytes.ts";

const NEWLINE = 10;

/**
 * Cuts a file into pieces of whole lines, each ending with a line feed. A file that does not end with one is refused
 * with `file.damaged`: its last line may have lost characters.
 */
export async function* readLinePieces(source: ByteSource, signal: AbortSignal): AsyncGenerator<TextPiece> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let line = 1;
  let offset = 0;
  for await (const bytes of readTextBytes(source, signal)) {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const whole =
        held.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...held, bytes.subarray(0, end)]);
      yield { bytes: whole, line, column: 1, offset };
      line += countNewlines(whole);
      offset += whole.length;
      held = [];
      heldBytes = 0;
    }
    if (end === bytes.length) continue;
    held.push(bytes.subarray(end));
    heldBytes += bytes.length - end;
    if (heldBytes > MAX_ROW_BYTES) throw rowTooLong(source, line);
  }
  if (heldBytes > 0) throw cutShort(source, line, "a line feed at the end of the last line");
}
