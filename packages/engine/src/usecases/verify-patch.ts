import type { PatchCounts, PatchFile } from "@syncline/core";
import type { RunContext } from "../ports/run-context.ts";

export interface PatchVerification {
  readonly id: string;
  /** sha256 of the content, hex. */
  readonly hash: string;
  readonly counts: PatchCounts;
  readonly operations: number;
  readonly complete: boolean;
  /** Whether the file carries a digest over all of itself; without one only the operations are covered. */
  readonly contentDigest: boolean;
}

/** Reads a patch to its end. Throws `file.damaged` at the first thing that is not as it must be. */
export async function verifyPatch(input: {
  readonly ctx: RunContext;
  readonly patch: PatchFile;
}): Promise<PatchVerification> {
  const { ctx, patch } = input;
  let operations = 0;
  for await (const batch of patch.operations()) {
    ctx.signal.throwIfAborted();
    operations += batch.length;
    ctx.progress({ phase: "verify", table: null, rows: operations, bytes: 0, estimatedRows: null });
  }
  const { inserts, updates, deletes } = patch.footer.summary;
  return {
    id: patch.header.id,
    hash: patch.hash,
    counts: { inserts, updates, deletes },
    operations,
    complete: patch.header.metadata.complete,
    contentDigest: patch.footer.checksum.content !== null,
  };
}
