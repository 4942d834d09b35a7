import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ServerUser } from "./server-user.ts";

/** The first folder from the root down to `path` that `user` may not enter, or `undefined` when all may be entered. */
export function firstImpassableFolder(path: string, user: ServerUser): string | undefined {
  return ancestors(realpathSync(path)).find((folder) => !mayEnter(folder, user));
}

/** True when `user` may read and enter the folder itself and all above it. */
export function isReachable(folder: string, user: ServerUser): boolean {
  return firstImpassableFolder(folder, user) === undefined && mayRead(folder, user);
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}

function mayEnter(path: string, user: ServerUser): boolean {
  return (permissionBits(path, user) & 0o1) !== 0;
}

function mayRead(path: string, user: ServerUser): boolean {
  return (permissionBits(path, user) & 0o4) !== 0;
}

function permissionBits(path: string, user: ServerUser): number {
  const { mode, uid, gid } = statSync(path);
  if (uid === user.uid) return mode >> 6;
  if (gid === user.gid) return mode >> 3;
  return mode;
}
