import { visibleText } from "../../diff/render/visible-text.ts";
import { type TableCodec, tableCodecs } from "../codec/column-codec.ts";
import type { PatchOperation, PatchTable } from "../patch.ts";
import { operationSql } from "./operation-sql.ts";
import { sqlText } from "./sql-text.ts";

export interface SqlScriptInput {
  /** Lines for the comment at the top. */
  readonly about: readonly string[];
  readonly tables: readonly PatchTable[];
  /** All operations of one kind; asked for deletes, then updates, then inserts. */
  readonly operations: (op: PatchOperation["op"]) => AsyncIterable<readonly PatchOperation[]>;
}

/** Settings under which text and values of the patch mean what they meant when it was made. */
const PINS = [
  "client_encoding = 'UTF8'",
  "standard_conforming_strings = on",
  "\"TimeZone\" = 'UTC'",
  "DateStyle = 'ISO'",
  "IntervalStyle = 'postgres'",
  "extra_float_digits = 1",
  "bytea_output = 'hex'",
  "lc_monetary = 'C'",
  "xmloption = 'content'",
  "row_security = off",
];

/** Statements of wide rows would not all fit in one text. */
const BLOCK = 64 * 1024;

const START = [
  "BEGIN;",
  ...PINS.map((pin) => `SET LOCAL ${pin};`),
  "SET CONSTRAINTS ALL DEFERRED;",
  "-- Every statement below must change as many rows as it expects; this table refuses anything else.",
  "CREATE TEMPORARY TABLE syncline_check (operation bigint, what text, expected bigint, found bigint, CONSTRAINT row_is_as_expected CHECK (found = expected)) ON COMMIT DROP;",
  "",
];

/** Before the first statement. */
export function scriptHead(about: readonly string[]): string {
  return `${[...about.map((line) => `-- ${visibleText(line)}`), "", ...START].join("\n")}\n`;
}

/** After the last one. */
export const SCRIPT_TAIL = "\nCOMMIT;\n";

/** The order in which operations stand in a script. */
export const SCRIPT_ORDER = ["delete", "update", "insert"] as const;

/** Single statements of a script. */
export class ScriptStatements {
  readonly #codecs: ReadonlyMap<string, TableCodec>;

  constructor(tables: readonly PatchTable[]) {
    this.#codecs = tableCodecs(tables);
  }

  /** On one line; `number` counts from 1 through the whole script. */
  statement(operation: PatchOperation, number: number): string {
    const codec = this.#codecs.get(operation.table);
    if (codec === undefined) return "";
    const expected = operation.op === "update" ? 1 : operation.count;
    const what = sqlText(`${operation.op} ${operation.table}`);
    const check = `INSERT INTO pg_temp.syncline_check SELECT ${number}, ${what}, ${expected}, pg_catalog.count(*) FROM changed`;
    return `WITH changed AS (${operationSql(codec, operation)} RETURNING 1) ${check};`;
  }
}

/**
 * A script for psql and for any other client: one transaction, deletes before updates before inserts, each statement
 * with the old values in its condition and a check of the rows that it changed. Nothing is done when one is not as
 * expected. Values cannot leave their quotes, and no line begins with anything but our own SQL.
 */
export async function* sqlScript(input: SqlScriptInput): AsyncGenerator<string> {
  const statements = new ScriptStatements(input.tables);
  yield scriptHead(input.about);
  let number = 0;
  for (const op of SCRIPT_ORDER) {
    for await (const batch of input.operations(op)) {
      let text = "";
      for (const operation of batch) {
        number += 1;
        text += `${statements.statement(operation, number)}\n`;
        if (text.length < BLOCK) continue;
        yield text;
        text = "";
      }
      if (text !== "") yield text;
    }
  }
  yield SCRIPT_TAIL;
}
