import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ObjectStore } from "@syncline/engine";
import { fileError } from "@syncline/snapshot-store/files";
import { ChangeIndex } from "./change-index/change-index.ts";
import type { ResultLimits } from "./result-contract.ts";

interface Entry {
  readonly key: string;
  readonly opening: Promise<ChangeIndex>;
  index: ChangeIndex | undefined;
  users: number;
  /** Its result is gone: it is removed when the last user leaves. */
  gone: boolean;
}

export interface IndexCacheOptions {
  readonly objectStore: ObjectStore;
  readonly folder: string;
  readonly limits: ResultLimits;
}

const SUFFIX = ".sqlite";

/**
 * Copies of index files on this machine. Each is fetched once, is open once, and is shared by all who ask; those that
 * nobody uses go, least recently used first. Other processes may use the same folder.
 */
export class IndexCache {
  readonly #options: IndexCacheOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: IndexCacheOptions) {
    this.#options = options;
  }

  async open(key: string): Promise<{ readonly index: ChangeIndex; readonly release: () => void }> {
    const entry = this.#entries.get(key) ?? this.#start(key);
    this.#touch(entry);
    entry.users += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users === 0 && entry.gone) entry.index?.close();
      this.#closeIdle();
    };
    try {
      const index = await entry.opening;
      return { index, release };
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      release();
      throw error;
    }
  }

  isOpen(key: string): boolean {
    return (this.#entries.get(key)?.users ?? 0) > 0;
  }

  /** Takes over a file that was just made. */
  async adopt(key: string, path: string): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await rename(path, this.#path(key)).catch(() => {}); // it is fetched when somebody asks
    await this.#shrink();
  }

  async forget(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    if (entry !== undefined) {
      entry.gone = true;
      if (entry.users === 0) entry.index?.close();
    }
    await rm(this.#path(key), { force: true });
  }

  close(): void {
    for (const { index } of this.#entries.values()) index?.close();
    this.#entries.clear();
  }

  #start(key: string): Entry {
    const entry: Entry = { key, opening: this.#load(key), index: undefined, users: 0, gone: false };
    entry.opening.then(
      (index) => {
        entry.index = index;
      },
      () => {},
    );
    this.#entries.set(key, entry);
    return entry;
  }

  async #load(key: string): Promise<ChangeIndex> {
    const path = this.#path(key);
    for (let tries = 1; ; tries += 1) {
      if (!(await exists(path))) await this.#fetch(key, path);
      const now = new Date();
      await utimes(path, now, now).catch(() => {}); // what other processes judge use by
      await this.#shrink();
      try {
        return new ChangeIndex(path);
      } catch (error) {
        if (tries === 3 || (await exists(path))) throw error; // else another process removed it just now
      }
    }
  }

  async #fetch(key: string, path: string): Promise<void> {
    const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
    const bytes = this.#options.objectStore.get(key);
    try {
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      await pipeline(bytes, createWriteStream(temporary, { flags: "wx", mode: 0o600 }));
      await rename(temporary, path);
    } catch (error) {
      throw fileError(error, path, "write");
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #touch(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
  }

  #closeIdle(): void {
    let open = this.#entries.size;
    for (const entry of this.#entries.values()) {
      if (open <= this.#options.limits.openIndexes) return;
      if (entry.users > 0 || entry.index === undefined) continue;
      entry.index.close();
      this.#entries.delete(entry.key);
      open -= 1;
    }
  }

  /** An index that is open stays readable when its file is removed; it is not removed all the same. */
  async #shrink(): Promise<void> {
    const { folder, limits } = this.#options;
    const inUse = new Set([...this.#entries.keys()].map((key) => this.#path(key)));
    const files = await Promise.all(
      (await readdir(folder))
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => sizeAndUse(join(folder, name))),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= limits.cacheBytes) return;
      if (inUse.has(path)) continue;
      await rm(path, { force: true });
      total -= size;
    }
  }

  #path(key: string): string {
    return join(this.#options.folder, createHash("sha256").update(key).digest("hex").slice(0, 40) + SUFFIX);
  }
}

async function sizeAndUse(path: string) {
  const found = await stat(path).catch(() => undefined);
  return { path, size: found?.size ?? 0, usedAt: found?.mtimeMs ?? 0 };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
