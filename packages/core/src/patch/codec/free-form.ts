import type { PatchSignature } from "../approval-statement.ts";
import type { ByteSource } from "../byte-source.ts";
import type { CreateDigest } from "../digest.ts";
import type { PatchFooter, PatchHeader, PatchOperation } from "../patch.ts";
import { tableCodecs } from "./column-codec.ts";
import { decodeOperation } from "./decode-operation.ts";
import { documentPieces } from "./document-pieces.ts";
import { damaged } from "./file-position.ts";
import { decodeFooter } from "./footer-codec.ts";
import { decodeHeader } from "./header-codec.ts";
import { JsonCursor, type JsonObject, type JsonValue } from "./json-cursor.ts";
import { sameSummary } from "./operation-counter.ts";
import { PatchWriter } from "./patch-writer.ts";
import { decodeSignatures } from "./signature-codec.ts";

const MAX_DEPTH = 64;
const BATCH = 256;

export interface FreeFormFrame {
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  readonly signatures: readonly PatchSignature[];
}

/** Reads everything but the operations of a document of any layout. */
export async function scanFreeForm(
  source: ByteSource,
  known: ReadonlySet<string>,
  longest: number,
): Promise<FreeFormFrame> {
  const members = new Map<string, JsonValue>();
  for await (const { kind, text, line, column } of documentPieces(source, longest)) {
    if (kind === "operation") continue;
    const cursor = new JsonCursor(`{${text}}`, { file: source.name, line, column: column - 1 });
    cursor.members((name, offset) => {
      if (!known.has(name)) throw cursor.damaged("unknown name at the top of the document", offset);
      if (members.has(name)) throw cursor.damaged("a name is repeated in one object", offset);
      members.set(name, cursor.value(MAX_DEPTH));
    });
    cursor.expectEnd();
  }
  return decodeFrame(source, members);
}

function decodeFrame(source: ByteSource, members: JsonObject): FreeFormFrame {
  const at = { file: source.name, line: 1 };
  const header = decodeHeader(members, at);
  const { footer, hash } = decodeFooter(members, header.tables, at);
  return {
    header: hash === null ? header : { ...header, metadata: { ...header.metadata, hash } },
    footer,
    signatures: decodeSignatures(members, at),
  };
}

/**
 * Reads the operations of a document of any layout. The digests are those of the writer's own layout, so everything
 * is written once more, in thought, and compared at the end.
 */
export async function* readFreeForm(
  source: ByteSource,
  frame: FreeFormFrame,
  createDigest: CreateDigest,
  longest: number,
): AsyncGenerator<readonly PatchOperation[], string> {
  const codecs = tableCodecs(frame.header.tables);
  const writer = new PatchWriter(frame.header, createDigest);
  writer.start();
  let batch: PatchOperation[] = [];
  for await (const { kind, text, line, column } of documentPieces(source, longest)) {
    if (kind !== "operation") continue;
    const cursor = new JsonCursor(text, { file: source.name, line, column });
    batch.push(decodeOperation(cursor, codecs));
    cursor.expectEnd();
    if (batch.length < BATCH) continue;
    writer.add(batch);
    yield batch;
    batch = [];
  }
  writer.add(batch);
  if (batch.length > 0) yield batch;
  return checkEnd(source, frame, writer);
}

function checkEnd(source: ByteSource, frame: FreeFormFrame, writer: PatchWriter): string {
  const { tables, content, operations } = frame.footer.checksum;
  const { footer, hash } = writer.finish({ hash: frame.header.metadata.hash, tables });
  const at = { file: source.name, line: 1 };
  if (!sameSummary(frame.footer.summary, footer.summary)) {
    throw damaged(at, '"summary" does not count what the file holds: operations are missing or too many');
  }
  if (footer.checksum.operations === operations && (content === null || content === footer.checksum.content))
    return hash;
  throw damaged(
    at,
    "the file was reformatted, and more than its layout was changed: its digests do not fit",
    "Use the file as it was written; line ends, order of names and white space may differ, nothing else.",
  );
}
