import { CodedError } from "../../errors/coded-error.ts";
import type { PatchSignature } from "../approval-statement.ts";
import type { ByteSource } from "../byte-source.ts";
import type { CreateDigest, Digest } from "../digest.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { NEWLINE, readLineBlocks } from "./byte-lines.ts";
import { encodeContentDigest } from "./footer-codec.ts";
import { isLineForm } from "./is-line-form.ts";
import type { PatchFile } from "./patch-reader.ts";
import { PatchWriter } from "./patch-writer.ts";
import { encodeSignatures } from "./signature-codec.ts";

export interface SignPatchFile {
  /** The bytes that `patch` was opened from. */
  readonly source: ByteSource;
  readonly patch: PatchFile;
  /** All that the file shall carry, instead of those that it has. */
  readonly signatures: readonly PatchSignature[];
  readonly createDigest: CreateDigest;
}

/** The closing line as it stands there, with what is known of its end. */
interface Closing {
  readonly text: string;
  readonly content: string | null;
  readonly signatures: readonly PatchSignature[];
}

const MAX_LINE_BYTES = 256 * 1024 * 1024;

/**
 * The file with these signatures: every other byte as it was, and so its hash. A file that was reformatted gets the
 * writer's form back. Throws `resource.changed`, at the latest at the end, when it is not the file that was opened.
 */
export async function* signPatchFile(input: SignPatchFile): AsyncGenerator<Uint8Array> {
  const { source, patch, signatures, createDigest } = input;
  const digest = createDigest();
  const closing = (await isLineForm(source))
    ? yield* copyLines(input, digest)
    : yield* writeLines(input, digest);
  const bare = withoutEnd(source, closing.text, `${encodeSignatures(closing.signatures)}}\n`);
  const mention = closing.content === null ? "}" : `${encodeContentDigest(closing.content)}}`;
  digest.update(encodeUtf8(withoutEnd(source, bare, mention)));
  if (digest.hex() !== patch.hash) throw changed(source);
  yield encodeUtf8(`${bare}${encodeSignatures(signatures)}}\n`);
}

async function* copyLines(
  { source, patch }: SignPatchFile,
  digest: Digest,
): AsyncGenerator<Uint8Array, Closing> {
  let held: Uint8Array = new Uint8Array(0);
  for await (const { bytes } of readLineBlocks(source, MAX_LINE_BYTES)) {
    const last = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
    for (const part of [held, bytes.subarray(0, last)]) {
      digest.update(part);
      yield part;
    }
    held = bytes.subarray(last);
  }
  const { content } = patch.footer.checksum;
  return { text: decodeUtf8(held) ?? "", content, signatures: patch.signatures };
}

async function* writeLines(
  { patch, createDigest }: SignPatchFile,
  digest: Digest,
): AsyncGenerator<Uint8Array, Closing> {
  const writer = new PatchWriter(patch.header, createDigest);
  const parts = [writer.start()];
  for await (const batch of patch.operations()) {
    parts.push(writer.add(batch));
    for (const part of parts.splice(0)) {
      digest.update(part);
      yield part;
    }
  }
  const { bytes, footer } = writer.finish({
    hash: patch.header.metadata.hash,
    tables: patch.footer.checksum.tables,
  });
  const start = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  for (const part of [...parts, bytes.subarray(0, start)]) {
    digest.update(part);
    yield part;
  }
  return {
    text: decodeUtf8(bytes.subarray(start)) ?? "",
    content: footer.checksum.content,
    signatures: [],
  };
}

function withoutEnd(source: ByteSource, text: string, end: string): string {
  if (!text.endsWith(end)) throw changed(source);
  return text.slice(0, -end.length);
}

function changed(source: ByteSource): CodedError {
  return new CodedError("resource.changed", `"${source.name}" was changed while it was signed.`, {
    hint: "Sign it again.",
  });
}
