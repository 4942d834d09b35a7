import type { PatchSignature } from "../approval-statement.ts";
import type { ByteSource } from "../byte-source.ts";
import type { CreateDigest, Digest } from "../digest.ts";
import type { PatchFooter, PatchHeader } from "../patch.ts";
import { encodeUtf8 } from "../utf8.ts";
import { countNewlines, decodeBlock, type LineBlock, NEWLINE, readLineBlocks } from "./byte-lines.ts";
import { damaged } from "./file-position.ts";
import { decodeFooter, encodeContentDigest, FOOTER_END, FOOTER_NAMES } from "./footer-codec.ts";
import { decodeHeader, HEADER_NAMES } from "./header-codec.ts";
import { JsonCursor, type JsonObject, type JsonValue } from "./json-cursor.ts";
import { decodeSignatures, SIGNATURES_NAME, withoutSignatures } from "./signature-codec.ts";

const MAX_DEPTH = 64;
const CLOSING_START = '{"operations":[';

/** Every name that the document may have at its top. */
export const DOCUMENT_NAMES: ReadonlySet<string> = new Set([
  ...HEADER_NAMES,
  ...FOOTER_NAMES,
  "operations",
  SIGNATURES_NAME,
]);

export interface PatchScan {
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  readonly hash: string;
  readonly signatures: readonly PatchSignature[];
  /** Number of the closing line. */
  readonly closingLine: number;
}

interface Frame {
  readonly head: string;
  readonly closing: string;
  readonly closingLine: number;
  readonly digest: Digest;
}

/** Reads first and last line and digests what is between, without looking into operations. */
export async function scanPatch(
  source: ByteSource,
  createDigest: CreateDigest,
  limits: { readonly maxLineBytes: number },
): Promise<PatchScan> {
  const frame = await readFrame(source, createDigest, limits.maxLineBytes);
  const members = readMembers(source, frame);
  const written = decodeHeader(members, { file: source.name, line: 1 });
  const at = { file: source.name, line: frame.closingLine };
  const { footer, hash } = decodeFooter(members, written.tables, at);
  const header = hash === null ? written : { ...written, metadata: { ...written.metadata, hash } };
  const signatures = decodeSignatures(members, at);
  const closing = withoutSignatures(frame.closing, signatures, at);
  frame.digest.update(encodeUtf8(digestedPart(source, { ...frame, closing }, footer)));
  return { header, footer, hash: frame.digest.hex(), signatures, closingLine: frame.closingLine };
}

async function readFrame(
  source: ByteSource,
  createDigest: CreateDigest,
  maxLineBytes: number,
): Promise<Frame> {
  const digest = createDigest();
  let head: string | undefined;
  let last: LineBlock | undefined;
  for await (const block of readLineBlocks(source, maxLineBytes)) {
    if (last !== undefined) digest.update(last.bytes);
    head ??= headLine(source, block);
    if (block.unfinished)
      throw damaged({ file: source.name, line: block.line }, "the file ends in the middle of this line");
    const start = block.bytes.lastIndexOf(NEWLINE, block.bytes.length - 2) + 1;
    digest.update(block.bytes.subarray(0, start));
    const line = block.line + countNewlines(block.bytes.subarray(0, start));
    last = { ...block, bytes: block.bytes.subarray(start), line, offset: block.offset + start };
  }
  if (head === undefined || last === undefined)
    throw damaged({ file: source.name, line: 1 }, "the file is empty");
  const closing = decodeBlock(source, last);
  if (!closing.startsWith("]")) throw notClosed(source, last.line, closing);
  return { head, closing, closingLine: last.line, digest };
}

function headLine(source: ByteSource, block: LineBlock): string {
  return decodeBlock(source, { ...block, bytes: block.bytes.subarray(0, block.bytes.indexOf(NEWLINE) + 1) });
}

function notClosed(source: ByteSource, line: number, text: string) {
  const at = { file: source.name, line };
  if (line === 1 || text.startsWith("{")) return damaged(at, "the file ends here, without its closing line");
  return damaged(at, "expected nothing behind the closing line");
}

/** The document's members on both sides of the operations, which must all be known and each stand once. */
function readMembers(source: ByteSource, frame: Frame): JsonObject {
  const members = new Map<string, JsonValue>();
  const read = (cursor: JsonCursor) => {
    cursor.members((name, offset) => {
      if (!DOCUMENT_NAMES.has(name)) throw cursor.damaged("unknown name at the top of the document", offset);
      if (name !== "operations" && members.has(name))
        throw cursor.damaged("a name is repeated in one object", offset);
      members.set(name, cursor.value(MAX_DEPTH));
    });
    cursor.expectEnd();
  };
  read(new JsonCursor(`${frame.head.slice(0, -1)}]}`, { file: source.name, line: 1 }));
  const column = 1 - CLOSING_START.length;
  read(
    new JsonCursor(`${CLOSING_START}${frame.closing.slice(0, -1)}`, {
      file: source.name,
      line: frame.closingLine,
      column,
    }),
  );
  return members;
}

/** The closing line up to the content digest's own mention. */
function digestedPart(source: ByteSource, frame: Frame, footer: PatchFooter): string {
  const { content } = footer.checksum;
  const end = content === null ? FOOTER_END : encodeContentDigest(content) + FOOTER_END;
  if (frame.closing.endsWith(end)) return frame.closing.slice(0, -end.length);
  throw damaged(
    { file: source.name, line: frame.closingLine },
    '"checksum" with "content" as its last name must end the line',
  );
}
