import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CodedError, visibleText } from "@syncline/core";
import type { DirectoryPlace } from "../../place.ts";
import { DumpEntries, type DumpEntry } from "./dump-entries.ts";
import { dumpMatchers, dumpNameAt, isDumpPattern } from "./dump-name.ts";
import { bytesOf, INNER_FOLDER, openRoot, pathInside, statusOf } from "./dump-paths.ts";
import { DumpReaders } from "./dump-readers.ts";
import { NewDump } from "./new-dump.ts";
import { type DumpLimits, planCleanup } from "./plan-cleanup.ts";

export interface DumpFolderOptions {
  /** Absolute. */
  readonly path: string;
  readonly limits: DumpLimits;
  readonly now: () => Date;
}

export interface WantedDump {
  /** Name of the job. */
  readonly job: string;
  /** Name inside the folder; `{time}` becomes the instant. */
  readonly file: string;
  /** The run's. */
  readonly at: Date;
}

/** A dump, or a file that somebody put there, that stays while it is read. Always `close()`. */
export interface OpenedDump {
  readonly place: DirectoryPlace;
  close(): Promise<void>;
}

/** Longer than any dump goes without a byte. */
const ABANDONED_MS = 6 * 3_600_000;

/**
 * The folder of exports and of files to import. Several processes may share it. What jobs wrote is removed again by the
 * limits; what people put there is never touched.
 */
export class DumpFolder {
  readonly #options: DumpFolderOptions;
  readonly #root: string;
  readonly #inner: string;
  readonly #entries: DumpEntries;
  readonly #readers: DumpReaders;

  private constructor(options: DumpFolderOptions, root: string) {
    this.#options = options;
    this.#root = root;
    this.#inner = join(root, INNER_FOLDER);
    this.#entries = new DumpEntries(this.#inner);
    this.#readers = new DumpReaders(this.#inner);
  }

  /** @throws CodedError `file.io_failed` */
  static async open(options: DumpFolderOptions): Promise<DumpFolder> {
    return new DumpFolder(options, await openRoot(options.path));
  }

