import type { ByteSource } from "@syncline/core";
import { damaged, JsonCursor, JsonFields, unsupported } from "@syncline/core/codec";
import type { FileRow, FileScope, FileTable, RowFiles } from "@syncline/engine";
import { decodeFileTable, decodeScope } from "../directory/decode-manifest.ts";
import { rowFormatCodec } from "../formats/index.ts";
import { EXPORT_HINT, type ExportPart, type ScannedExport, scanExport } from "./scan-export.ts";

export interface OpenExportOptions {
  readonly source: ByteSource;
  readonly label: string;
  /** Accept a file that was changed since it was written. */
  readonly edited: boolean;
  readonly signal: AbortSignal;
}

const MAX_DEPTH = 64;

/** Opens an export file and checks that it is whole. @throws CodedError `file.damaged`, `file.unsupported` */
export async function openExport(options: OpenExportOptions): Promise<RowFiles> {
  const scanned = await scanExport(options.source, options.signal);
  const header = decodeHeader(scanned, options.source.name);
  checkParts(scanned, header.tables, options);
  checkDigest(scanned, options);
  return new ExportFile(options, scanned, header);
}

interface ExportHeader {
  readonly tables: readonly FileTable[];
  readonly scope: FileScope | null;
}

function decodeHeader({ header }: ScannedExport, file: string): ExportHeader {
  const at = { file, line: 1 };
  const cursor = new JsonCursor(header, at, EXPORT_HINT);
  const fields = new JsonFields(cursor.object(MAX_DEPTH), at);
  cursor.expectEnd();
  const version = fields.count("version");
  if (version !== 1)
    throw unsupported(
      at,
      `version ${version} of the format is not known, expected 1`,
      "Use a newer syncline.",
    );
  fields.only(["format", "version", "created_at", "source", "rows", "scope", "tables"]);
  const tables = fields.objects("tables").map((table) => {
    table.only(["name", "key", "fingerprint", "columns"]);
    return decodeFileTable(table, at);
  });
  if (new Set(tables.map(({ name }) => name)).size !== tables.length)
    throw damaged(at, "a table is listed twice", EXPORT_HINT);
  return { tables, scope: fields.get("scope") === null ? null : decodeScope(fields.object("scope")) };
}

function checkParts({ parts }: ScannedExport, tables: readonly FileTable[], { source }: OpenExportOptions) {
  for (const part of parts) {
    if (tables.some(({ name }) => name === part.table)) continue;
    const at = { file: source.name, line: part.line };
    throw damaged(at, `table "${part.table}" is not in the header`, EXPORT_HINT);
  }
}

function checkDigest({ end, endLine, sha256 }: ScannedExport, { source, edited }: OpenExportOptions): void {
  const at = { file: source.name, line: endLine };
  const cursor = new JsonCursor(end, at, EXPORT_HINT);
  const fields = new JsonFields(cursor.object(MAX_DEPTH), at);
  fields.only(["parts", "sha256"]);
  if (fields.string("sha256") === sha256 || edited) return;
  throw damaged(
    at,
    "its content is not what was written: the digest differs",
    "Add --edited when somebody changed the file on purpose; else get it again from where it was made.",
  );
}

class ExportFile implements RowFiles {
  readonly label: string;
  readonly tables: readonly FileTable[];
  readonly scope: FileScope | null;
  readonly #source: ByteSource;
  readonly #scanned: ScannedExport;

  constructor({ source, label }: OpenExportOptions, scanned: ScannedExport, { tables, scope }: ExportHeader) {
    this.label = label;
    this.tables = tables;
    this.scope = scope;
    this.#source = source;
    this.#scanned = scanned;
  }

  pathOf(): string {
    return this.#source.name;
  }

  async *rows(name: string, signal: AbortSignal): AsyncGenerator<readonly FileRow[]> {
    const table = this.tables.find((each) => each.name === name);
    if (table === undefined) throw new TypeError(`the export has no table ${name}`);
    const codec = rowFormatCodec(this.#scanned.format);
    for (const part of this.#scanned.parts.filter((each) => each.table === name))
      yield* codec.read({
        source: new PartSource(this.#source, part),
        table,
        referenced: part.referenced,
        signal,
      });
  }

  async close(): Promise<void> {}
}

const LINE_FEEDS = Buffer.alloc(16 * 1024, "\n");

/** The bytes of one part, behind as many empty lines as stand before it, so that lines are those of the file. */
class PartSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #part: ExportPart;

  constructor(source: ByteSource, part: ExportPart) {
    this.#source = source;
    this.#part = part;
  }

  get name(): string {
    return this.#source.name;
  }

  async *open(): AsyncGenerator<Uint8Array> {
    const { start, end, line } = this.#part;
    for (let left = line - 1; left > 0; left -= LINE_FEEDS.length)
      yield LINE_FEEDS.subarray(0, Math.min(left, LINE_FEEDS.length));
    let at = 0;
    for await (const chunk of this.#source.open()) {
      const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at));
      if (piece.length > 0) yield piece;
      at += chunk.length;
      if (at >= end) return;
    }
  }
}
