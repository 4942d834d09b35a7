import type { ByteSink, PatchFiles } from "../ports/patch-files.ts";

/** Runs `write` on a new file, which gets its name when that succeeds and leaves nothing when it fails. */
export async function writeFile<Result>(
  {
    files,
    path,
    overwrite,
  }: { readonly files: PatchFiles; readonly path: string; readonly overwrite: boolean },
  write: (sink: ByteSink) => Promise<Result>,
): Promise<Result> {
  const sink = await files.create(path, { overwrite });
  try {
    const result = await write(sink);
    await sink.commit();
    return result;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}
