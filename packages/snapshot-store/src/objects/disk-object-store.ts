import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import {
  assertObjectKey,
  assertObjectPrefix,
  type GetObject,
  type ListObjects,
  type ObjectPage,
  type ObjectStore,
  type PutObject,
  type StoredObject,
} from "@syncline/engine";
import { fileError } from "../files/file-error.ts";
import { walkKeys } from "./walk-keys.ts";

export interface DiskObjectStoreOptions {
  /** Made when it is missing, for the owner alone. All replicas on this disk name the same one. */
  readonly folder: string;
}

/** Where objects are written before they get their names; no key starts with a dot. */
const INCOMING = ".incoming";
const READ_SIZE = 128 * 1024;
/** Far beyond what folders that come and go need; below a second in all for one that cannot be made. */
const PLACE_TRIES = 100;

/** Objects as files in a folder, readable by the owner alone. */
export async function openDiskObjectStore({ folder }: DiskObjectStoreOptions): Promise<ObjectStore> {
  const root = resolve(folder);
  try {
    await mkdir(join(root, INCOMING), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, root, "write");
  }
  return new DiskObjectStore(root);
}

class DiskObjectStore implements ObjectStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  get name(): string {
    return this.#root;
  }

  async put({ key, body, ifAbsent, signal }: PutObject): Promise<StoredObject> {
    const path = this.#path(key);
    const temporary = join(this.#root, INCOMING, `${randomBytes(12).toString("hex")}.tmp`);
    const guarded = <T>(work: Promise<T>) =>
      work.catch((error: unknown) => {
        throw fileError(error, path, "write");
      });
    signal?.throwIfAborted();
    if (ifAbsent && (await this.head(key)) !== null) throw exists(key);
    const handle = await guarded(open(temporary, "wx", 0o600));
    try {
      let sizeBytes = 0;
      try {
        // What `body` throws is its maker's own and passes as it is.
        for await (const bytes of body) {
          signal?.throwIfAborted();
          await guarded(writeAll(handle, bytes));
          sizeBytes += bytes.length;
        }
        signal?.throwIfAborted();
        await guarded(handle.sync());
      } finally {
        await handle.close();
      }
      await guarded(this.#place(temporary, path, { key, ifAbsent }));
      return { key, sizeBytes, modifiedAt: new Date() };
    } finally {
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  /**
   * A folder that is empty may be removed by a `delete`, here or in another process, at any time until the file is
   * in it: also between two steps of making it.
   */
  async #place(
    temporary: string,
    path: string,
    { key, ifAbsent }: { readonly key: string; readonly ifAbsent: boolean },
  ): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#makeFolder(dirname(path));
        // A link refuses a name that is taken, which a rename would replace.
        await (ifAbsent ? link(temporary, path) : rename(temporary, path));
        await syncFolder(dirname(path));
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EEXIST" && ifAbsent) throw exists(key);
        if (code !== "ENOENT" || tries === PLACE_TRIES) throw error;
        await setTimeout(Math.random() * Math.min(tries, 20));
      }
    }
  }

  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made))
      await syncFolder(dirname(made));
  }

  async *get(key: string, { offset = 0, length, signal }: GetObject = {}): AsyncGenerator<Uint8Array> {
    const path = this.#path(key);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      let left = length ?? Number.POSITIVE_INFINITY;
      for (let position = offset; left > 0; ) {
        signal?.throwIfAborted();
        const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, left));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        left -= bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (isMissing(error) || code === "ELOOP" || code === "EISDIR") throw notFound(key);
      throw fileError(error, path, "read");
    } finally {
      await handle?.close();
    }
  }

  async head(key: string): Promise<StoredObject | null> {
    const path = this.#path(key);
    try {
      const found = await lstat(path);
      return found.isFile() ? { key, sizeBytes: found.size, modifiedAt: found.mtime } : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw fileError(error, path, "read");
    }
  }

  async list({ prefix, after, limit }: ListObjects): Promise<ObjectPage> {
    assertObjectPrefix(prefix);
    const items: StoredObject[] = [];
    try {
      for await (const key of walkKeys({ root: this.#root, prefix, after: after ?? "" })) {
        if (items.length === limit) return { items, next: items.at(-1)?.key ?? null };
        const found = await this.head(key);
        if (found !== null) items.push(found);
      }
    } catch (error) {
      throw fileError(error, this.#root, "read");
    }
    return { items, next: null };
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await rm(path, { force: true });
      await this.#removeEmpty(dirname(path));
    } catch (error) {
      if (!isMissing(error)) throw fileError(error, path, "write");
    }
  }

  async #removeEmpty(folder: string): Promise<void> {
    for (let empty = folder; empty.length > this.#root.length; empty = dirname(empty)) {
      const removed = await rmdir(empty).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  async removeUnfinished(olderThan: Date): Promise<number> {
    const folder = join(this.#root, INCOMING);
    let removed = 0;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || found.mtime >= olderThan) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    assertObjectKey(key);
    return join(this.#root, ...key.split("/"));
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

function exists(key: string): CodedError {
  return new CodedError("file.exists", `There is an object "${key}" already.`);
}

function notFound(key: string): CodedError {
  return new CodedError("file.not_found", `There is no object "${key}".`);
}

/** `ENOTDIR`: a folder of the key is a file. */
function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Makes a new name survive a power cut; not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