  /** What jobs made, oldest first. */
  async list(): Promise<readonly DumpEntry[]> {
    const entries = await this.#owned();
    return entries.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.name < b.name ? -1 : 1));
  }

  /** What this work unit wrote before it was interrupted, if it is still there. */
  async writtenBy(wanted: WantedDump, applicationId: string | null): Promise<DumpEntry | null> {
    if (applicationId === null) return null;
    const entry = await this.#ownOf(await this.#entries.read(dumpNameAt(wanted.file, wanted.at)));
    return entry?.applicationId === applicationId ? entry : null;
  }

  /**
   * Begins a dump; makes room first.
   * @throws CodedError `usage.invalid`, `file.exists` for a file of somebody else, `limit.exceeded` without room
   */
  async begin({ job, file, at }: WantedDump): Promise<NewDump> {
    const name = dumpNameAt(file, at);
    const path = await pathInside(this.#root, name);
    const entry = await this.#ownOf(await this.#entries.read(name));
    if (entry === null ? (await statusOf(path)) !== null : entry.job !== job) throw taken(name, entry);
    await this.clean();
    const free = await this.#freeBytes();
    if (free < this.#options.limits.minFreeBytes) throw noRoom(free, this.#options.limits);
    return NewDump.begin({
      root: this.#root,
      inner: this.#inner,
      name,
      entries: this.#entries,
      before: entry,
    });
  }

  /**
   * Opens a file or folder for reading. Of several that a pattern fits it is the newest.
   * @throws CodedError `usage.invalid`, `file.not_found`
   */
  async read(pattern: string): Promise<OpenedDump> {
    const names = isDumpPattern(pattern) ? await this.#newestFirst(pattern) : [pattern];
    for (const name of names) {
      const path = await pathInside(this.#root, name);
      const close = await this.#readers.begin(name);
      if ((await statusOf(path)) !== null) return { place: { label: name, path }, close };
      await close();
    }
    throw new CodedError("file.not_found", `The dump folder has no file "${visibleText(pattern)}".`, {
      hint: isDumpPattern(pattern)
        ? "No name fits the pattern."
        : "Check the name; it is taken in exact case.",
    });
  }

  /**
   * Removes what the limits leave no room for. Returns the names. A file that somebody else has written in place of a
   * dump is no dump any more.
   */
  async clean(): Promise<readonly string[]> {
    await this.#removeAbandoned();
    const dumps = (await this.#owned((name) => this.#entries.forget(name))).map((entry) => ({
      ...entry,
      whole: true,
    }));
    const { limits, now } = this.#options;
    const isRead = await this.#readers.now();
    const freeBytes = await this.#freeBytes();
    const removed: string[] = [];
    for (const { name } of planCleanup({ dumps, limits, now: now(), freeBytes, isRead }))
      if (await this.#remove(name)) removed.push(name);
    return removed;
  }

  /** A reader that came meanwhile gets it back: it looks again after saying that it reads. */
  async #remove(name: string): Promise<boolean> {
    const path = await pathInside(this.#root, name);
    const aside = join(this.#inner, "partial", `removed-${randomUUID()}`);
    await mkdir(dirname(aside), { recursive: true, mode: 0o700 });
    const moved = await rename(path, aside).then(
      () => true,
      () => false, // somebody else was faster
    );
    if (!moved) return false;
    if (await this.#readers.isRead(name)) {
      await rename(aside, path);
      return false;
    }
    await this.#entries.forget(name);
    await rm(aside, { recursive: true, force: true });
    return true;
  }

  /** Dumps that are there as they were written; `forget` is called for the others. */
  async #owned(forget: (name: string) => Promise<void> = async () => {}): Promise<DumpEntry[]> {
    const owned: DumpEntry[] = [];
    for (const candidates of await this.#entries.list()) {
      const entry = await this.#ownOf(candidates);
      const [{ name } = { name: "" }] = candidates;
      if (entry !== null) owned.push(entry);
      else if (candidates.length === 1) await forget(name); // else another process is about to put it there
    }
    return owned;
  }

  /** Which of the dumps that may lie under a name does, as it was written. */
  async #ownOf(candidates: readonly DumpEntry[]): Promise<DumpEntry | null> {
    for (const entry of candidates) if (await this.#isWhole(entry)) return entry;
    return null;
  }

  async #isWhole({ name, bytes, modified }: DumpEntry): Promise<boolean> {
    const path = join(this.#root, name);
    const found = await statusOf(path);
    if (found === null || (await bytesOf(path)) !== bytes) return false;
    return modified === undefined || found.mtimeMs === modified;
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#root);
    return bavail * bsize;
  }

  /** What a process that died was writing. */
  async #removeAbandoned(): Promise<void> {
    const partial = join(this.#inner, "partial");
    // The later of two clocks may be off, and what is being written is not old.
    const now = Math.min(Date.now(), this.#options.now().getTime());
    for (const name of await readdir(partial).catch(() => [])) {
      const path = join(partial, name);
      if (now - (await lastWrite(path)) > ABANDONED_MS) await rm(path, { recursive: true, force: true });
    }
  }

  async #newestFirst(pattern: string): Promise<string[]> {
    const names = await this.#matching(dumpMatchers(pattern));
    const dated = [];
    for (const name of names) {
      const entry = await this.#ownOf(await this.#entries.read(name));
      const found = await statusOf(join(this.#root, name));
      if (found !== null) dated.push({ name, at: entry?.at.getTime() ?? found.mtimeMs });
    }
    return dated.sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1)).map(({ name }) => name);
  }

  async #matching(matchers: ReturnType<typeof dumpMatchers>): Promise<string[]> {
    let names = [""];
    for (const [depth, matcher] of matchers.entries()) {
      const next: string[] = [];
      for (const folder of names)
        for (const found of await readdir(join(this.#root, folder), { withFileTypes: true }).catch(
          () => [],
        )) {
          const fits = !found.name.startsWith(".") && !found.name.endsWith(".sig") && matcher(found.name);
          const wanted = found.isDirectory() || (depth === matchers.length - 1 && found.isFile());
          if (fits && wanted) next.push(folder === "" ? found.name : `${folder}/${found.name}`);
        }
      names = next;
    }
    return names;
  }
}

/** Of a file, or of the newest thing in a folder. */
async function lastWrite(path: string): Promise<number> {
  const found = await statusOf(path);
  if (found === null) return 0;
  if (!found.isDirectory()) return Math.max(found.mtimeMs, found.ctimeMs);
  const inside = await readdir(path).catch(() => []);
  return Math.max(found.ctimeMs, ...(await Promise.all(inside.map((name) => lastWrite(join(path, name))))));
}

function taken(name: string, entry: DumpEntry | null): CodedError {
  const whose = entry === null ? "was not made by an export job" : `belongs to the job "${entry.job}"`;
  return new CodedError("file.exists", `"${visibleText(name)}" in the dump folder ${whose}.`, {
    hint: "Choose another name, or remove the file.",
  });
}

function noRoom(free: number, { minFreeBytes }: DumpLimits): CodedError {
  const mega = (bytes: number) => `${Math.floor(bytes / 1e6).toLocaleString("en-US")} MB`;
  return new CodedError(
    "limit.exceeded",
    `The disk of the dump folder has ${mega(free)} left, expected ${mega(minFreeBytes)} at least; no dump was begun.`,
    { hint: "Make room, or lower limits.dumps.minFree.", retryable: true },
  );
}
