import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, link, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CodedError } from "@syncline/core";
import type { ByteSink } from "@syncline/engine";
import { compressionOfName, createCompressor } from "./compression.ts";
import { fileError } from "./file-error.ts";
import { FileWriter } from "./write-stream.ts";

export interface CreateOptions {
  readonly overwrite: boolean;
}

/**
 * A new file, written beside its place and renamed into it by `commit`, so that it is there whole or not at all.
 * Pipes and character devices (`/dev/stdout`) are written straight through.
 */
export async function createFile(path: string, options: CreateOptions): Promise<ByteSink> {
  const compressor = createCompressor(compressionOfName(path));
  try {
    const existing = await kindOf(path);
    if (existing === "stream") return straight(path, new FileWriter(await open(path, "w"), compressor));
    if (existing === "folder")
      throw new CodedError("file.exists", `"${path}" is a folder.`, { hint: "Name a file in it." });
    if (existing === "file" && !options.overwrite) throw exists(path);
    const place = existing === "file" ? await followed(path) : path;
    await access(dirname(place), constants.W_OK);
    const temporary = temporaryName(place);
    const writer = new FileWriter(await open(temporary, "wx"), compressor);
    return new NewFile({ path, place, temporary, writer, overwrite: options.overwrite });
  } catch (error) {
    throw fileError(error, path, "write");
  }
}

async function kindOf(path: string): Promise<"none" | "file" | "folder" | "stream"> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  // A link that leads nowhere still takes the name.
  if (found === undefined) return (await isLink(path)) ? "file" : "none";
  if (found.isDirectory()) return "folder";
  return found.isFile() ? "file" : "stream";
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

/** Where the name leads, so that replacing a file leaves a link to it a link. */
async function followed(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CodedError("file.exists", `"${path}" is a link that leads nowhere.`, {
      hint: "Remove the link, or name another file.",
      cause: error,
    });
  }
}

function exists(path: string): CodedError {
  return new CodedError("file.exists", `The file "${path}" exists already.`, {
    hint: "Name another file, or add --overwrite to replace it.",
  });
}

export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}.tmp`);
}

function straight(path: string, writer: FileWriter): ByteSink {
  const guarded = (work: Promise<void>) =>
    work.catch((error: unknown) => {
      throw fileError(error, path, "write");
    });
  return {
    write: (bytes) => guarded(writer.write(bytes)),
    commit: () => guarded(writer.finish()),
    discard: () => writer.abandon(),
  };
}

interface NewFileOptions extends CreateOptions {
  readonly path: string;
  readonly place: string;
  readonly temporary: string;
  readonly writer: FileWriter;
}

class NewFile implements ByteSink {
  readonly #file: NewFileOptions;
  #done = false;

  constructor(file: NewFileOptions) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#guard(() => this.#file.writer.write(bytes));
  }

  async commit(): Promise<void> {
    await this.#guard(async () => {
      await this.#file.writer.finish();
      await this.#place();
      this.#done = true;
      await syncFolder(dirname(this.#file.place));
    });
  }

  async #place(): Promise<void> {
    const { temporary, place, overwrite } = this.#file;
    if (overwrite) return rename(temporary, place);
    try {
      await link(temporary, place); // refuses a name taken meanwhile, which rename would replace
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw exists(this.#file.path);
      if (code === "ENOSPC" || code === "EDQUOT" || code === "EIO") throw error;
      if ((await kindOf(place)) !== "none") throw exists(this.#file.path);
      return rename(temporary, place); // a file system without hard links
    }
    await rm(temporary, { force: true });
  }

  async discard(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#file.writer.abandon();
    await rm(this.#file.temporary, { force: true });
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw fileError(error, this.#file.path, "write");
    }
  }
}

/** Makes the new name survive a power cut; not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
