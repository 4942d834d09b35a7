import {
  createPatchId,
  invertHeader,
  invertOperation,
  type PatchFile,
  type PatchOperation,
} from "@syncline/core";
import type { PatchInput, RunContext } from "@syncline/engine";
import { createSha256 } from "@syncline/runtime/files";
import type { Selection } from "./selection.ts";

interface InputOptions {
  readonly context: RunContext;
  readonly reverse: boolean;
  readonly select: Selection | null;
}

/** A patch file as the use case takes it: turned round and narrowed while it is read. */
export function patchInput(patch: PatchFile, { context, reverse, select }: InputOptions): PatchInput {
  const chosen = () => (select === null ? patch.operations() : choose(patch.operations(), select));
  if (!reverse) return { header: patch.header, hash: patch.hash, operations: chosen };
  const now = context.now();
  const made = {
    id: createPatchId(now, context.randomBytes),
    createdAt: now.toISOString(),
    createdBy: context.actor,
  };
  return {
    header: invertHeader(patch.header, made),
    hash: reversedHash(patch.hash),
    operations: () => invert(chosen()),
  };
}

/** Names the content of an inverse that was never written to a file. */
function reversedHash(hash: string): string {
  const digest = createSha256();
  digest.update(new TextEncoder().encode(`reverse ${hash}`));
  return digest.hex();
}

async function* choose(
  batches: AsyncIterable<readonly PatchOperation[]>,
  select: Selection,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of batches) yield batch.filter(select);
}

async function* invert(
  batches: AsyncIterable<readonly PatchOperation[]>,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of batches) yield batch.map(invertOperation);
}
