import type { RowValue } from "../../values/row-value.ts";
import type { PatchOperation, PatchRow } from "../patch.ts";
import type { ColumnForm, TableCodec } from "./column-codec.ts";
import type { JsonCursor } from "./json-cursor.ts";

const OP_NAMES = new Set(["op", "table", "key", "id", "old", "new", "record", "patch", "count", "of"]);
const INT4_LIMIT = 2_147_483_648;

/** Offsets of an operation's members in the cursor's text. */
type Members = ReadonlyMap<string, number>;

/**
 * Reads one operation at the cursor. Refuses unknown ops, tables, names and columns, a repeated or missing one, and
 * values of the wrong kind, with line and column.
 */
export function decodeOperation(cursor: JsonCursor, codecs: ReadonlyMap<string, TableCodec>): PatchOperation {
  const start = cursor.pos;
  return decodeCanonical(cursor, codecs) ?? decodeFree(rewind(cursor, start), codecs);
}

function rewind(cursor: JsonCursor, pos: number): JsonCursor {
  cursor.pos = pos;
  return cursor;
}

/** The writer's own order of names, read in one go; undefined when the order is another. */
function decodeCanonical(
  cursor: JsonCursor,
  codecs: ReadonlyMap<string, TableCodec>,
): PatchOperation | undefined {
  if (!cursor.accept('{"op":"')) return undefined;
  const op = cursor.accept('insert","table":')
    ? "insert"
    : cursor.accept('update","table":')
      ? "update"
      : cursor.accept('delete","table":')
        ? "delete"
        : undefined;
  if (op === undefined) return undefined;
  const codec = codecs.get(cursor.string());
  if (codec === undefined || !cursor.accept(',"key":{')) return undefined;
  const table = codec.table.name;
  const key = readRow(cursor, codec, cursor.pos - 1);
  if (op === "update") {
    if (!cursor.accept(',"old":{')) return undefined;
    const old = readRow(cursor, codec, cursor.pos - 1);
    if (!cursor.accept(',"new":{')) return undefined;
    const fresh = readRow(cursor, codec, cursor.pos - 1);
    if (!cursor.accept("}")) return undefined;
    return checked(cursor, codec, { op, table, key, old, new: fresh });
  }
  if (!cursor.accept(op === "insert" ? ',"new":{' : ',"old":{')) return undefined;
  const row = readRow(cursor, codec, cursor.pos - 1);
  if (!cursor.accept("}")) return undefined; // with counts: the free reader takes them
  return checked(
    cursor,
    codec,
    op === "insert" ? { op, table, key, new: row, count: 1 } : { op, table, key, old: row, count: 1, of: 1 },
  );
}

/** Any order of names, and the older words for them. */
function decodeFree(cursor: JsonCursor, codecs: ReadonlyMap<string, TableCodec>): PatchOperation {
  const start = cursor.pos;
  const members = new Map<string, number>();
  cursor.members((name, offset) => {
    if (!OP_NAMES.has(name)) throw cursor.damaged("an operation has an unknown name", offset);
    cursor.skipSpace();
    members.set(name, cursor.pos);
    cursor.value(4);
  });
  const end = cursor.pos;
  const op = memberString(cursor, members, "op", start);
  const codec = codecs.get(memberString(cursor, members, "table", start));
  if (codec === undefined)
    throw cursor.damaged("an operation is for a table that the header does not list", members.get("table"));
  const operation = build(cursor, members, op, codec, start);
  cursor.pos = end;
  return operation;
}

function memberString(cursor: JsonCursor, members: Members, name: string, start: number): string {
  cursor.pos = need(cursor, members, name, start);
  return cursor.string();
}

function need(cursor: JsonCursor, members: Members, name: string, start: number): number {
  const offset = members.get(name);
  if (offset === undefined) throw cursor.damaged(`an operation has no "${name}"`, start);
  return offset;
}

function build(
  cursor: JsonCursor,
  members: Members,
  op: string,
  codec: TableCodec,
  start: number,
): PatchOperation {
  const table = codec.table.name;
  const allowed = ALLOWED.get(op);
  if (allowed === undefined)
    throw cursor.damaged("an operation is none of insert, update and delete", members.get("op"));
  for (const [name, offset] of members) {
    if (!allowed.includes(name)) throw cursor.damaged(`${op} has no "${name}"`, offset);
  }
  const key = readKey(cursor, members, codec, start);
  if (op === "update")
    return checked(cursor, codec, { op, table, key, ...readChange(cursor, members, codec, start) }, start);
  const count = readCount(cursor, members.get("count")) ?? 1;
  const of = readCount(cursor, members.get("of"));
  if (op === "insert") {
    const row = rowAt(cursor, codec, oneOf(cursor, members, "new", "record", start));
    return checked(
      cursor,
      codec,
      { op, table, key, new: row, count, ...(of === undefined ? {} : { of }) },
      start,
    );
  }
  const old = rowAt(cursor, codec, oneOf(cursor, members, "old", "record", start));
  return checked(cursor, codec, { op: "delete", table, key, old, count, of: of ?? count }, start);
}

