import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { isReachable } from "./passable-path.ts";
import type { ServerUser } from "./server-user.ts";

/** The temporary folder of the system, or the first usual one that `user` can reach. */
export function worldTempRoot(user: ServerUser | undefined): string {
  if (user === undefined) return tmpdir();
  const found = [tmpdir(), "/tmp", "/var/tmp"].find((folder) => reachable(folder, user));
  if (found !== undefined) return found;
  throw new EmbeddedPostgresError({
    code: "data-directory-unusable",
    message: `user ${user.uid} can reach none of "${tmpdir()}", "/tmp" and "/var/tmp"`,
    hint: "Set TMPDIR to a folder that every user may enter.",
  });
}

/** A new folder that every user may enter but only we may write. */
export function makeWorldTempFolder(user: ServerUser | undefined, prefix: string): string {
  const folder = mkdtempSync(join(worldTempRoot(user), prefix));
  chmodSync(folder, 0o755);
  return folder;
}

function reachable(folder: string, user: ServerUser): boolean {
  try {
    return isReachable(folder, user);
  } catch {
    return false;
  }
}
