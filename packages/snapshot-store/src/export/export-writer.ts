import { createHash, type Hash } from "node:crypto";
import type {
  ByteSink,
  FileTable,
  RowFilesHeader,
  RowFilesTable,
  RowFilesWriter,
  WrittenTable,
} from "@syncline/engine";
import { rowFormatCodec } from "../formats/index.ts";
import { EXPORT_LAYOUTS, type ExportFormat, type ExportLayout } from "./export-layout.ts";

export interface ExportWriterOptions {
  readonly sink: ByteSink;
  readonly header: RowFilesHeader & { readonly format: ExportFormat };
  readonly tables: readonly FileTable[];
}

/** Writes one file with the rows of several tables, part after part, its digest at the end. */
export async function createExportWriter(options: ExportWriterOptions): Promise<RowFilesWriter> {
  const writer = new ExportWriter(options);
  await writer.begin();
  return writer;
}

interface WrittenPart {
  readonly table: string;
  readonly referenced: boolean;
  readonly rows: number;
}

class ExportWriter implements RowFilesWriter {
  readonly sequential = true;
  readonly #options: ExportWriterOptions;
  readonly #layout: ExportLayout;
  readonly #hash: Hash = createHash("sha256");
  readonly #parts: WrittenPart[] = [];
  readonly #written: WrittenTable[] = [];
  #bytes = 0;

  constructor(options: ExportWriterOptions) {
    this.#options = options;
    this.#layout = EXPORT_LAYOUTS[options.header.format];
  }

  async begin(): Promise<void> {
    await this.#text(this.#layout.header(JSON.stringify(headerDocument(this.#options))));
  }

  async table(table: FileTable, { referenced = false } = {}): Promise<RowFilesTable> {
    const codec = rowFormatCodec(this.#options.header.format).createWriter(table);
    const before = this.#bytes;
    let rows = 0;
    await this.#text(this.#layout.part({ table: table.name, referenced }, this.#parts.length === 0));
    await this.#write(codec.begin());
    return {
      rows: async (batch) => {
        rows += batch.length;
        for (const bytes of codec.rows(batch)) await this.#write(bytes);
      },
      end: async () => {
        await this.#write(codec.end());
        this.#parts.push({ table: table.name, referenced, rows });
        const written = { name: table.name, rows, bytes: this.#bytes - before };
        this.#written.push(written);
        return written;
      },
    };
  }

  async commit() {
    const parts = this.#parts.map(({ table, referenced, rows }) => ({
      table,
      ...(referenced ? { referenced } : {}),
      rows,
    }));
    const end = { parts, sha256: this.#hash.digest("hex") };
    await this.#options.sink.write(
      Buffer.from(this.#layout.end(JSON.stringify(end), this.#parts.length === 0)),
    );
    await this.#options.sink.commit();
    return { tables: this.#written, unchanged: false };
  }

  async discard(): Promise<void> {
    await this.#options.sink.discard();
  }

  #text(text: string): Promise<void> {
    return this.#write(Buffer.from(text));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.#options.sink.write(bytes);
  }
}

function headerDocument({ header, tables }: ExportWriterOptions) {
  return {
    format: "syncline-export",
    version: 1,
    created_at: header.createdAt,
    source: header.source,
    rows: header.format,
    scope: header.scope,
    tables: tables.map(({ name, key, fingerprint, columns }) => ({
      name,
      key,
      fingerprint,
      columns: columns.map((column) => [column.name, column.type]),
    })),
  };
}
