import type { MergeConflict, MergeRowCounts } from "../../merge/merge-outcome.ts";
import type { ByteSource } from "../byte-source.ts";
import { type TableCodec, tableCodecs } from "../codec/column-codec.ts";
import { decodeRow, operationProblem } from "../codec/decode-operation.ts";
import { damaged, unsupported } from "../codec/file-position.ts";
import { decodeTables } from "../codec/header-codec.ts";
import { JsonCursor, JsonNumber, type JsonObject, type JsonValue } from "../codec/json-cursor.ts";
import { JsonFields } from "../codec/json-fields.ts";
import type { PatchOperation, PatchRow } from "../patch.ts";
import { decodeUtf8 } from "../utf8.ts";
import type {
  ConflictHeader,
  ConflictRecord,
  MergeConflictRecord,
  PatchConflictKind,
  Resolution,
} from "./conflict.ts";

const MAX_BYTES = 256 * 1024 * 1024;
const EDIT_HINT = 'Correct it there; only "resolution" is for editing.';
const KINDS: readonly PatchConflictKind[] = [
  "update-update",
  "update-delete",
  "delete-update",
  "insert-insert",
  "count-changed",
];
const MERGE_KINDS: readonly MergeConflict["kind"][] = [
  "update-update",
  "update-delete",
  "delete-update",
  "insert-insert",
  "unique-violation",
  "outside-scope",
  "timestamp-tie",
  "missing-reference",
];
const MERGE_NAMES = ["table", "key", "kind", "columns", "base", "ours", "theirs", "counts", "resolution"];
const NAMES = ["table", "key", "kind", "op", "base", "ours", "theirs", "count", "resolution"];

export interface ConflictFile {
  readonly name: string;
  readonly header: ConflictHeader;
  /** Of a patch; empty when `header.patch` is null. */
  readonly conflicts: readonly ConflictRecord[];
  /** Of a merge or move; empty otherwise. */
  readonly merges: readonly MergeConflictRecord[];
}

/**
 * Reads a conflict file, which people edit: any layout of the JSON will do. Throws `file.damaged` or
 * `file.unsupported` with line and column. Held in memory; refused above 256 MiB.
 */
export async function readConflicts(source: ByteSource): Promise<ConflictFile> {
  const cursor = new JsonCursor(await readText(source), { file: source.name, line: 1 }, EDIT_HINT);
  const members = new Map<string, JsonValue>();
  let header: ConflictHeader | undefined;
  const conflicts: ConflictRecord[] = [];
  const merges: MergeConflictRecord[] = [];
  cursor.members((name, offset) => {
    if (name === "conflicts") {
      header = decodeHeader(members, source.name);
      const codecs = tableCodecs(header.tables);
      if (header.patch === null) readList(cursor, () => merges.push(readMergeRecord(cursor, codecs)));
      else readList(cursor, () => conflicts.push(readRecord(cursor, codecs)));
    } else
      members.set(name, name === "count" || header === undefined ? cursor.value(16) : refuse(cursor, offset));
  });
  cursor.expectEnd();
  if (header === undefined) throw damaged({ file: source.name, line: 1 }, 'there is no list "conflicts"');
  checkCount(members, conflicts.length + merges.length, cursor);
  return { name: source.name, header, conflicts, merges };
}

function refuse(cursor: JsonCursor, offset: number): never {
  throw cursor.damaged('expected only "count" behind the conflicts', offset);
}

function checkCount(members: JsonObject, found: number, cursor: JsonCursor): void {
  const count = members.get("count");
  if (count instanceof JsonNumber && Number(count.digits) === found) return;
  throw cursor.damaged(
    '"count" does not say how many conflicts there are: one was lost or added; keep their lines and only fill in "resolution"',
  );
}

async function readText(source: ByteSource): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of source.open()) {
    parts.push(part);
    length += part.length;
    if (length > MAX_BYTES)
      throw unsupported(
        { file: source.name, line: 1 },
        "the file is larger than 256 MiB",
        "Make a new patch from a new diff instead.",
      );
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  const text = decodeUtf8(whole);
  if (text === undefined) throw damaged({ file: source.name, line: 1 }, "the file is not UTF-8 text");
  return text.replace(/^\uFEFF/, ""); // editors on Windows add one
}