const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map([
  ["insert", ["op", "table", "key", "id", "new", "record", "count", "of"]],
  ["update", ["op", "table", "key", "id", "old", "new", "record", "patch"]],
  ["delete", ["op", "table", "key", "id", "old", "record", "count", "of"]],
]);

function oneOf(cursor: JsonCursor, members: Members, name: string, older: string, start: number): number {
  const offset = members.get(older);
  if (offset === undefined) return need(cursor, members, name, start);
  if (members.has(name))
    throw cursor.damaged(`"${name}" and "${older}", two names of one thing, stand together`, offset);
  return offset;
}

/** `key` is an object; the older `id` may be the bare value of a key of one column. */
function readKey(cursor: JsonCursor, members: Members, codec: TableCodec, start: number): PatchRow {
  const offset = oneOf(cursor, members, "key", "id", start);
  cursor.pos = offset;
  const [column, ...more] = codec.table.key;
  if (!members.has("id") || cursor.peek() === "{") return rowAt(cursor, codec, offset);
  if (column === undefined || more.length > 0)
    throw cursor.damaged('"id" must be an object with the columns of the key', offset);
  return new Map([[column, readValue(cursor, codec.forms.get(column))]]);
}

/** `old` and `new`; the older `patch` is `new` beside an `old`, or both at once as `{"column":{"old":…,"new":…}}`. */
function readChange(
  cursor: JsonCursor,
  members: Members,
  codec: TableCodec,
  start: number,
): { old: PatchRow; new: PatchRow } {
  const offset = members.has("record")
    ? oneOf(cursor, members, "new", "record", start)
    : oneOf(cursor, members, "new", "patch", start);
  if (members.has("old")) {
    return {
      old: rowAt(cursor, codec, need(cursor, members, "old", start)),
      new: rowAt(cursor, codec, offset),
    };
  }
  if (!members.has("patch"))
    throw cursor.damaged('update has no "old": without the former values nothing can be checked', start);
  const old = new Map<string, RowValue>();
  const fresh = new Map<string, RowValue>();
  cursor.pos = offset;
  cursor.members((column, at) => {
    const form = knownForm(cursor, codec, column, at);
    cursor.members((side, sideAt) => {
      if (side !== "old" && side !== "new")
        throw cursor.damaged('expected only "old" and "new" for a column', sideAt);
      (side === "old" ? old : fresh).set(column, readValue(cursor, form));
    });
  });
  return { old, new: fresh };
}

function readCount(cursor: JsonCursor, offset: number | undefined): number | undefined {
  if (offset === undefined) return undefined;
  cursor.pos = offset;
  const digits = cursor.digits();
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(Number(digits)))
    throw cursor.damaged("expected a count", offset);
  return Number(digits);
}

/** Reads an object of a table's columns at the cursor. */
export function decodeRow(cursor: JsonCursor, codec: TableCodec): PatchRow {
  return rowAt(cursor, codec, cursor.pos);
}

function rowAt(cursor: JsonCursor, codec: TableCodec, offset: number): PatchRow {
  cursor.pos = offset;
  cursor.expect("{");
  return readRow(cursor, codec, offset);
}

/** Reads an object of columns behind its opening brace; the writer's order is recognised without making names. */
function readRow(cursor: JsonCursor, codec: TableCodec, start: number): PatchRow {
  const row = new Map<string, RowValue>();
  if (cursor.accept("}")) return row;
  const { columns } = codec;
  let next = 0;
  do {
    const offset = cursor.pos;
    let column: string | undefined;
    for (let index = next; index < columns.length && index < next + 4; index += 1) {
      const candidate = columns[index] as string;
      const prefix = codec.prefixes.get(candidate) as string;
      if (!cursor.text.startsWith(prefix, cursor.pos)) continue;
      cursor.pos += prefix.length;
      column = candidate;
      next = index + 1;
      break;
    }
    if (column === undefined) {
      column = cursor.string();
      cursor.expect(":");
      next = columns.indexOf(column) + 1;
    }
    const form = knownForm(cursor, codec, column, offset);
    if (row.has(column)) throw cursor.damaged("a column is repeated", offset);
    row.set(column, readValue(cursor, form));
  } while (cursor.accept(","));
  if (!cursor.accept("}")) throw cursor.damaged('expected "," or "}" in a row that began here', start);
  return row;
}

