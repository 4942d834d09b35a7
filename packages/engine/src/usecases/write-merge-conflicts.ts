import { type ConflictHeader, ConflictWriter, type MergeConflict, type PatchTable } from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";

export interface MergeConflictFileInput {
  readonly ctx: RunContext;
  /** Printed locators. */
  readonly source: string;
  readonly target: string;
  readonly tables: readonly PatchTable[];
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
}

/** Collects conflicts of a merge or move into a file, which is made with the first of them. */
export interface MergeConflictFileSink {
  add(conflict: MergeConflict): Promise<void>;
  /** Gives the file its name; resolves to whether there is one. */
  commit(): Promise<boolean>;
  discard(): Promise<void>;
}

export function writeMergeConflicts(input: MergeConflictFileInput): MergeConflictFileSink {
  const writer = new ConflictWriter(conflictHeader(input));
  let opening: ReturnType<PatchFiles["create"]> | undefined;
  const open = async () => {
    if (opening !== undefined) return opening;
    opening = input.files.create(input.path, { overwrite: input.overwrite });
    await (await opening).write(writer.start());
    return opening;
  };
  return {
    add: async (conflict) => (await open()).write(writer.addMerge(conflict)),
    commit: async () => {
      const sink = await opening;
      await sink?.write(writer.finish());
      await sink?.commit();
      return sink !== undefined;
    },
    discard: async () => (await opening)?.discard(),
  };
}

function conflictHeader({ ctx, source, target, tables }: MergeConflictFileInput): ConflictHeader {
  const createdAt = ctx.now().toISOString();
  return { format: "syncline-conflicts", version: 1, createdAt, source, target, patch: null, tables };
}
