import type { CodedError } from "../../errors/coded-error.ts";
import type { PatchSignature } from "../approval-statement.ts";
import type { ByteSource } from "../byte-source.ts";
import type { CreateDigest } from "../digest.ts";
import type { PatchFooter, PatchHeader, PatchOperation } from "../patch.ts";
import { damaged } from "./file-position.ts";
import { readFreeForm, scanFreeForm } from "./free-form.ts";
import { isLineForm } from "./is-line-form.ts";
import { readLineForm } from "./line-form.ts";
import { DOCUMENT_NAMES, scanPatch } from "./scan-patch.ts";

export interface PatchReadOptions {
  readonly createDigest: CreateDigest;
  /** Longest line that is accepted, 256 MiB when left out. */
  readonly maxLineBytes?: number;
}

/** A patch file whose frame was read and whose content digest fits. */
export interface PatchFile {
  readonly name: string;
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  /** sha256 of the file up to the digest's own mention, hex: the name of the patch's content. */
  readonly hash: string;
  /** Approvals that the file carries; whether they hold is for `judgeSignatures`. */
  readonly signatures: readonly PatchSignature[];
  /**
   * Reads the operations from the start, in the file's order. Every part is checked on the way, counts and digest at
   * the end: until the iteration has ended without an error the operations are not to be believed.
   */
  operations(): AsyncIterable<readonly PatchOperation[]>;
}

const MAX_LINE_BYTES = 256 * 1024 * 1024;

/**
 * Reads a patch file's frame and checks its bytes against its own digest, in bounded memory. A file that was only
 * reformatted is taken too. Throws `file.damaged` or `file.unsupported`, both with line and mostly column.
 */
export async function openPatch(source: ByteSource, options: PatchReadOptions): Promise<PatchFile> {
  const limits = { maxLineBytes: options.maxLineBytes ?? MAX_LINE_BYTES };
  if (!(await isLineForm(source))) return openFreeForm(source, options.createDigest, limits.maxLineBytes);
  const scan = await scanPatch(source, options.createDigest, limits);
  const { header, footer, hash, signatures } = scan;
  const operations = () => readLineForm(source, scan, options.createDigest, limits);
  if (footer.checksum.content !== null && footer.checksum.content !== `sha256:${hash}`) {
    throw await worstProblem(source, operations());
  }
  return { name: source.name, header, footer, hash, signatures, operations };
}

async function openFreeForm(
  source: ByteSource,
  createDigest: CreateDigest,
  longest: number,
): Promise<PatchFile> {
  const frame = await scanFreeForm(source, DOCUMENT_NAMES, longest);
  const operations = () => readFreeForm(source, frame, createDigest, longest);
  const reading = operations();
  let step = await reading.next();
  while (!step.done) step = await reading.next();
  return { name: source.name, ...frame, hash: step.value, operations };
}

/** The digest only says that something is wrong; reading everything may find out what and where. */
async function worstProblem(source: ByteSource, operations: AsyncIterable<unknown>): Promise<CodedError> {
  for await (const _ of operations);
  return damaged(
    { file: source.name, line: 1 },
    "the content is not what the closing line's digest says: the file was changed after it was written",
  );
}
