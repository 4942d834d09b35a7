import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { CodedError } from "@syncline/core";
import type {
  FileTable,
  RowFilesHeader,
  RowFilesTable,
  RowFilesWriter,
  WrittenTable,
} from "@syncline/engine";
import { fileError } from "../files/index.ts";
import {
  type RowFormatCodec,
  type RowFormatWriter,
  rowFormatCodec,
  type WrittenRow,
} from "../formats/index.ts";
import { type DirectoryPlace, openPlace } from "./directory-place.ts";
import { fileNames } from "./file-name.ts";
import { DEFINITIONS_FILE, type Manifest, type ManifestFile, type ManifestTable } from "./manifest.ts";

export interface DirectoryWriterOptions {
  readonly path: string;
  /** The path as messages name it; the path itself when left out. */
  readonly label?: string;
  readonly header: RowFilesHeader;
  /** Names of all tables that will be written, so that their files are named alike every time. */
  readonly tables: readonly string[];
  /** Replace a directory of rows that is there already. */
  readonly overwrite: boolean;
}

interface Parts {
  readonly table: FileTable;
  own: ManifestFile | null;
  referenced: ManifestFile | null;
}

/**
 * Writes a directory of rows beside its place and puts it there with `commit`. Tables may be written side by side.
 * @throws CodedError `file.exists` when the place is taken by what is not a directory of ours, or without `overwrite`
 */
export async function createDirectoryWriter(options: DirectoryWriterOptions): Promise<RowFilesWriter> {
  const { format } = options.header;
  if (format === "sql")
    throw new CodedError("usage.invalid", "A directory of rows cannot be written as SQL.", {
      hint: "Use ndjson, json, yaml or csv; `syncline export --format sql` writes one SQL file.",
    });
  const place = await openPlace(options);
  return new DirectoryWriter(options, { place, codec: rowFormatCodec(format) });
}

class DirectoryWriter implements RowFilesWriter {
  readonly sequential = false;
  readonly #options: DirectoryWriterOptions;
  readonly #place: DirectoryPlace;
  readonly #codec: RowFormatCodec;
  readonly #names: ReadonlyMap<string, string>;
  readonly #parts = new Map<string, Parts>();
  readonly #open = new Set<TableFile>();
  readonly #written: WrittenTable[] = [];

  constructor(
    options: DirectoryWriterOptions,
    { place, codec }: { place: DirectoryPlace; codec: RowFormatCodec },
  ) {
    this.#options = options;
    this.#place = place;
    this.#codec = codec;
    this.#names = fileNames(options.tables);
  }

  async table(table: FileTable, { referenced = false } = {}): Promise<RowFilesTable> {
    const base = this.#names.get(table.name);
    const parts: Parts = this.#parts.get(table.name) ?? { table, own: null, referenced: null };
    if (base === undefined || parts[referenced ? "referenced" : "own"] !== null)
      throw new TypeError(`table ${table.name} was not announced, or is written twice`);
    this.#parts.set(table.name, parts);
    const file = `${base}${referenced ? ".referenced" : ""}${this.#codec.suffix}`;
    const writer = await TableFile.open(this.#place, { file, writer: this.#codec.createWriter(table) });
    this.#open.add(writer);
    return {
      rows: (batch) => writer.rows(batch),
      end: async () => {
        const { bytes, ...written } = await writer.end();
        this.#open.delete(writer);
        parts[referenced ? "referenced" : "own"] = written;
        const result = { name: table.name, rows: written.rows, bytes };
        this.#written.push(result);
        return result;
      },
    };
  }

  async commit() {
    const definitions = await this.#writeDefinitions();
    const manifest = await this.#manifest(definitions);
    const { unchanged } = await this.#place.commit(manifest);
    return { tables: this.#written, unchanged };
  }

  async #writeDefinitions(): Promise<Manifest["definitions"]> {
    const { definitions } = this.#options.header;
    if (definitions === null) return null;
    const sha256 = await this.#place.writeFile(DEFINITIONS_FILE, definitions);
    return { file: DEFINITIONS_FILE, sha256 };
  }

  async #manifest(definitions: Manifest["definitions"]): Promise<Manifest> {
    const { createdAt, source, scope } = this.#options.header;
    const tables: ManifestTable[] = [];
    for (const name of this.#options.tables) {
      const parts = this.#parts.get(name);
      if (parts === undefined) continue;
      const own = parts.own ?? (await this.#emptyFile(parts.table));
      tables.push({ ...own, table: parts.table, referenced: parts.referenced });
    }
    return { createdAt, source, scope, format: this.#codec.format, definitions, tables };
  }

  /** The file of a table of which only referenced rows were written. */
  async #emptyFile(table: FileTable): Promise<ManifestFile> {
    await (await this.table(table)).end();
    return this.#parts.get(table.name)?.own as ManifestFile;
  }

  async discard(): Promise<void> {
    await Promise.all([...this.#open].map((file) => file.abandon()));
    this.#open.clear();
    await this.#place.discard();
  }
}

interface TableFileOptions {
  readonly file: string;
  readonly writer: RowFormatWriter;
}

/** One table's file, hashed as it is written. */
class TableFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #options: TableFileOptions;
  readonly #hash: Hash = createHash("sha256");
  #rows = 0;
  #bytes = 0;

  static async open(place: DirectoryPlace, options: TableFileOptions): Promise<TableFile> {
    const file = new TableFile(place.shownPath(options.file), await place.createFile(options.file), options);
    await file.#write(options.writer.begin());
    return file;
  }

  constructor(path: string, handle: FileHandle, options: TableFileOptions) {
    this.#path = path;
    this.#handle = handle;
    this.#options = options;
  }

  async rows(batch: readonly WrittenRow[]): Promise<void> {
    this.#rows += batch.length;
    for (const bytes of this.#options.writer.rows(batch)) await this.#write(bytes);
  }

  async end(): Promise<ManifestFile & { readonly bytes: number }> {
    await this.#write(this.#options.writer.end());
    try {
      await this.#handle.datasync();
      await this.#handle.close();
    } catch (error) {
      throw fileError(error, this.#path, "write");
    }
    const { file } = this.#options;
    return { file, rows: this.#rows, sha256: this.#hash.digest("hex"), bytes: this.#bytes };
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    try {
      for (let offset = 0; offset < bytes.length; )
        offset += (await this.#handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
    } catch (error) {
      throw fileError(error, this.#path, "write");
    }
  }
}
