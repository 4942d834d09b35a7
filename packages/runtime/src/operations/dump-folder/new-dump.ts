import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CodedError } from "@syncline/core";
import type { DirectoryPlace } from "../../place.ts";
import type { DumpEntries, DumpEntry } from "./dump-entries.ts";
import { bytesOf, makeFoldersOf, pathInside, statusOf, syncFolder } from "./dump-paths.ts";

export interface NewDumpOptions {
  readonly root: string;
  readonly inner: string;
  readonly name: string;
  readonly entries: DumpEntries;
  /** The dump of the same job that it replaces. */
  readonly before: DumpEntry | null;
}

/** A dump being written. Always `discard()`, which does nothing after `commit()`. */
export class NewDump {
  readonly #options: NewDumpOptions;
  readonly #staging: string;

  private constructor(options: NewDumpOptions, staging: string) {
    this.#options = options;
    this.#staging = staging;
  }

  static async begin(options: NewDumpOptions): Promise<NewDump> {
    const partial = join(options.inner, "partial");
    try {
      await mkdir(partial, { recursive: true, mode: 0o700 });
      return new NewDump(options, await mkdtemp(join(partial, "dump-")));
    } catch (error) {
      throw failed(options.name, error);
    }
  }

  /** Where it is to be written: under its own last name, which says how it is compressed and encrypted. */
  get place(): DirectoryPlace {
    return { label: this.#options.name, path: join(this.#staging, basename(this.#options.name)) };
  }

  /** Gives it its name, in place of a dump of the same job and name. */
  async commit(about: Omit<DumpEntry, "name" | "bytes" | "modified">): Promise<DumpEntry> {
    const { root, name, entries, before } = this.#options;
    try {
      const bytes = await bytesOf(this.place.path);
      const modified = (await statusOf(this.place.path))?.mtimeMs;
      const entry = { ...about, name, bytes, modified };
      // Told first: whoever finds the new file after this process has died knows whose it is.
      await entries.write(entry, before);
      await makeFoldersOf(root, name);
      await this.#putAside(await pathInside(root, name));
      await rename(this.place.path, await pathInside(root, name));
      await syncFolder(dirname(join(root, name)));
      await entries.write(entry);
      return entry;
    } catch (error) {
      throw failed(name, error);
    }
  }

  /** A folder cannot be replaced by a name. It is removed with what is left of this one. */
  async #putAside(path: string): Promise<void> {
    const found = await statusOf(path);
    const ours = await statusOf(this.place.path);
    if (found === null || (found.isFile() && ours?.isFile() === true)) return;
    await rename(path, join(this.#staging, randomUUID()));
  }

  async discard(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true });
  }
}

function failed(name: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof CodedError || typeof code !== "string") return error;
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new CodedError("file.io_failed", `"${name}" cannot be put into the dump folder (${code}).`, {
    hint: full ? "Make room, or lower limits.dumps." : "Check the folder and who may write to it.",
    cause: error,
  });
}
