import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

const RENEW_MS = 10_000;
/** Long enough for a process that is busy, and for clocks that differ a little. */
const LIVE_MS = 120_000;

/** Who reads which dump now, in this process and in others that share the folder. */
export class DumpReaders {
  readonly #folder: string;

  constructor(inner: string) {
    this.#folder = join(inner, "reading");
  }

  /** Says that a dump is being read, until the function that it resolves to is called. */
  async begin(name: string): Promise<() => Promise<void>> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const mark = join(this.#folder, `${hashOf(name)}.${randomUUID()}`);
    await writeFile(mark, "", { flag: "wx", mode: 0o600 });
    const renew = setInterval(() => {
      const now = new Date();
      utimes(mark, now, now).catch(() => {});
    }, RENEW_MS);
    renew.unref();
    return async () => {
      clearInterval(renew);
      await rm(mark, { force: true });
    };
  }

  async isRead(name: string): Promise<boolean> {
    const hash = hashOf(name);
    return (await this.#live()).has(hash);
  }

  /** A test for names, of now. Removes marks of readers that died. */
  async now(): Promise<(name: string) => boolean> {
    const live = await this.#live();
    return (name) => live.has(hashOf(name));
  }

  async #live(): Promise<ReadonlySet<string>> {
    const marks = await readdir(this.#folder).catch(() => []);
    const live = new Set<string>();
    for (const mark of marks) {
      const found = await stat(join(this.#folder, mark)).catch(() => null);
      if (found === null) continue;
      if (Date.now() - found.mtimeMs < LIVE_MS) live.add(mark.split(".")[0] ?? "");
      else await rm(join(this.#folder, mark), { force: true });
    }
    return live;
  }
}

function hashOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}