function knownForm(cursor: JsonCursor, codec: TableCodec, column: string, offset: number): ColumnForm {
  const form = codec.forms.get(column);
  if (form === undefined)
    throw cursor.damaged(`table "${codec.table.name}" carries no column of this name`, offset);
  return form;
}

/** One value of a column at the cursor, as the text form that PostgreSQL takes. */
export function readValue(cursor: JsonCursor, form: ColumnForm | undefined): RowValue {
  const next = cursor.peek();
  const start = cursor.pos;
  if (next === '"') return cursor.string();
  if (cursor.accept("null")) return null;
  if (next === "t" || next === "f") {
    const value = cursor.accept("true") ? "t" : cursor.accept("false") ? "f" : undefined;
    if (value === undefined) throw cursor.damaged("expected a value");
    if (form !== "boolean") throw cursor.damaged("only a boolean column holds true or false", start);
    return value;
  }
  if (next === "{" || next === "[")
    throw cursor.damaged("expected null, a string, a number or a boolean; json goes into a string", start);
  const digits = cursor.digits();
  if (form === "integer") return integerText(cursor, digits, start);
  if (form !== "number") throw cursor.damaged("expected a string for a column of this type", start);
  return digits;
}

function integerText(cursor: JsonCursor, digits: string, start: number): string {
  if (/^(?:0|-?[1-9]\d{0,9})$/.test(digits)) {
    const value = Number(digits);
    if (value >= -INT4_LIMIT && value < INT4_LIMIT) return digits;
  }
  throw cursor.damaged("expected a whole number within the range of integer", start);
}

function checked(
  cursor: JsonCursor,
  codec: TableCodec,
  operation: PatchOperation,
  start = 0,
): PatchOperation {
  const problem = operationProblem(codec, operation);
  if (problem !== undefined) throw cursor.damaged(problem, start);
  return operation;
}

/** What makes an operation unusable although every part of it can be read, or undefined. */
export function operationProblem(codec: TableCodec, operation: PatchOperation): string | undefined {
  const { key, columns } = codec.table;
  const counted = isCounted(codec, operation);
  if (!counted && (operation.key.size !== key.length || !key.every((column) => operation.key.has(column)))) {
    return `"key" must hold the key of table "${codec.table.name}": ${key.length === 0 ? "nothing" : key.map((name) => `"${name}"`).join(", ")}`;
  }
  if (operation.op === "update") return updateProblem(codec, operation);
  const row = operation.op === "insert" ? operation.new : operation.old;
  if (row.size !== columns.length)
    return `${operation.op} must hold all ${columns.length} columns of table "${codec.table.name}", but has ${row.size}`;
  if (!counted && !key.every((column) => row.get(column) === operation.key.get(column)))
    return "the row and its key have different values";
  return countProblem(operation, !counted);
}

/** Rows without a key, or with NULL in it, have no identity: identical ones are counted. */
function isCounted({ table: { key } }: TableCodec, operation: PatchOperation): boolean {
  if (operation.key.size > 0) return false;
  if (key.length === 0) return true;
  if (operation.op === "update") return false;
  const row = operation.op === "insert" ? operation.new : operation.old;
  return key.some((column) => row.get(column) === null);
}

function countProblem(operation: PatchOperation, keyed: boolean): string | undefined {
  if (operation.op === "update") return undefined;
  if (operation.count < 1) return '"count" must be at least 1';
  if (keyed && operation.count !== 1) return '"count" above 1 is for tables without a key';
  if (operation.op === "insert")
    return keyed && operation.of !== undefined ? '"of" is for tables without a key' : undefined;
  if (operation.of < operation.count) return '"of" must not be below "count"';
  return keyed && operation.of !== 1 ? '"of" is for tables without a key' : undefined;
}

function updateProblem(codec: TableCodec, operation: PatchOperation & { op: "update" }): string | undefined {
  if (codec.table.key.length === 0) return "a table without a key has no updates";
  if (operation.new.size === 0) return "update changes no column";
  if (operation.old.size !== operation.new.size) return '"old" and "new" must hold the same columns';
  for (const column of operation.new.keys()) {
    const old = operation.old.get(column);
    if (old === undefined) return '"old" and "new" must hold the same columns';
    if (operation.key.has(column) && operation.key.get(column) !== old)
      return 'a key column in "old" differs from "key"';
  }
  return undefined;
}
