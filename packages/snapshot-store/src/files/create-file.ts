import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, link, lstat, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { CodedError } from "@syncline/core";
import type { ByteSink } from "@syncline/engine";
import type { AgeRecipients } from "../sealing/age-keys.ts";
import { compressionOfName, createCompressor, isEncryptedName } from "./compression.ts";
import { fileError } from "./file-error.ts";
import { FileWriter } from "./write-stream.ts";

export interface CreateOptions {
  readonly overwrite: boolean;
  /** Who can read it; a file whose name ends in `.age` needs at least one. */
  readonly recipients?: AgeRecipients;
}

/**
 * A new file, written beside its place and renamed into it by `commit`, so that it is there whole or not at all.
 * Pipes and character devices (`/dev/stdout`) are written straight through.
 */
export async function createFile(path: string, options: CreateOptions): Promise<ByteSink> {
  const stages = await stagesOf(path, options.recipients ?? []);
  try {
    const existing = await kindOf(path);
    if (existing === "stream") return straight(path, new FileWriter(await open(path, "w"), stages));
    if (existing === "folder")
      throw new CodedError("file.exists", `"${path}" is a folder.`, { hint: "Name a file in it." });
    if (existing === "file" && !options.overwrite) throw exists(path);
    const place = existing === "file" ? await followed(path) : path;
    await access(dirname(place), constants.W_OK);
    const temporary = temporaryName(place);
    const writer = new FileWriter(await open(temporary, "wx"), stages);
    return new NewFile({ path, place, temporary, writer, overwrite: options.overwrite });
  } catch (error) {
    throw fileError(error, path, "write");
  }
}

/** Compression and encryption, in the order in which bytes pass. Encryption is never chosen or left out silently. */
async function stagesOf(path: string, recipients: AgeRecipients): Promise<readonly Duplex[]> {
  const compressor = createCompressor(compressionOfName(path));
  const stages = compressor === undefined ? [] : [compressor];
  if (recipients.length === 0 && !isEncryptedName(path)) return stages;
  if (recipients.length === 0)
    throw new CodedError(
      "encryption.required",
      `"${path}" ends in .age, and nobody is named who may read it.`,
      {
        hint: "Add --recipient with a public key (age1…), or choose a name that does not end in .age.",
      },
    );
  if (!isEncryptedName(path))
    throw new CodedError(
      "usage.invalid",
      `"${path}" shall be encrypted, but its name does not end in .age.`,
      {
        hint: `Name it "${path}.age".`,
      },
    );
  const { createEncryptor } = await import("../sealing/age-stream.ts");
  return [...stages, createEncryptor(recipients)];
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
