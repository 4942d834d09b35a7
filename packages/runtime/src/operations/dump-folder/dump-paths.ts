import { lstat, mkdir, open, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { CodedError, visibleText } from "@syncline/core";
import { dumpSegments } from "./dump-name.ts";

/** Ours, hidden from names. */
export const INNER_FOLDER = ".syncline";

interface Owner {
  readonly projectId: string;
}

/**
 * The dump folder of a project. The first one's is the folder itself, with what people put there; names of its jobs
 * cannot reach those of the others, nor the others' jobs anything outside of theirs.
 */
export function projectDumps(folder: string, { projectId }: Owner, first: Owner): string {
  return projectId === first.projectId ? folder : join(folder, INNER_FOLDER, "projects", projectId);
}

/** The folder itself, made when it is missing; it may be reached through a link, what is in it may not. */
export async function openRoot(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return await realpath(path);
  } catch (cause) {
    throw new CodedError("file.io_failed", `The dump folder "${path}" cannot be used.`, {
      hint: "Make it writable for the server, or name another one with DUMP_DIRECTORY.",
      cause,
    });
  }
}

/**
 * Where a name lies. No part of the way may be a link: it could lead out of the folder.
 * @throws CodedError `usage.invalid`
 */
export async function pathInside(root: string, name: string): Promise<string> {
  const segments = dumpSegments(name);
  let path = root;
  for (const [at, segment] of segments.entries()) {
    path = join(path, segment);
    const found = await statusOf(path);
    if (found === null) return join(root, ...segments);
    if (found.isSymbolicLink()) throw leadsElsewhere(name);
    if (at < segments.length - 1 && !found.isDirectory()) throw notAFolder(name, segment);
  }
  return path;
}

/** Makes the folders on the way to a name, one after the other, so that none is followed that is a link. */
export async function makeFoldersOf(root: string, name: string): Promise<void> {
  const segments = dumpSegments(name).slice(0, -1);
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const part = segments.slice(0, depth).join("/");
    await mkdir(await pathInside(root, part), { recursive: true, mode: 0o700 });
  }
}

/** Null when nothing is there. */
export async function statusOf(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
}

/** Of a file, or of everything in a folder. */
export async function bytesOf(path: string): Promise<number> {
  const found = await statusOf(path);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path);
  let sum = 0;
  for (const name of names) sum += await bytesOf(join(path, name));
  return sum;
}

/** Makes a new name survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

function leadsElsewhere(name: string): CodedError {
  return new CodedError("usage.invalid", `"${visibleText(name)}" goes through a link in the dump folder.`, {
    hint: "Put the file itself into the folder.",
  });
}

function notAFolder(name: string, segment: string): CodedError {
  return new CodedError(
    "usage.invalid",
    `"${visibleText(segment)}" of "${visibleText(name)}" is no folder.`,
    {
      hint: "Choose another name.",
    },
  );
}
