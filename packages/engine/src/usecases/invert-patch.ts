import {
  type CreateDigest,
  createPatchId,
  invertHeader,
  invertOperation,
  type PatchFile,
  type PatchOperation,
} from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import { writeFile } from "./write-file.ts";
import { type WrittenPatch, writePatch } from "./write-patch.ts";

export interface InvertPatchInput {
  readonly ctx: RunContext;
  readonly patch: PatchFile;
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
}

/** Writes the patch that takes another one back. Apply orders operations by itself, so theirs is kept. */
export async function invertPatch(input: InvertPatchInput): Promise<WrittenPatch> {
  const { ctx, patch, createDigest } = input;
  const now = ctx.now();
  const id = createPatchId(now, ctx.randomBytes);
  const header = invertHeader(patch.header, { id, createdAt: now.toISOString(), createdBy: ctx.actor });
  const tables = patch.footer.checksum.tables.map(({ name, source, target }) => ({
    name,
    source: target,
    target: source,
  }));
  const checksums = () => ({ hash: header.metadata.hash, tables });
  return writeFile(input, (sink) =>
    writePatch({ ctx, header, operations: inverted(patch), checksums, sink, createDigest }),
  );
}

async function* inverted(patch: PatchFile): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of patch.operations()) yield batch.map(invertOperation);
}
