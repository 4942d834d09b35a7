import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

interface Walk {
  readonly root: string;
  readonly prefix: string;
  readonly after: string;
}

/** Keys under a folder in byte order, as a store without folders would list them: `a-b` before `a/b`. */
export async function* walkKeys(walk: Walk, folder = ""): AsyncGenerator<string> {
  const names = (await readFolder(join(walk.root, folder)))
    .filter((entry) => !entry.name.startsWith(".") && (entry.isFile() || entry.isDirectory()))
    .map((entry) => ({ path: `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}` }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path } of names) {
    if (path.endsWith("/")) {
      if (mayHold(walk, path)) yield* walkKeys(walk, path);
    } else if (path.startsWith(walk.prefix) && path > walk.after) yield path;
  }
}

function mayHold({ prefix, after }: Walk, folder: string): boolean {
  if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) return false;
  return folder > after || after.startsWith(folder);
}

async function readFolder(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []; // removed since it was seen
    throw error;
  });
}
