import type { PatchTable } from "../patch.ts";
import { jsonText } from "./json-text.ts";

/** How values of one column look in JSON. */
export type ColumnForm = "integer" | "boolean" | "number" | "text";

const FORMS: ReadonlyMap<string, ColumnForm> = new Map([
  ["smallint", "integer"],
  ["integer", "integer"],
  ["boolean", "boolean"],
  // Written as strings; read as JSON numbers too, with all their digits.
  ["bigint", "number"],
  ["numeric", "number"],
  ["real", "number"],
  ["double precision", "number"],
  ["oid", "number"],
]);

export function columnForm(type: string): ColumnForm {
  return FORMS.get(type.replace(/\([-\d, ]*\)$/, "")) ?? "text";
}

/** What encoding and decoding need of a table, looked up once. */
export interface TableCodec {
  readonly table: PatchTable;
  readonly forms: ReadonlyMap<string, ColumnForm>;
  readonly types: ReadonlyMap<string, string>;
  /** `"name":` by column, as the writer writes it. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Carried columns in header order. */
  readonly columns: readonly string[];
}

function tableCodec(table: PatchTable): TableCodec {
  return {
    table,
    forms: new Map(table.columns.map(([name, type]) => [name, columnForm(type)])),
    types: new Map(table.columns),
    prefixes: new Map(table.columns.map(([name]) => [name, `${jsonText(name)}:`])),
    columns: table.columns.map(([name]) => name),
  };
}

export function tableCodecs(tables: readonly PatchTable[]): ReadonlyMap<string, TableCodec> {
  return new Map(tables.map((table) => [table.name, tableCodec(table)]));
}
