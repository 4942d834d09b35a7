import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isReachable } from "./passable-path.ts";
import type { ServerUser } from "./server-user.ts";
import { makeWorldTempFolder, worldTempRoot } from "./world-temp-folder.ts";

/**
 * A `bin` folder that `user` can execute: the given one, or a copy when a folder above it is closed to that user
 * (a checkout under a 0700 home). The copy is made once for each version and origin, and kept in the temporary folder.
 */
export async function reachableBinDir(
  binDir: string,
  versionText: string,
  user: ServerUser | undefined,
): Promise<string> {
  if (user === undefined || isReachable(binDir, user)) return binDir;
  return join(await cachedCopy(resolve(binDir, ".."), versionText, user), "bin");
}

async function cachedCopy(installation: string, versionText: string, user: ServerUser): Promise<string> {
  const cache = cacheFolder(user);
  const origin = createHash("sha256").update(installation).digest("hex").slice(0, 12);
  const target = join(cache, `postgresql-${versionText}-${origin}`);
  if (existsSync(target)) return target;
  const unfinished = makeUnfinishedFolder(cache);
  await cp(installation, unfinished, { recursive: true, dereference: true });
  chmodSync(unfinished, 0o755);
  try {
    renameSync(unfinished, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** A folder that somebody else could have filled is not trusted: then this process uses one of its own. */
function cacheFolder(user: ServerUser): string {
  const shared = join(worldTempRoot(user), `syncline-postgres-binaries-${process.getuid?.() ?? 0}`);
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  return isOurs(shared) ? shared : makeWorldTempFolder(user, "syncline-postgres-binaries-");
}

function isOurs(folder: string): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

function makeUnfinishedFolder(cache: string): string {
  const folder = join(cache, `.unfinished-${process.pid}-${Date.now()}`);
  mkdirSync(folder);
  return folder;
}
