import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { OperationReport } from "../contract.ts";

const oneSchema = z.object({
  name: z.string(),
  job: z.string(),
  applicationId: z.string().nullable(),
  at: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  modified: z.number().optional(),
  report: z.unknown(),
});
const entrySchema = oneSchema.extend({ before: oneSchema.nullish() });

/** What is known of a dump that a job made. */
export interface DumpEntry {
  /** Inside the folder. */
  readonly name: string;
  readonly job: string;
  /** The work unit that wrote it. */
  readonly applicationId: string | null;
  /** The run's instant. */
  readonly at: Date;
  readonly bytes: number;
  /** When it was last written to, in milliseconds; what was written to since is somebody else's. */
  readonly modified?: number | undefined;
  readonly report: OperationReport;
}

/** Which files jobs have made: whatever else lies in the folder belongs to people and is left alone. */
export class DumpEntries {
  readonly #folder: string;

  constructor(inner: string) {
    this.#folder = join(inner, "entries");
  }

  /** What may lie under a name: a dump, or while it is replaced this and the one before. */
  async read(name: string): Promise<readonly DumpEntry[]> {
    return this.#parse(await readFile(this.#fileOf(name), "utf8").catch(() => null));
  }

  /** The same of all names. */
  async list(): Promise<(readonly DumpEntry[])[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const entries: (readonly DumpEntry[])[] = [];
    for (const file of files) {
      if (!file.endsWith(".json")) continue;
      const entry = this.#parse(await readFile(join(this.#folder, file), "utf8").catch(() => null));
      if (entry.length > 0) entries.push(entry);
    }
    return entries;
  }

  /** Whole or not at all. `before`: what may lie there until the new one does. */
  async write(entry: DumpEntry, before: DumpEntry | null = null): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(JSON.stringify({ ...entry, before }));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.#fileOf(entry.name));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async forget(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true });
  }

  #fileOf(name: string): string {
    return join(this.#folder, `${createHash("sha256").update(name).digest("hex")}.json`);
  }

  #parse(text: string | null): DumpEntry[] {
    if (text === null) return [];
    try {
      const { before, ...entry } = entrySchema.parse(JSON.parse(text));
      return [entry, ...(before == null ? [] : [before])].map((each) => ({
        ...each,
        at: new Date(each.at),
        report: each.report as OperationReport,
      }));
    } catch {
      return []; // as if a person had put the file there
    }
  }
}