function decodeHeader(members: JsonObject, file: string): ConflictHeader {
  const at = { file, line: 1 };
  const fields = new JsonFields(members, at);
  if (fields.get("format") !== "syncline-conflicts") {
    throw unsupported(
      at,
      '"format" is not "syncline-conflicts"',
      "Name the conflict file that syncline patch wrote.",
    );
  }
  const version = fields.get("version");
  if (!(version instanceof JsonNumber) || version.digits !== "1") {
    throw unsupported(
      at,
      '"version" is not 1, the only one that this program reads',
      "Use the version of Syncline that wrote it.",
    );
  }
  fields.only(["format", "version", "created_at", "source", "target", "patch", "tables"]);
  const patch = fields.get("patch") === null ? null : fields.object("patch");
  const source = fields.optionalString("source");
  return {
    format: "syncline-conflicts",
    version: 1,
    createdAt: fields.string("created_at"),
    ...(source === null ? {} : { source }),
    target: fields.string("target"),
    patch: patch && { id: patch.string("id"), hash: patch.string("hash"), file: patch.string("file") },
    tables: decodeTables(fields, at),
  };
}

function readList(cursor: JsonCursor, readOne: () => void): void {
  cursor.expect("[");
  if (cursor.accept("]")) return;
  do readOne();
  while (cursor.accept(","));
  cursor.expect("]");
}

function readRecord(cursor: JsonCursor, codecs: ReadonlyMap<string, TableCodec>): ConflictRecord {
  return readFields(cursor, NAMES, codecs, decodeConflict);
}

function readMergeRecord(cursor: JsonCursor, codecs: ReadonlyMap<string, TableCodec>): MergeConflictRecord {
  return readFields(cursor, MERGE_NAMES, codecs, decodeMergeConflict);
}

function readFields<Decoded>(
  cursor: JsonCursor,
  names: readonly string[],
  codecs: ReadonlyMap<string, TableCodec>,
  decode: (record: RecordFields, codec: TableCodec) => Decoded,
): Decoded & { readonly line: number } {
  cursor.skipSpace();
  const start = cursor.pos;
  const members = new Map<string, number>();
  cursor.members((name, offset) => {
    if (!names.includes(name)) throw cursor.damaged("a conflict has an unknown name", offset);
    cursor.skipSpace();
    members.set(name, cursor.pos);
    cursor.value(4);
  });
  const end = cursor.pos;
  const record = new RecordFields(cursor, members, start);
  const codec = codecs.get(record.string("table"));
  if (codec === undefined) throw record.wrong("table", "a table of the header");
  const decoded = decode(record, codec);
  cursor.pos = end;
  return { ...decoded, line: cursor.position(start).line };
}

function decodeMergeConflict(record: RecordFields, codec: TableCodec): Omit<MergeConflictRecord, "line"> {
  const kind = MERGE_KINDS.find((known) => known === record.string("kind"));
  if (kind === undefined) throw record.wrong("kind", `one of ${MERGE_KINDS.join(", ")}`);
  const columns = record.strings("columns");
  if (columns.some((column) => !codec.columns.includes(column)))
    throw record.wrong("columns", "columns of the table");
  const counts = record.counts();
  const conflict: MergeConflict = {
    table: codec.table.name,
    key: record.needRow("key", codec),
    kind,
    columns,
    base: record.row("base", codec),
    ours: record.row("ours", codec),
    theirs: record.row("theirs", codec),
    ...(counts === null ? {} : { counts }),
  };
  const keyed = codec.table.key.every((column) => conflict.key.has(column));
  if (counts === null && !keyed) throw record.wrong("key", "an object with the columns of the key");
  return { conflict, resolution: record.resolution(codec) };
}

