import { CodedError } from "../../errors/coded-error.ts";
import type { MergeConflict } from "../../merge/merge-outcome.ts";
import { type TableCodec, tableCodecs } from "../codec/column-codec.ts";
import { encodeRow } from "../codec/encode-operation.ts";
import { jsonText } from "../codec/json-text.ts";
import type { PatchRow } from "../patch.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { ConflictHeader, PatchConflict } from "./conflict.ts";

/** Bytes of a conflict file: `start`, then `add` for each conflict, then `finish`. */
export class ConflictWriter {
  readonly #header: ConflictHeader;
  readonly #codecs: ReadonlyMap<string, TableCodec>;
  #count = 0;

  constructor(header: ConflictHeader) {
    this.#header = header;
    this.#codecs = tableCodecs(header.tables);
  }

  start(): Uint8Array {
    const { format, version, createdAt, source, target, patch, tables } = this.#header;
    const members = JSON.stringify({
      format,
      version,
      created_at: createdAt,
      ...(source === undefined ? {} : { source }),
      target,
      patch: patch === null ? null : { id: patch.id, hash: patch.hash, file: patch.file },
      tables,
    });
    return encodeUtf8(`${members.slice(0, -1)},"conflicts":[\n`);
  }

  add(conflict: PatchConflict): Uint8Array {
    return this.#next(this.#line(conflict));
  }

  addMerge(conflict: MergeConflict): Uint8Array {
    return this.#next(this.#mergeLine(conflict));
  }

  #next(line: string): Uint8Array {
    const comma = this.#count === 0 ? "" : ",\n";
    this.#count += 1;
    return encodeUtf8(comma + line);
  }

  #codec(table: string): TableCodec {
    const codec = this.#codecs.get(table);
    if (codec !== undefined) return codec;
    throw new CodedError("internal", `The patch's header has no table "${table}".`);
  }

  #mergeLine({ table, key, kind, columns, base, ours, theirs, counts }: MergeConflict): string {
    const codec = this.#codec(table);
    const row = (image: PatchRow | null) => (image === null ? "null" : encodeRow(codec, image));
    const counted = counts === undefined ? "" : `,"counts":${JSON.stringify(counts)}`;
    return (
      `{"table":${jsonText(table)},"key":${row(key)},"kind":"${kind}","columns":[${columns.map(jsonText).join(",")}]` +
      `,"base":${row(base)},"ours":${row(ours)},"theirs":${row(theirs)}${counted},"resolution":""}`
    );
  }

  #line({ kind, operation, ours }: PatchConflict): string {
    const codec = this.#codec(operation.table);
    const row = (image: PatchRow | null) => (image === null ? "null" : encodeRow(codec, image));
    const base = operation.op === "insert" ? null : operation.old;
    const theirs = operation.op === "delete" ? null : operation.new;
    const count = operation.op === "update" || operation.count === 1 ? "" : `,"count":${operation.count}`;
    return (
      `{"table":${jsonText(operation.table)},"key":${row(operation.key)},"kind":"${kind}","op":"${operation.op}"` +
      `,"base":${row(base)},"ours":${row(ours)},"theirs":${row(theirs)}${count},"resolution":""}`
    );
  }

  finish(): Uint8Array {
    return encodeUtf8(`${this.#count === 0 ? "" : "\n"}],"count":${this.#count}}\n`);
  }
}
