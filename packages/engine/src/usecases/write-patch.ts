import {
  type CreateDigest,
  type PatchChecksums,
  type PatchFooter,
  type PatchHeader,
  type PatchOperation,
  PatchWriter,
} from "@syncline/core";
import type { RunContext } from "../ports/run-context.ts";

export interface WrittenPatch {
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  /** sha256, hex; see `PatchFile.hash`. */
  readonly hash: string;
}

export interface WritePatchInput {
  readonly ctx: Pick<RunContext, "signal">;
  readonly header: PatchHeader;
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
  /** Asked for after the last operation. */
  readonly checksums: () => PatchChecksums | Promise<PatchChecksums>;
  readonly sink: { write(bytes: Uint8Array): Promise<void> };
  readonly createDigest: CreateDigest;
}

/** Streams one patch into a sink, which the caller commits or discards. */
export async function writePatch(input: WritePatchInput): Promise<WrittenPatch> {
  const { ctx, sink, header } = input;
  const writer = new PatchWriter(header, input.createDigest);
  await sink.write(writer.start());
  for await (const batch of input.operations) {
    ctx.signal.throwIfAborted();
    await sink.write(writer.add(batch));
  }
  const { bytes, footer, hash } = writer.finish(await input.checksums());
  ctx.signal.throwIfAborted();
  await sink.write(bytes);
  return { header, footer, hash };
}
