import { CodedError } from "../../errors/coded-error.ts";
import type { RowValue } from "../../values/row-value.ts";
import { columnForm, type TableCodec } from "../codec/column-codec.ts";
import type { PatchOperation, PatchRow } from "../patch.ts";
import { parsePatchTableName } from "../table-name.ts";
import { sqlName, sqlText } from "./sql-text.ts";

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const INTEGER_TYPES = new Set(["smallint", "integer", "bigint"]);
/** Types whose own equality is identity. */
const EXACT_TYPES = /^(?:smallint|integer|bigint|boolean|uuid|date|oid|bytea|timestamp\b.*)$/;
const TEXT_TYPES = /^(text|character varying)/;

/** One operation as a statement that changes exactly the rows it names, without the semicolon. */
export function operationSql(codec: TableCodec, operation: PatchOperation): string {
  const table = sqlTableName(operation.table);
  switch (operation.op) {
    case "insert":
      return insertSql(table, codec, operation);
    case "update": {
      const set = [...operation.new].map(
        ([column, value]) => `${sqlName(column)} = ${literal(codec, column, value)}`,
      );
      return `UPDATE ${table} SET ${set.join(", ")} WHERE ${conditions(codec, operation.key, operation.old)}`;
    }
    case "delete": {
      const where = conditions(codec, operation.key, operation.old);
      if (operation.key.size > 0) return `DELETE FROM ${table} WHERE ${where}`;
      const rows = `SELECT tableoid, ctid FROM ${table} WHERE ${where} LIMIT ${operation.count}`;
      return `DELETE FROM ${table} WHERE (tableoid, ctid) IN (${rows})`;
    }
  }
}

/** A header's table name, quoted; without a schema where the header has none. */
export function sqlTableName(name: string): string {
  const parsed = parsePatchTableName(name);
  if (parsed === undefined) {
    throw new CodedError("file.damaged", `"${name}" is not the name of a table.`, {
      hint: "The patch was not written by Syncline.",
    });
  }
  return parsed.schema === null ? sqlName(parsed.name) : `${sqlName(parsed.schema)}.${sqlName(parsed.name)}`;
}

function insertSql(table: string, codec: TableCodec, operation: PatchOperation & { op: "insert" }): string {
  const columns = [...operation.new.keys()].map(sqlName).join(", ");
  const values = [...operation.new].map(([column, value]) => literal(codec, column, value)).join(", ");
  const start = `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE`;
  if (operation.count === 1) return `${start} VALUES (${values})`;
  return `${start} SELECT ${values} FROM pg_catalog.generate_series(1, ${operation.count})`;
}

function conditions(codec: TableCodec, key: PatchRow, old: PatchRow): string {
  const keyed = [...key].map(([column, value]) => keyCondition(codec, column, value));
  // A key column's own equality may be wider than identity; the index needs it, the old image decides.
  const exact = [...key].filter(([column]) => !old.has(column) && !EXACT_TYPES.test(typeOf(codec, column)));
  return [
    ...keyed,
    ...[...exact, ...old]
      .filter(([column]) => !isExactKey(codec, key, column))
      .map(([column, value]) => imageCondition(codec, column, value)),
  ].join(" AND ");
}

function isExactKey(codec: TableCodec, key: PatchRow, column: string): boolean {
  return key.has(column) && EXACT_TYPES.test(typeOf(codec, column));
}

function typeOf(codec: TableCodec, column: string): string {
  return codec.types.get(column) ?? "text";
}

function keyCondition(codec: TableCodec, column: string, value: RowValue): string {
  return value === null
    ? `${sqlName(column)} IS NULL`
    : `${sqlName(column)} = ${literal(codec, column, value)}`;
}

/** Holds only for the very value; other types than the simplest are compared by their output text. */
function imageCondition(codec: TableCodec, column: string, value: RowValue): string {
  const name = sqlName(column);
  const type = typeOf(codec, column);
  const simple = !type.endsWith("[]");
  if (simple && (EXACT_TYPES.test(type) || TEXT_TYPES.test(type))) {
    if (value === null) return `${name} IS NULL`;
    return `${name} = ${EXACT_TYPES.test(type) ? literal(codec, column, value) : `${sqlText(value)} COLLATE "C"`}`;
  }
  // IS NULL would also hold for a composite whose fields are all null.
  if (value === null) return `${name} IS NOT DISTINCT FROM NULL`;
  return `${name} IS DISTINCT FROM NULL AND pg_catalog.format('%s', ${name}) = ${sqlText(value)} COLLATE "C"`;
}

function literal(codec: TableCodec, column: string, value: RowValue): string {
  if (value === null) return "NULL";
  const type = typeOf(codec, column);
  if (columnForm(type) === "boolean" && (value === "t" || value === "f"))
    return value === "t" ? "true" : "false";
  return INTEGER_TYPES.has(type) && INTEGER.test(value) ? value : sqlText(value);
}
