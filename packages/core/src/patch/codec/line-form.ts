import type { ByteSource } from "../byte-source.ts";
import type { CreateDigest } from "../digest.ts";
import type { PatchFooter, PatchHeader, PatchOperation } from "../patch.ts";
import { countNewlines, decodeBlock, type LineBlock, NEWLINE, readLineBlocks } from "./byte-lines.ts";
import { type TableCodec, tableCodecs } from "./column-codec.ts";
import { decodeOperation } from "./decode-operation.ts";
import { damaged } from "./file-position.ts";
import { JsonCursor } from "./json-cursor.ts";
import { OperationCounter, sameSummary } from "./operation-counter.ts";

// Within a line only a string could hold one, and JSON writes it as an escape there.
const CONTROL = /[\u0000-\u001f]/;

interface Frame {
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  readonly closingLine: number;
}

/** Reads operations line by line and checks order of commas, counts and digest against the footer. */
export async function* readLineForm(
  source: ByteSource,
  frame: Frame,
  createDigest: CreateDigest,
  limits: { readonly maxLineBytes: number },
): AsyncGenerator<readonly PatchOperation[]> {
  const lines = new OperationLines(source.name, tableCodecs(frame.header.tables));
  const counter = new OperationCounter(frame.header.tables);
  const digest = createDigest();
  for await (const block of readLineBlocks(source, limits.maxLineBytes)) {
    const region = operationRegion(block, frame.closingLine);
    if (region === undefined) continue;
    digest.update(region.bytes);
    const operations = lines.read(decodeBlock(source, region), region.line);
    for (const operation of operations) counter.add(operation);
    if (operations.length > 0) yield operations;
  }
  lines.end(frame.closingLine);
  checkEnd(source, frame, counter, `sha256:${digest.hex()}`);
}

function checkEnd(source: ByteSource, frame: Frame, counter: OperationCounter, digest: string): void {
  const at = { file: source.name, line: frame.closingLine };
  if (!sameSummary(frame.footer.summary, counter.summary())) {
    throw damaged(at, '"summary" does not count what the file holds: operations are missing or too many');
  }
  if (frame.footer.checksum.operations !== digest) {
    throw damaged(
      at,
      'the operations are not what "checksum.operations" says: they were edited or put in another order',
    );
  }
}

/** The part of a block that lies between first and closing line. */
function operationRegion(block: LineBlock, closingLine: number): LineBlock | undefined {
  let { bytes, line } = block;
  if (line === 1) {
    bytes = bytes.subarray(bytes.indexOf(NEWLINE) + 1);
    line = 2;
  }
  if (line >= closingLine) return undefined;
  if (line + countNewlines(bytes) > closingLine) bytes = bytes.subarray(0, lastLineStart(bytes));
  return { ...block, bytes, line };
}

function lastLineStart(bytes: Uint8Array): number {
  return bytes.length < 2 ? 0 : bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
}

class OperationLines {
  readonly #file: string;
  readonly #codecs: ReadonlyMap<string, TableCodec>;
  /** Whether the line before ended with a comma; undefined before the first. */
  #comma: boolean | undefined;

  constructor(file: string, codecs: ReadonlyMap<string, TableCodec>) {
    this.#file = file;
    this.#codecs = codecs;
  }

  read(text: string, firstLine: number): readonly PatchOperation[] {
    const operations: PatchOperation[] = [];
    let line = firstLine;
    for (let start = 0; start < text.length; line += 1) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      operations.push(this.#readLine(text.slice(start, end), line));
      start = end + 1;
    }
    return operations;
  }

  #readLine(text: string, line: number): PatchOperation {
    const at = { file: this.#file, line };
    if (this.#comma === false)
      throw damaged(at, 'expected the closing line, for the line before ended without ","');
    const control = CONTROL.exec(text);
    if (control !== null)
      throw damaged({ ...at, column: control.index + 1 }, "a control character stands in the line");
    const cursor = new JsonCursor(text, at);
    if (!text.startsWith("{")) throw cursor.damaged('expected an operation, which begins with "{"');
    const operation = decodeOperation(cursor, this.#codecs);
    this.#comma = text.startsWith(",", cursor.pos);
    if (this.#comma) cursor.pos += 1;
    if (cursor.pos !== text.length) throw cursor.damaged("expected the end of the line");
    return operation;
  }

  /** Checks that no operation was announced by a comma and then left out. */
  end(closingLine: number): void {
    if (this.#comma === true)
      throw damaged(
        { file: this.#file, line: closingLine },
        'expected an operation, for the line before ended with ","',
      );
  }
}
