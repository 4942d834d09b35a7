import type { ConflictHeader, MergeConflict, PatchTable } from "@syncline/core";
import type { RunContext } from "../ports/run-context.ts";
import { type ConflictFilePlace, type ConflictSink, openConflictSink } from "./conflict-file-sink.ts";

export interface MergeConflictFileInput extends ConflictFilePlace {
  readonly ctx: RunContext;
  /** Printed locators. */
  readonly source: string;
  readonly target: string;
  readonly tables: readonly PatchTable[];
}

/** Collects conflicts of a merge or move into a file, which is made with the first of them. */
export type MergeConflictFileSink = ConflictSink<MergeConflict>;

export function writeMergeConflicts(input: MergeConflictFileInput): MergeConflictFileSink {
  return openConflictSink(input, conflictHeader(input), (writer, conflict) => writer.addMerge(conflict));
}

function conflictHeader({ ctx, source, target, tables }: MergeConflictFileInput): ConflictHeader {
  const createdAt = ctx.now().toISOString();
  return { format: "syncline-conflicts", version: 1, createdAt, source, target, patch: null, tables };
}
