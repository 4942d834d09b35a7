import type { RowValue } from "@syncline/core";
import { encodeValue, type JsonCursor, jsonText, readValue } from "@syncline/core/codec";
import type { FileTable } from "@syncline/engine";
import { type ColumnPlan, planColumns } from "./column-plan.ts";
import type { WrittenRow } from "./row-format.ts";

/** Writes a row as one JSON object without white space, columns in the table's order. */
export function jsonRowEncoder(table: FileTable): (row: WrittenRow) => string {
  const { names, forms } = planColumns(table);
  const prefixes = names.map((name) => `${jsonText(name)}:`);
  return (row) => {
    let text = "";
    for (let index = 0; index < prefixes.length; index += 1) {
      const value = row[index];
      if (value === undefined) continue;
      text += `${text === "" ? "" : ","}${prefixes[index]}${encodeValue(forms[index], value)}`;
    }
    return `{${text}}`;
  };
}

/** Reads JSON objects of one table's columns; the writer's own order is recognised without making names. */
export class JsonRowReader {
  readonly #plan: ColumnPlan;
  readonly #prefixes: readonly string[];

  constructor(table: FileTable) {
    this.#plan = planColumns(table);
    this.#prefixes = this.#plan.names.map((name) => `${jsonText(name)}:`);
  }

  /** One row; refuses what is not an object, unknown and repeated columns, and values of a wrong kind. */
  read(cursor: JsonCursor): (RowValue | undefined)[] {
    const values = new Array<RowValue | undefined>(this.#prefixes.length).fill(undefined);
    if (cursor.peek() !== "{") throw cursor.damaged("expected a row: an object with the columns' values");
    const start = cursor.pos;
    cursor.pos += 1;
    if (cursor.accept("}")) return values;
    let next = 0;
    do {
      cursor.skipSpace();
      const offset = cursor.pos;
      const column = this.#column(cursor, next);
      if (values[column] !== undefined) throw cursor.damaged("a column is repeated", offset);
      values[column] = readValue(cursor, this.#plan.forms[column]);
      next = column + 1;
    } while (cursor.accept(","));
    if (!cursor.accept("}")) throw cursor.damaged('expected "," or "}" in a row that began here', start);
    return values;
  }

  #column(cursor: JsonCursor, likely: number): number {
    const prefix = this.#prefixes[likely];
    if (prefix !== undefined && cursor.text.startsWith(prefix, cursor.pos)) {
      cursor.pos += prefix.length;
      return likely;
    }
    const offset = cursor.pos;
    const name = cursor.string();
    cursor.expect(":");
    const index = this.#plan.indexes.get(name);
    if (index === undefined)
      throw cursor.damaged("the table has no column of this name in the file's description", offset);
    return index;
  }
}
