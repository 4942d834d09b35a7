import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CodedError } from "@syncline/core";
import { fileError, temporaryName } from "../files/index.ts";
import { encodeManifest } from "./encode-manifest.ts";
import { finishReplacement, READY_FOLDER, STAGING_PREFIX } from "./finish-replacement.ts";
import { filesOf, MANIFEST_FILE, type Manifest } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

export interface PlaceOptions {
  readonly path: string;
  /** The path as messages name it. */
  readonly label?: string;
  readonly overwrite: boolean;
}

/** Where a directory of rows will be, and the folder in which it grows until then. */
export interface DirectoryPlace {
  /** Path of a file for messages. */
  shownPath(file: string): string;
  createFile(file: string): Promise<FileHandle>;
  /** Writes a whole small file and gives its digest. */
  writeFile(file: string, text: string): Promise<string>;
  /** Writes the manifest and puts everything in place. `unchanged` when the same rows and descriptions were there. */
  commit(manifest: Manifest): Promise<{ readonly unchanged: boolean }>;
  discard(): Promise<void>;
}

/**
 * Prepares writing a directory of rows. A folder that is somebody's own is never touched: without a manifest of ours it
 * must be empty, and only files that its manifest lists are ever replaced or removed.
 * @throws CodedError `file.exists`, `file.io_failed`
 */
export async function openPlace({ path, label = path, overwrite }: PlaceOptions): Promise<DirectoryPlace> {
  try {
    const old = await existing({ path, label, overwrite });
    const staging =
      old === "none" ? temporaryName(resolve(path)) : join(path, `${STAGING_PREFIX}${suffix()}`);
    if (old === "none") await access(dirname(staging), constants.W_OK);
    await mkdir(staging);
    return new StagedPlace({
      path,
      label,
      staging,
      old: old === "none" || old === "empty" ? null : old,
      fresh: old === "none",
    });
  } catch (error) {
    throw fileError(error, path, "write");
  }
}

function suffix(): string {
  return temporaryName("x").slice(-16, -4);
}

async function existing({
  path,
  label,
  overwrite,
}: Required<PlaceOptions>): Promise<Manifest | "none" | "empty"> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return "none";
  if (!found.isDirectory())
    throw new CodedError("file.exists", `"${label}" is a file, not a folder.`, {
      hint: "Name another folder.",
    });
  await finishReplacement(path);
  const entries = (await readdir(path)).filter((entry) => !entry.startsWith(STAGING_PREFIX));
  if (entries.length === 0) return "empty";
  if (!entries.includes(MANIFEST_FILE))
    throw new CodedError(
      "file.exists",
      `The folder "${label}" holds files and no ${MANIFEST_FILE} of ours.`,
      {
        hint: "Name a new or an empty folder; what is in this one is never replaced.",
      },
    );
  const manifest = await ourManifest(path, label);
  if (overwrite) return manifest;
  throw new CodedError("file.exists", `The folder "${label}" holds pulled rows already.`, {
    hint: "Name another folder, or add --overwrite to replace those rows.",
  });
}

/** A manifest.json of somebody else's takes the folder; a damaged one of ours does too. */
async function ourManifest(path: string, label: string): Promise<Manifest> {
  try {
    return await readManifest(path);
  } catch (error) {
    throw new CodedError("file.exists", `The ${MANIFEST_FILE} in "${label}" is not one that can be read.`, {
      hint: "Name a new or an empty folder; what is in this one is never replaced.",
      cause: error,
    });
  }
}

interface StagedPlaceOptions {
  readonly path: string;
  readonly label: string;
  readonly staging: string;
  /** What is replaced, or null. */
  readonly old: Manifest | null;
  /** Whether the folder itself is new. */
  readonly fresh: boolean;
}

class StagedPlace implements DirectoryPlace {
  readonly #place: StagedPlaceOptions;
  #done = false;

  constructor(place: StagedPlaceOptions) {
    this.#place = place;
  }

  shownPath(file: string): string {
    return join(this.#place.label, file);
  }

  async createFile(file: string): Promise<FileHandle> {
    try {
      return await open(join(this.#place.staging, file), "wx");
    } catch (error) {
      throw fileError(error, this.shownPath(file), "write");
    }
  }

  async writeFile(file: string, text: string): Promise<string> {
    const handle = await this.createFile(file);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } catch (error) {
      throw fileError(error, this.shownPath(file), "write");
    } finally {
      await handle.close().catch(() => {});
    }
    return createHash("sha256").update(text).digest("hex");
  }

  async commit(manifest: Manifest): Promise<{ readonly unchanged: boolean }> {
    const { old, path, staging, fresh } = this.#place;
    if (old !== null && (await this.#isUnchanged(old, manifest))) {
      await this.discard();
      return { unchanged: true };
    }
    await this.#refuseForeignFiles(manifest);
    await this.writeFile(MANIFEST_FILE, encodeManifest(manifest));
    try {
      await syncFolder(staging);
      if (fresh) await placeNewFolder(staging, path);
      else await rename(staging, join(path, READY_FOLDER));
      this.#done = true;
      await syncFolder(fresh ? dirname(resolve(path)) : path);
      if (!fresh) await finishReplacement(path);
    } catch (error) {
      throw fileError(error, path, "write");
    }
    return { unchanged: false };
  }

  /** Whether the directory holds the same already, also on disk, so that even its manifest can stay. */
  async #isUnchanged(old: Manifest, manifest: Manifest): Promise<boolean> {
    const dateless = (one: Manifest) =>
      encodeManifest({ ...one, createdAt: "", source: { ...one.source, version: null } });
    if (dateless(old) !== dateless(manifest)) return false;
    for (const file of filesOf(manifest)) {
      if (!(await sameBytes(join(this.#place.path, file), join(this.#place.staging, file)))) return false;
    }
    return true;
  }

  /** A file of somebody's that has the name of one of ours stays what it is. */
  async #refuseForeignFiles(manifest: Manifest): Promise<void> {
    const { old, path, fresh } = this.#place;
    if (fresh) return;
    const ours = new Set(
      old === null ? [] : [...filesOf(old), MANIFEST_FILE].map((file) => file.toLowerCase()),
    );
    const taken = new Set((await readdir(path)).map((entry) => entry.toLowerCase()));
    const foreign = [...filesOf(manifest), MANIFEST_FILE].find(
      (file) => taken.has(file.toLowerCase()) && !ours.has(file.toLowerCase()),
    );
    if (foreign === undefined) return;
    throw new CodedError(
      "file.exists",
      `"${this.shownPath(foreign)}" is not a file of this directory's manifest.`,
      {
        hint: "Move it away, or name another folder.",
      },
    );
  }

  async discard(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await rm(this.#place.staging, { recursive: true, force: true });
  }
}

/** Gives a new folder its name, unless somebody took it meanwhile. */
async function placeNewFolder(staging: string, path: string): Promise<void> {
  const taken = await lstat(path).catch(() => undefined);
  if (taken !== undefined) {
    throw new CodedError("file.exists", `"${path}" was made by somebody else meanwhile.`, {
      hint: "Name another folder.",
    });
  }
  await rename(staging, resolve(path)); // a folder only ever replaces an empty one
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digestOf(a), digestOf(b)]);
  return left !== null && left === right;
}

/** Hex digest of a regular file, or null when there is none. */
async function digestOf(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return null;
  const hash = createHash("sha256");
  const handle = await open(path);
  try {
    for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

/** Makes new names survive a power cut; not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
