import { type ConflictHeader, ConflictWriter } from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { ApplyConflict, PatchInput } from "./apply-contract.ts";

export interface ConflictFileInput {
  readonly ctx: RunContext;
  readonly patch: PatchInput;
  /** Path of the patch file; resolving reads the operations without conflict from it. */
  readonly patchPath: string;
  /** Printed locator of the target. */
  readonly target: string;
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
}

/** Collects conflicts into a file, which is made with the first of them. */
export interface ConflictFileSink {
  add(conflict: ApplyConflict): Promise<void>;
  /** Gives the file its name; resolves to whether there is one. */
  commit(): Promise<boolean>;
  discard(): Promise<void>;
}

export function writeConflicts(input: ConflictFileInput): ConflictFileSink {
  const writer = new ConflictWriter(conflictHeader(input));
  let opening: ReturnType<PatchFiles["create"]> | undefined;
  const open = async () => {
    if (opening !== undefined) return opening;
    opening = input.files.create(input.path, { overwrite: input.overwrite });
    await (await opening).write(writer.start());
    return opening;
  };
  return {
    add: async (conflict) => (await open()).write(writer.add(conflict)),
    commit: async () => {
      const sink = await opening;
      await sink?.write(writer.finish());
      await sink?.commit();
      return sink !== undefined;
    },
    discard: async () => (await opening)?.discard(),
  };
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
