import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { ScratchFile } from "@syncline/engine";
import { temporaryName } from "./create-file.ts";
import { fileError } from "./file-error.ts";

/** A file beside `path` that is removed at the end of the run. */
export async function createScratchFile(path: string): Promise<ScratchFile> {
  const temporary = temporaryName(path);
  const failed = (error: unknown): never => {
    throw fileError(error, path, "write");
  };
  const handle = await open(temporary, "wx", 0o600).catch(failed);
  return {
    name: path,
    write: async (bytes) => handle.appendFile(bytes).catch(failed),
    open: () => createReadStream(temporary) as AsyncIterable<Uint8Array>,
    remove: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}
