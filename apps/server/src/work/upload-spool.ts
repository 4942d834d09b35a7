import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PollingService, type Service } from "@syncline/runtime/services";

const ROUND_MS = 5 * 60_000;
/** What nobody has touched for so long is of a process that died. */
const STALE_MS = 3 * ROUND_MS;
/** What this one names its files; others in the folder are somebody else's. */
const OWN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z]{1,12}$/;

export interface SpoolInput {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** Tells what it is, for readers that go by a file's name. */
  readonly suffix: string;
}

export interface Spooled {
  readonly path: string;
  /** sha256 of the bytes. */
  readonly digest: string;
}

/** Bodies of requests as files, while they are worked on. */
export class UploadSpool {
  readonly #folder: string;
  readonly #open = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs `use` with a body as a file of the owner's alone, which is gone afterwards. */
  async with<T>({ bytes, signal, suffix }: SpoolInput, use: (spooled: Spooled) => Promise<T>): Promise<T> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${randomUUID()}.${suffix}`);
    const hash = createHash("sha256");
    const digested = async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    };
    this.#open.add(path);
    try {
      await pipeline(bytes, digested, createWriteStream(path, { flags: "wx", mode: 0o600 }), { signal });
      return await use({ path, digest: hash.digest("hex") });
    } finally {
      this.#open.delete(path);
      await rm(path, { force: true });
    }
  }

  /** Touches what is being worked on, so that processes that share the folder leave it alone, and removes what nobody touches. */
  async sweep(staleMs: number = STALE_MS): Promise<number> {
    const now = Date.now();
    for (const path of this.#open) await utimes(path, now / 1_000, now / 1_000).catch(() => {});
    const names = await readdir(this.#folder).catch(() => []);
    let removed = 0;
    for (const name of names.filter((each) => OWN.test(each))) {
      const path = join(this.#folder, name);
      const found = await stat(path).catch(() => null);
      if (found === null || this.#open.has(path) || now - found.mtimeMs < staleMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  /** Sweeps at the start and from time to time. */
  service(log: (removed: number) => void): Service {
    return new PollingService({
      name: "upload-spool",
      intervalMs: ROUND_MS,
      tick: async () => {
        const removed = await this.sweep();
        if (removed > 0) log(removed);
      },
    });
  }
}
