import { type CreateDigest, createPatchId, type PatchOperation } from "@syncline/core";
import type { RunContext } from "../ports/run-context.ts";
import type { PatchInput } from "./apply-contract.ts";

export interface DecidedPatchInput {
  readonly ctx: RunContext;
  readonly patch: PatchInput;
  /** What becomes of an operation: it or another one, or null for none. Answers alike whenever it is asked. */
  readonly decide: (operation: PatchOperation) => PatchOperation | null;
  /** Tells what `decide` answers from: equal answers, equal text. */
  readonly about: string;
  readonly createDigest: CreateDigest;
}

/** A patch in which some operations are as people decided, with a name and a hash of its own. */
export function decidedPatch({ ctx, patch, decide, about, createDigest }: DecidedPatchInput): PatchInput {
  const now = ctx.now();
  const digest = createDigest();
  digest.update(new TextEncoder().encode(JSON.stringify([patch.hash, about])));
  return {
    header: {
      ...patch.header,
      id: createPatchId(now, ctx.randomBytes),
      createdAt: now.toISOString(),
      metadata: { ...patch.header.metadata, createdBy: ctx.actor },
    },
    hash: digest.hex(),
    operations: () => decided(patch, decide),
  };
}

async function* decided(
  patch: PatchInput,
  decide: DecidedPatchInput["decide"],
): AsyncGenerator<readonly PatchOperation[]> {
  for await (const batch of patch.operations()) {
    const wanted = batch.map(decide).filter((operation) => operation !== null);
    if (wanted.length > 0) yield wanted;
  }
}
