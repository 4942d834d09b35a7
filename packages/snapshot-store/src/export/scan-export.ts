import { createHash } from "node:crypto";
import type { ByteSource } from "@syncline/core";
import { damaged, unsupported } from "@syncline/core/codec";
import {
  EXPORT_FORMATS,
  EXPORT_LAYOUTS,
  type ExportFormat,
  type ExportLayout,
  type Mark,
  type PartName,
} from "./export-layout.ts";

/** Where the rows of one part stand in the plain bytes of an export. */
export interface ExportPart extends PartName {
  readonly start: number;
  readonly end: number;
  /** 1-based line of `start`. */
  readonly line: number;
}

export interface ScannedExport {
  readonly format: ExportFormat;
  readonly header: string;
  readonly parts: readonly ExportPart[];
  readonly end: string;
  /** Line of the end. */
  readonly endLine: number;
  /** sha256 of everything before the end, hex. */
  readonly sha256: string;
}

export const EXPORT_HINT = "Export again, or get the file again from where it was made.";
const MAX_MARK_BYTES = 64 * 1024 * 1024;

/**
 * Finds the parts of an export in one pass, without reading rows.
 * @throws CodedError `file.damaged`, `file.unsupported`
 */
export async function scanExport(source: ByteSource, signal: AbortSignal): Promise<ScannedExport> {
  const scan = new Scan(source.name);
  for await (const chunk of source.open()) {
    signal.throwIfAborted();
    scan.push(chunk);
  }
  return scan.finish();
}

class Scan {
  readonly #file: string;
  readonly #hash = createHash("sha256");
  #layout: ExportLayout | null = null;
  #format: ExportFormat = "ndjson";
  #header = "";
  readonly #parts: ExportPart[] = [];
  #end: { readonly json: string; readonly line: number } | null = null;
  /** The line being read, as long as it may be a mark; null when it is a row. */
  #held: Buffer[] | null = [];
  #heldBytes = 0;
  #lineStart = 0;
  #offset = 0;
  #line = 1;

  constructor(file: string) {
    this.#file = file;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const feed = bytes.indexOf(10, at);
      const stop = feed < 0 ? bytes.length : feed + 1;
      this.#take(bytes.subarray(at, stop));
      this.#offset += stop - at;
      if (feed >= 0) this.#endLine();
      at = stop;
    }
  }

  finish(): ScannedExport {
    if (this.#held !== null && this.#heldBytes > 0) this.#endLine();
    if (this.#header === "") throw this.#damaged("it is empty");
    if (this.#end === null) throw this.#damaged("the end is missing: the file was cut short");
    return {
      format: this.#format,
      header: this.#header,
      parts: this.#parts,
      end: this.#end.json,
      endLine: this.#end.line,
      sha256: this.#hash.digest("hex"),
    };
  }

  #take(piece: Buffer): void {
    if (this.#held === null) {
      this.#hash.update(piece);
      return;
    }
    this.#held.push(piece);
    this.#heldBytes += piece.length;
    if (this.#heldBytes > MAX_MARK_BYTES) throw this.#damaged("the line is too long");
    if (!this.#mayBeMark()) this.#release();
  }

  /** As far as it is known. */
  #mayBeMark(): boolean {
    if (this.#layout === null) return true;
    const head = Buffer.concat(this.#held ?? [])
      .subarray(0, 16)
      .toString("latin1");
    return this.#layout.starts.some((start) => start.startsWith(head) || head.startsWith(start));
  }

  #release(): void {
    for (const piece of this.#held ?? []) this.#hash.update(piece);
    this.#held = null;
  }

  #endLine(): void {
    if (this.#held !== null) this.#judge(Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
    this.#lineStart = this.#offset;
    this.#line += 1;
  }

  #judge(bytes: Buffer): void {
    if (this.#end !== null) {
      if (bytes.toString("latin1").trim() === "") return;
      throw this.#damaged("something follows the end");
    }
    const text = bytes.toString("utf8").replace(/\r?\n$/, "");
    if (this.#layout === null) this.#begin(text);
    else {
      const mark = this.#layout.readMark(text);
      if (mark !== null) this.#mark(mark);
      if (mark?.kind === "end") return;
    }
    this.#release();
  }

  #begin(text: string): void {
    const found = EXPORT_FORMATS.map((format) => ({
      format,
      header: headerOf(EXPORT_LAYOUTS[format].readHeader(text), format),
    })).find(({ header }) => header !== null);
    if (found === undefined || found.header === null)
      throw unsupported({ file: this.#file, line: 1 }, "it is no export of Syncline", EXPORT_HINT);
    this.#format = found.format;
    this.#layout = EXPORT_LAYOUTS[found.format];
    this.#header = found.header;
  }

  #mark(mark: Mark): void {
    const last = this.#parts.at(-1);
    if (last !== undefined) this.#parts[this.#parts.length - 1] = { ...last, end: this.#lineStart };
    if (mark.kind === "end") {
      this.#end = { json: mark.json, line: this.#line };
      return;
    }
    const { part, content } = mark;
    const twin = this.#parts.some(
      ({ table, referenced }) => table === part.table && referenced === part.referenced,
    );
    if (twin) throw this.#damaged(`the rows of table "${part.table}" begin twice`);
    const start = content === null ? this.#offset : this.#lineStart + content;
    const line = content === null ? this.#line + 1 : this.#line;
    this.#parts.push({ ...part, start, end: start, line });
  }

  #damaged(problem: string): Error {
    return damaged({ file: this.#file, line: this.#line }, problem, EXPORT_HINT);
  }
}

function headerOf(text: string | null, format: ExportFormat): string | null {
  if (text === null || !text.startsWith('{"format":"syncline-export"')) return null;
  return text.includes(`"rows":"${format}"`) ? text : null;
}
