import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { OperationReport } from "../contract.ts";

const entrySchema = z.object({
  name: z.string(),
  job: z.string(),
  applicationId: z.string().nullable(),
  at: z.iso.datetime(),
  bytes: z.int().nonnegative(),
  report: z.unknown(),
});

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
  readonly report: OperationReport;
}

/** Which files jobs have made: whatever else lies in the folder belongs to people and is left alone. */
export class DumpEntries {
  readonly #folder: string;

  constructor(inner: string) {
    this.#folder = join(inner, "entries");
  }

  async read(name: string): Promise<DumpEntry | null> {
    return this.#parse(await readFile(this.#fileOf(name), "utf8").catch(() => null));
  }

  async list(): Promise<DumpEntry[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const entries: DumpEntry[] = [];
    for (const file of files) {
      if (!file.endsWith(".json")) continue;
      const entry = this.#parse(await readFile(join(this.#folder, file), "utf8").catch(() => null));
      if (entry !== null) entries.push(entry);
    }
    return entries;
  }

  /** Whole or not at all. */
  async write(entry: DumpEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(JSON.stringify({ ...entry, at: entry.at.toISOString() }));
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

  #parse(text: string | null): DumpEntry | null {
    if (text === null) return null;
    try {
      const entry = entrySchema.parse(JSON.parse(text));
      return { ...entry, at: new Date(entry.at), report: entry.report as OperationReport };
    } catch {
      return null; // as if a person had put the file there
    }
  }
}
