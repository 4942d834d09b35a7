import { CodedError } from "../../errors/coded-error.ts";
import { type TableCodec, tableCodecs } from "../codec/column-codec.ts";
import { encodeRow } from "../codec/encode-operation.ts";
import { jsonText } from "../codec/json-text.ts";
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
    const { format, version, createdAt, target, patch, tables } = this.#header;
    const { id, hash, file } = patch;
    const members = JSON.stringify({
      format,
      version,
      created_at: createdAt,
      target,
      patch: { id, hash, file },
      tables,
    });
    return encodeUtf8(`${members.slice(0, -1)},"conflicts":[\n`);
  }

  add(conflict: PatchConflict): Uint8Array {
    const comma = this.#count === 0 ? "" : ",\n";
    this.#count += 1;
    return encodeUtf8(comma + this.#line(conflict));
  }

  #line({ kind, operation, ours }: PatchConflict): string {
    const codec = this.#codecs.get(operation.table);
    if (codec === undefined)
      throw new CodedError("internal", `The patch's header has no table "${operation.table}".`);
    const row = (image: Parameters<typeof encodeRow>[1] | null) =>
      image === null ? "null" : encodeRow(codec, image);
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
