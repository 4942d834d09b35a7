import type { ColumnSpec, QualifiedName, RowImage, TableSpec } from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";
import type { RowSelection, SelectedRows } from "../../ports/selected-rows.ts";
import type { SidePreparation } from "../diff-contract.ts";
import { sqlIdentifier, sqlLiteral, sqlTable } from "./sql-text.ts";

export interface TableRowsInput {
  readonly snapshot: ReadSnapshot;
  readonly table: TableSpec;
  /** The name to write to. */
  readonly as: QualifiedName;
  /** `formatQualifiedName` of the table, under which scopes and masks are found. */
  readonly key: string;
  readonly narrow: SidePreparation | null;
  readonly style: "copy" | "inserts";
  /** Stands in every row after the columns that are read. */
  readonly tenantColumn: { readonly name: string; readonly value: string } | null;
  readonly signal: AbortSignal;
}

const ROWS_A_STATEMENT = 100;
const BYTES_A_STATEMENT = 256 * 1024;
const LINE_FEED = 10;

/** The rows of one table as SQL; `onRows` hears how many there are. */
export async function* tableRows(
  input: TableRowsInput,
  onRows: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const columns = input.table.columns.filter(({ generated }) => !generated);
  const rows = input.snapshot.selectRows(selection(input, columns));
  if (columns.length === 0 && input.tenantColumn === null) yield* emptyRows(input, rows, onRows);
  else if (input.style === "copy") yield* copyBlock(input, { columns, rows }, onRows);
  else yield* insertStatements(input, { columns, rows }, onRows);
}

interface Rows {
  readonly columns: readonly ColumnSpec[];
  readonly rows: SelectedRows;
}

function selection(
  { table, key, narrow, style, tenantColumn }: TableRowsInput,
  columns: readonly ColumnSpec[],
): RowSelection {
  return {
    table,
    columns: columns.map(({ name }) => name),
    filter: null,
    scope: narrow?.scopes.get(key) ?? null,
    masks: narrow?.masks.get(key) ?? new Map(),
    ...(style === "copy" && tenantColumn !== null
      ? { constants: [{ type: null, value: tenantColumn.value }] }
      : {}),
  };
}

/** Every row ends with the only line feed of its line, so that no value can look like the end. */
async function* copyBlock(
  { as, signal, tenantColumn }: TableRowsInput,
  { columns, rows }: Rows,
  onRows: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`COPY ${sqlTable(as)} (${columnList(columns, tenantColumn)}) FROM stdin;\n`);
  for await (const chunk of rows.copyData({ format: "text", slice: null, signal })) {
    onRows(countLines(chunk));
    yield chunk;
  }
  yield Buffer.from("\\.\n\n");
}

function countLines(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) count += 1;
  return count;
}

async function* insertStatements(
  { as, signal, tenantColumn }: TableRowsInput,
  { columns, rows }: Rows,
  onRows: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const always = columns.some(({ identity }) => identity === "always");
  const head = `INSERT INTO ${sqlTable(as)} (${columnList(columns, tenantColumn)})${always ? " OVERRIDING SYSTEM VALUE" : ""} VALUES\n`;
  let lines: string[] = [];
  let length = 0;
  for await (const batch of rows.texts({ order: "key", signal })) {
    onRows(batch.length);
    for (const row of batch) {
      const line = `(${valueList(tenantColumn === null ? row : [...row, tenantColumn.value])})`;
      lines.push(line);
      length += line.length;
      if (lines.length < ROWS_A_STATEMENT && length < BYTES_A_STATEMENT) continue;
      yield Buffer.from(`${head}${lines.join(",\n")};\n`);
      lines = [];
      length = 0;
    }
  }
  if (lines.length > 0) yield Buffer.from(`${head}${lines.join(",\n")};\n`);
}

/** Rows of a table without columns of its own to fill. */
async function* emptyRows(
  { as, signal }: TableRowsInput,
  rows: SelectedRows,
  onRows: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const count = await rows.count(signal);
  onRows(count);
  for (let row = 0; row < count; row += 1) {
    yield Buffer.from(`INSERT INTO ${sqlTable(as)} DEFAULT VALUES;\n`);
  }
}

function columnList(columns: readonly ColumnSpec[], tenantColumn: TableRowsInput["tenantColumn"]): string {
  const more = tenantColumn === null ? [] : [tenantColumn];
  return [...columns, ...more].map(({ name }) => sqlIdentifier(name)).join(", ");
}

function valueList(row: RowImage): string {
  return row.map((value) => (value === null ? "NULL" : sqlLiteral(String(value)))).join(", ");
}
