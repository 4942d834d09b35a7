import {
  createPatchId,
  invertHeader,
  invertOperation,
  type PatchOperation,
  type PatchSelection,
} from "@syncline/core";
import { type PatchInput, type RunContext, selectOperations } from "@syncline/engine";
import { createSha256 } from "../../files/index.ts";

export interface PatchInputOptions {
  readonly context: RunContext;
  readonly reverse: boolean;
  readonly selections: readonly PatchSelection[] | null;
}

/** A patch as the use case takes it: narrowed and turned round while it is read. */
export function patchInput(
  patch: PatchInput,
  { context, reverse, selections }: PatchInputOptions,
): PatchInput {
  const chosen =
    selections === null ? patch : selectOperations({ patch, selections, createDigest: createSha256 });
  return reverse ? reversed(chosen, context) : chosen;
}

function reversed(
  { header, hash, operations }: PatchInput,
  { now, randomBytes, actor }: RunContext,
): PatchInput {
  const at = now();
  const made = { id: createPatchId(at, randomBytes), createdAt: at.toISOString(), createdBy: actor };
  return {
    header: invertHeader(header, made),
    hash: reversedHash(hash),
    operations: () => invert(operations()),
  };
}

/** Names the content of an inverse that was never written to a file. */
function reversedHash(hash: string): string {
  const digest = createSha256();
  digest.update(new TextEncoder().encode(`reverse ${hash}`));
  return digest.hex();
}

async function* invert(
  batches: AsyncIterable<readonly PatchOperation[]>,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of batches) yield batch.map(invertOperation);
}
