import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { type ByteSource, CodedError } from "@syncline/core";
import { damaged } from "@syncline/core/codec";
import type { FileRow, FileScope, FileTable, RowFiles } from "@syncline/engine";
import { fileError } from "../files/index.ts";
import { rowFormatCodec } from "../formats/index.ts";
import { finishReplacement } from "./finish-replacement.ts";
import { MANIFEST_FILE, type Manifest, type ManifestFile, type ManifestTable } from "./manifest.ts";
import { readManifest } from "./read-manifest.ts";

const READ_SIZE = 64 * 1024;

/** A directory of rows, pulled or made by hand. */
export interface RowDirectory extends RowFiles {
  readonly manifest: Manifest;
  /** Tables whose files are not what was written, in the manifest's order. Reads every file. */
  editedTables(signal: AbortSignal): Promise<readonly string[]>;
  /** Files with fewer rows than were written: rows were removed, or the file was cut short. Reads every file. */
  shortenedFiles(signal: AbortSignal): Promise<readonly ShortenedFile[]>;
}

/** Cut at the end of a row, a file looks like one from which rows were removed on purpose. */
export interface ShortenedFile {
  /** As people know it. */
  readonly file: string;
  /** Rows that it holds. */
  readonly rows: number;
  /** Rows that were written. */
  readonly written: number;
}

/**
 * Opens a directory of rows, also when it was edited by hand: the manifest says which tables there are and how their
 * columns look, the files say which rows. `label` is the path as people typed it.
 * @throws CodedError `file.not_found`, `file.damaged`, `file.unsupported`
 */
export async function openDirectory(path: string, label = path): Promise<RowDirectory> {
  await finishReplacement(path);
  const manifest = await readManifest(path, label);
  for (const table of manifest.tables) await assertFiles({ path, label }, table);
  return new PulledDirectory({ path, label, manifest });
}

interface Directory {
  readonly path: string;
  readonly label: string;
}

async function assertFiles(
  { path, label }: Directory,
  { table, file, referenced }: ManifestTable,
): Promise<void> {
  for (const name of referenced === null ? [file] : [file, referenced.file]) {
    const found = await lstat(join(path, name)).catch(() => undefined);
    if (found?.isFile() === true) continue;
    const what = found === undefined ? "is not there" : "is not a regular file";
    throw new CodedError(
      "file.damaged",
      `"${join(label, name)}", the file of table "${table.name}", ${what}.`,
      {
        hint: `Put it back, or remove the table from "${join(label, MANIFEST_FILE)}"; a table without rows has an empty file.`,
        details: { file: join(label, name) },
      },
    );
  }
}

class PulledDirectory implements RowDirectory {
  readonly label: string;
  readonly tables: readonly FileTable[];
  readonly scope: FileScope | null;
  readonly manifest: Manifest;
  readonly #path: string;
  readonly #byName: ReadonlyMap<string, ManifestTable>;

  constructor({ path, label, manifest }: Directory & { readonly manifest: Manifest }) {
    this.label = label;
    this.manifest = manifest;
    this.tables = manifest.tables.map(({ table }) => table);
    this.scope = manifest.scope;
    this.#path = path;
    this.#byName = new Map(manifest.tables.map((entry) => [entry.table.name, entry]));
  }

  pathOf(table: string): string {
    return join(this.label, this.#table(table).file);
  }

  async *rows(table: string, signal: AbortSignal): AsyncGenerator<readonly FileRow[]> {
    const entry = this.#table(table);
    yield* this.#part(entry, { file: entry, referenced: false, signal });
    if (entry.referenced !== null)
      yield* this.#part(entry, { file: entry.referenced, referenced: true, signal });
  }

  async *#part(
    { table }: ManifestTable,
    { file, referenced, signal }: { file: ManifestFile; referenced: boolean; signal: AbortSignal },
  ): AsyncGenerator<readonly FileRow[]> {
    const source = this.#source(file.file);
    let rows = 0;
    const codec = rowFormatCodec(this.manifest.format);
    for await (const batch of codec.read({ source, table, referenced, signal })) {
      rows += batch.length;
      yield batch;
    }
    if (source.digest() !== file.sha256 || rows === file.rows) return;
    throw damaged(
      { file: join(this.label, MANIFEST_FILE), line: 1 },
      `"${file.file}" holds ${rows} rows, expected ${file.rows}`,
      "Correct the manifest, or pull the directory again.",
    );
  }

  async editedTables(signal: AbortSignal): Promise<readonly string[]> {
    const edited: string[] = [];
    for (const { table, file, sha256, referenced } of this.manifest.tables) {
      const files = referenced === null ? [{ file, sha256 }] : [{ file, sha256 }, referenced];
      for (const one of files) {
        if ((await this.#digestOf(one.file, signal)) === one.sha256) continue;
        edited.push(table.name);
        break;
      }
    }
    return edited;
  }

  async shortenedFiles(signal: AbortSignal): Promise<readonly ShortenedFile[]> {
    const shortened: ShortenedFile[] = [];
    for (const { table, file, rows: written, sha256 } of this.manifest.tables) {
      if ((await this.#digestOf(file, signal)) === sha256) continue;
      const rows = await this.#countRows(table, file, signal);
      if (rows < written) shortened.push({ file: join(this.label, file), rows, written });
    }
    return shortened;
  }

  async #countRows(table: FileTable, file: string, signal: AbortSignal): Promise<number> {
    const codec = rowFormatCodec(this.manifest.format);
    let rows = 0;
    for await (const batch of codec.read({ source: this.#source(file), table, referenced: false, signal }))
      rows += batch.length;
    return rows;
  }

  async #digestOf(file: string, signal: AbortSignal): Promise<string> {
    const source = this.#source(file);
    for await (const _ of source.open()) signal.throwIfAborted();
    return source.digest();
  }

  #source(file: string): HashedFile {
    return new HashedFile(join(this.#path, file), join(this.label, file));
  }

  async close(): Promise<void> {}

  #table(name: string): ManifestTable {
    const table = this.#byName.get(name);
    if (table === undefined) throw new TypeError(`the directory has no table ${name}`);
    return table;
  }
}

/** A file whose digest is known once it was read to its end. */
class HashedFile implements ByteSource {
  readonly name: string;
  readonly #path: string;
  #hash = createHash("sha256");

  constructor(path: string, name: string) {
    this.#path = path;
    this.name = name;
  }

  async *open(): AsyncGenerator<Uint8Array> {
    this.#hash = createHash("sha256");
    const stream = createReadStream(this.#path, { highWaterMark: READ_SIZE });
    try {
      for await (const chunk of stream) {
        this.#hash.update(chunk as Buffer);
        yield chunk as Buffer;
      }
    } catch (error) {
      throw fileError(error, this.name, "read");
    } finally {
      stream.destroy();
    }
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}
