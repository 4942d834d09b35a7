import { randomBytes } from "node:crypto";
import { open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { PatchHeader, PatchOperation } from "@syncline/core";
import { fileError } from "@syncline/snapshot-store/files";
import { BlockReader } from "./block-reader.ts";
import { BlockWriter, type IndexEntry } from "./block-writer.ts";
import { ChangeSorter, compareEntries, mergeEntries } from "./change-sorter.ts";
import { EntryCodec } from "./entry-codec.ts";
import { createGiveWay } from "./give-way.ts";
import { writeMeta } from "./index-meta.ts";
import { createIndexDatabase, guardIndex, INDEX_LOOKUPS } from "./index-schema.ts";

export interface BuiltIndex {
  readonly path: string;
  readonly operations: number;
  readonly bytes: number;
}

interface OpenFile {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly writer: BlockWriter;
}

/**
 * Builds the index of a result in a folder of its own. Changes that come in order go straight into the file; the
 * others are sorted apart and merged with it at the end, into a second file.
 */
export class IndexBuilder {
  readonly #folder: string;
  readonly #codec: EntryCodec;
  readonly #giveWay: () => Promise<void>;
  readonly #late: ChangeSorter;
  #file: OpenFile;
  #last: IndexEntry | undefined;

  private constructor(
    options: { readonly folder: string; readonly header: PatchHeader },
    giveWay: () => Promise<void>,
    file: OpenFile,
  ) {
    this.#folder = options.folder;
    this.#codec = new EntryCodec(options.header.tables);
    this.#giveWay = giveWay;
    this.#late = new ChangeSorter(options.folder);
    this.#file = file;
  }

  static async create(options: {
    /** Exists, belongs to this builder alone. */
    readonly folder: string;
    readonly header: PatchHeader;
    readonly signal: AbortSignal;
  }): Promise<IndexBuilder> {
    const giveWay = createGiveWay(8, options.signal);
    const columns = options.header.tables.map((table) => table.columns.length);
    return new IndexBuilder(options, giveWay, await openFile(options.folder, columns, giveWay));
  }

  async add(operations: readonly PatchOperation[]): Promise<void> {
    for (const operation of operations) {
      const entry = this.#codec.encode(operation);
      if (this.#last !== undefined && compareEntries(entry, this.#last) < 0) await this.#late.add(entry);
      else await this.#write(entry);
    }
    await this.#giveWay();
  }

  async #write(entry: IndexEntry): Promise<void> {
    this.#last = entry;
    try {
      await this.#file.writer.add(entry);
    } catch (error) {
      guardIndex(this.#file.path, () => {
        throw error;
      });
    }
  }

  /** The finished file, durable; `header` as it is now known. */
  async finish(header: PatchHeader): Promise<BuiltIndex> {
    if (!this.#late.isEmpty) await this.#merge();
    const { path, database, writer } = this.#file;
    try {
      await writer.finish();
      const tables = [...writer.tables]
        .sort(([a], [b]) => a - b)
        .flatMap(([place, counts]) => this.#codec.tableMeta(place, counts));
      writeMeta(database, { header, total: writer.count, blocks: writer.blocks, tables });
      database.exec(INDEX_LOOKUPS);
      database.exec("COMMIT");
      database.close();
      return { path, operations: writer.count, bytes: await makeDurable(path) };
    } catch (error) {
      return guardIndex(path, () => {
        throw error;
      });
    }
  }

  async #merge(): Promise<void> {
    const early = this.#file;
    await early.writer.finish();
    const columns = this.#codec.columns;
    this.#file = await openFile(this.#folder, columns, this.#giveWay);
    const reader = new BlockReader(early.database);
    const written = (async function* (codec: EntryCodec) {
      for (const block of reader.blocks()) yield* codec.entriesOf(block, reader);
    })(this.#codec);
    try {
      for await (const entry of mergeEntries([written, this.#late.sorted()])) await this.#write(entry);
    } finally {
      early.database.close();
      await rm(early.path, { force: true });
      await this.#late.close();
    }
  }

  /** Closes what is open; the folder's owner removes it. */
  async discard(): Promise<void> {
    if (this.#file.database.isOpen) this.#file.database.close();
    await this.#late.close();
  }
}

async function openFile(
  folder: string,
  columns: readonly number[],
  giveWay: () => Promise<void>,
): Promise<OpenFile> {
  const path = join(folder, `${randomBytes(6).toString("hex")}.sqlite`);
  try {
    await (await open(path, "wx", 0o600)).close();
  } catch (error) {
    throw fileError(error, path, "write");
  }
  const database = createIndexDatabase(path);
  database.exec("BEGIN");
  return { path, database, writer: new BlockWriter(database, { columns, giveWay }) };
}

async function makeDurable(path: string): Promise<number> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
    return (await stat(path)).size;
  } catch (error) {
    throw fileError(error, path, "write");
  } finally {
    await handle.close();
  }
}