function decodeConflict(record: RecordFields, codec: TableCodec): Omit<ConflictRecord, "line"> {
  const kind = KINDS.find((known) => known === record.string("kind"));
  if (kind === undefined) throw record.wrong("kind", `one of ${KINDS.join(", ")}`);
  const ours = record.row("ours", codec);
  if (ours !== null && ours.size !== codec.columns.length) throw record.wrong("ours", "a whole row");
  const operation = decodeOperation(record, codec);
  const problem = operationProblem(codec, operation);
  if (problem !== undefined) throw record.wrong("op", `an operation that can be: ${problem}`);
  return { kind, operation, ours, resolution: record.resolution(codec) };
}

function decodeOperation(record: RecordFields, codec: TableCodec): PatchOperation {
  const table = codec.table.name;
  const key = record.needRow("key", codec);
  const count = record.count();
  switch (record.string("op")) {
    case "insert":
      return { op: "insert", table, key, new: record.needRow("theirs", codec), count };
    case "update":
      return {
        op: "update",
        table,
        key,
        old: record.needRow("base", codec),
        new: record.needRow("theirs", codec),
      };
    case "delete":
      return { op: "delete", table, key, old: record.needRow("base", codec), count, of: count };
    default:
      throw record.wrong("op", "insert, update or delete");
  }
}

/** The members of one conflict by their offsets, so that errors point at them. */
class RecordFields {
  readonly #cursor: JsonCursor;
  readonly #members: ReadonlyMap<string, number>;
  readonly #start: number;

  constructor(cursor: JsonCursor, members: ReadonlyMap<string, number>, start: number) {
    this.#cursor = cursor;
    this.#members = members;
    this.#start = start;
  }

  wrong(name: string, expected: string) {
    return this.#cursor.damaged(`"${name}" must be ${expected}`, this.#members.get(name) ?? this.#start);
  }

  #go(name: string): string {
    const offset = this.#members.get(name);
    if (offset === undefined) throw this.#cursor.damaged(`a conflict has no "${name}"`, this.#start);
    this.#cursor.pos = offset;
    return this.#cursor.peek();
  }

  string(name: string): string {
    this.#go(name);
    return this.#cursor.string();
  }

  row(name: string, codec: TableCodec): PatchRow | null {
    return this.#go(name) === "n" ? null : decodeRow(this.#cursor, codec);
  }

  needRow(name: string, codec: TableCodec): PatchRow {
    return this.row(name, codec) ?? this.#refuseNull(name);
  }

  #refuseNull(name: string): never {
    throw this.wrong(name, "a row");
  }

  strings(name: string): readonly string[] {
    this.#go(name);
    this.#cursor.expect("[");
    const texts: string[] = [];
    if (this.#cursor.accept("]")) return texts;
    do texts.push(this.#cursor.string());
    while (this.#cursor.accept(","));
    this.#cursor.expect("]");
    return texts;
  }

  /** `{"base":1,"ours":2,"theirs":3}`, or null where rows have a key. */
  counts(): MergeRowCounts | null {
    if (!this.#members.has("counts")) return null;
    this.#go("counts");
    const counts = { base: -1, ours: -1, theirs: -1 };
    this.#cursor.members((name) => {
      if (name !== "base" && name !== "ours" && name !== "theirs")
        throw this.wrong("counts", "counts by side");
      counts[name] = Number(this.#cursor.digits());
    });
    const sound = Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0);
    if (!sound) throw this.wrong("counts", "three whole numbers");
    return counts;
  }

  count(): number {
    if (!this.#members.has("count")) return 1;
    this.#go("count");
    const count = Number(this.#cursor.digits());
    if (!Number.isSafeInteger(count) || count < 1) throw this.wrong("count", "a whole number above 0");
    return count;
  }

  resolution(codec: TableCodec): Resolution | undefined {
    const next = this.#go("resolution");
    if (next === "n") return null;
    if (next === "{") return decodeRow(this.#cursor, codec);
    const word = next === '"' ? this.#cursor.string().trim() : "?";
    if (word === "") return undefined;
    if (word === "ours" || word === "theirs" || word === "base") return word;
    throw this.wrong(
      "resolution",
      '"ours", "theirs", "base", an object with the columns as they shall be, or null for no row',
    );
  }
}
