import { lstat, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@syncline/core";
import { fileError } from "../files/index.ts";
import { filesOf, MANIFEST_FILE, type Manifest } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

/** Folder in a directory in which its next state grows. */
export const STAGING_PREFIX = ".syncline-staging-";
/** The same once it is whole: from the renaming to this name on, the directory is its new state. */
export const READY_FOLDER = ".syncline-ready";

/**
 * Puts a whole new state of a directory in place: its files, then away with those that only the old manifest lists,
 * its manifest last. Interrupted anywhere, the next call goes on where it stopped. Does nothing without such a state.
 */
export async function finishReplacement(path: string): Promise<void> {
  const ready = join(path, READY_FOLDER);
  const entries = await readdir(ready).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw fileError(error, ready, "read");
  });
  if (entries === undefined) return;
  try {
    if (entries.includes(MANIFEST_FILE)) await replace(path, entries);
    await rmdir(ready);
  } catch (error) {
    throw fileError(error, path, "write");
  }
}

async function replace(path: string, entries: readonly string[]): Promise<void> {
  const ready = join(path, READY_FOLDER);
  const next = await readManifest(ready);
  const listed = filesOf(next);
  const unknown = entries.find((entry) => entry !== MANIFEST_FILE && !listed.includes(entry));
  if (unknown !== undefined)
    throw new CodedError("file.damaged", `"${join(ready, unknown)}" does not belong there.`, {
      hint: `Remove the folder "${ready}" and pull again.`,
    });
  for (const file of entries) if (file !== MANIFEST_FILE) await rename(join(ready, file), join(path, file));
  for (const file of await staleFiles(path, listed)) await rm(join(path, file), { force: true });
  await rename(join(ready, MANIFEST_FILE), join(path, MANIFEST_FILE));
}

/** Files that the old manifest lists and the new one does not. */
async function staleFiles(path: string, listed: readonly string[]): Promise<readonly string[]> {
  const found = await lstat(join(path, MANIFEST_FILE)).catch(() => undefined);
  if (found === undefined) return [];
  const old: Manifest = await readManifest(path);
  const kept = new Set(listed.map((file) => file.toLowerCase()));
  return filesOf(old).filter((file) => !kept.has(file.toLowerCase()));
}
