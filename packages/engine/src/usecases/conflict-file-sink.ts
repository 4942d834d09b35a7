import { type ConflictHeader, ConflictWriter } from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";

export interface ConflictFilePlace {
  readonly path: string;
  readonly overwrite: boolean;
  readonly files: PatchFiles;
}

/** Collects conflicts into a file, which is made with the first of them. */
export interface ConflictSink<Conflict> {
  add(conflict: Conflict): Promise<void>;
  /** Gives the file its name; resolves to whether there is one. */
  commit(): Promise<boolean>;
  discard(): Promise<void>;
}

export function openConflictSink<Conflict>(
  { path, overwrite, files }: ConflictFilePlace,
  header: ConflictHeader,
  write: (writer: ConflictWriter, conflict: Conflict) => ReturnType<ConflictWriter["start"]>,
): ConflictSink<Conflict> {
  const writer = new ConflictWriter(header);
  let opening: ReturnType<PatchFiles["create"]> | undefined;
  const open = async () => {
    if (opening !== undefined) return opening;
    opening = files.create(path, { overwrite });
    await (await opening).write(writer.start());
    return opening;
  };
  return {
    add: async (conflict) => (await open()).write(write(writer, conflict)),
    commit: async () => {
      const sink = await opening;
      await sink?.write(writer.finish());
      await sink?.commit();
      return sink !== undefined;
    },
    discard: async () => (await opening)?.discard(),
  };
}
