import type { ConflictHeader } from "@syncline/core";
import type { RunContext } from "../ports/run-context.ts";
import type { ApplyConflict, PatchInput } from "./apply-contract.ts";
import { type ConflictFilePlace, type ConflictSink, openConflictSink } from "./conflict-file-sink.ts";

export interface ConflictFileInput extends ConflictFilePlace {
  readonly ctx: RunContext;
  readonly patch: PatchInput;
  /** Path of the patch file; resolving reads the operations without conflict from it. */
  readonly patchPath: string;
  /** Printed locator of the target. */
  readonly target: string;
}

/** Collects conflicts into a file, which is made with the first of them. */
export type ConflictFileSink = ConflictSink<ApplyConflict>;

export function writeConflicts(input: ConflictFileInput): ConflictFileSink {
  return openConflictSink(input, conflictHeader(input), (writer, conflict) => writer.add(conflict));
}

function conflictHeader({ ctx, patch, patchPath, target }: ConflictFileInput): ConflictHeader {
  const { id, tables } = patch.header;
  return {
    format: "syncline-conflicts",
    version: 1,
    createdAt: ctx.now().toISOString(),
    target,
    patch: { id, hash: patch.hash, file: patchPath },
    tables,
  };
}
