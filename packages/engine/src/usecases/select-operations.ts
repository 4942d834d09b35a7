import {
  type CreateDigest,
  createPatchFilter,
  type PatchHeader,
  type PatchOperation,
  type PatchSelection,
} from "@syncline/core";
import type { PatchInput } from "./apply-contract.ts";

export interface SelectOperationsInput {
  readonly patch: PatchInput;
  /** An operation is taken when one of them fits. */
  readonly selections: readonly PatchSelection[];
  readonly createDigest: CreateDigest;
}

/**
 * A patch with the selected operations only. Its id and hash follow from the patch and the selection, so applying it
 * neither counts as applying the whole patch nor hides a second application of the same part.
 */
export function selectOperations({ patch, selections, createDigest }: SelectOperationsInput): PatchInput {
  const selected = createPatchFilter(selections, patch.header.tables);
  const hash = selectionHash(patch.hash, selections, createDigest);
  const header: PatchHeader = { ...patch.header, id: `${patch.header.id}-${hash.slice(0, 8)}` };
  return { header, hash, operations: () => filtered(patch, selected) };
}

async function* filtered(
  patch: PatchInput,
  selected: (operation: PatchOperation) => boolean,
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of patch.operations()) {
    const chosen = batch.filter(selected);
    if (chosen.length > 0) yield chosen;
  }
}

function selectionHash(
  hash: string,
  selections: readonly PatchSelection[],
  createDigest: CreateDigest,
): string {
  const digest = createDigest();
  const texts = selections.map((selection) => selection.text).sort();
  digest.update(new TextEncoder().encode(JSON.stringify([hash, ...texts])));
  return digest.hex();
}
