import { CodedError } from "@syncline/core";
import type { ChangeFilter, ValueCondition } from "../result-contract.ts";
import { columnBits, kindBits } from "./bit-chunks.ts";
import type { BlockReader } from "./block-reader.ts";
import type { NamedRange, RankChoice } from "./chosen-ranks.ts";
import type { IndexMeta, TableMeta } from "./index-meta.ts";
import { rangesOfKey } from "./rank-ranges.ts";

const MOST_TEXT = 1_000;
const MOST_VALUE = 4_096;

/**
 * What a filter asks of ranks. Throws `table.not_found`, `column.not_found` for what the patch does not carry, and
 * `usage.invalid` for what means nothing.
 */
export function rankChoice(meta: IndexMeta, reader: BlockReader, filter: ChangeFilter): RankChoice {
  assertFilter(filter);
  const tables = tablesOf(meta, filter);
  const { kinds, column, columns = [], values = [] } = filter;
  return {
    ranges: tables.flatMap((table) =>
      filter.key === undefined
        ? [{ from: table.firstRank, to: table.endRank }]
        : rangesOfKey(reader, table, filter.key),
    ),
    groups: [
      ...(kinds === undefined ? [] : [kinds.map((kind) => ofKind(meta, kind))]),
      ...[...(column === undefined ? [] : [column]), ...columns].map((each) =>
        columnsOf(meta, tables, { column: each, table: filter.table }),
      ),
      ...values.map((condition) => mayMeet(meta, tables, { condition, table: filter.table })),
    ],
  };
}

export function ofKind({ total }: IndexMeta, kind: "insert" | "update" | "delete"): NamedRange {
  return { name: kindBits(kind), from: 0, to: total };
}

export function ofColumn(table: TableMeta, place: number): NamedRange {
  return { name: columnBits(table.place, place), from: table.firstRank, to: table.endRank };
}

function assertFilter({ text, key, values = [] }: ChangeFilter): void {
  const invalid = (problem: string) =>
    new CodedError("usage.invalid", `The filter is not usable: ${problem}.`);
  if (text !== undefined && (text === "" || text.length > MOST_TEXT))
    throw invalid(`its text has ${text.length} characters, expected 1 to ${MOST_TEXT}`);
  const wanted = values.flatMap(({ value }) => value ?? []);
  const texts = [text ?? "", key?.prefix ?? "", ...(key?.values ?? []), ...wanted];
  if (texts.some((each) => each.includes("\0"))) throw invalid("a text holds a NUL character");
  if (wanted.some((each) => each.length > MOST_VALUE))
    throw invalid(`a value has more than ${MOST_VALUE} characters`);
  if (values.some(({ test, value }) => test === "contains" && (value ?? "") === ""))
    throw invalid("what a value is to contain is empty");
  if (key !== undefined && key.values.length === 0 && (key.prefix ?? "") === "")
    throw invalid("its key has neither values nor the beginning of one");
}

function tablesOf(meta: IndexMeta, { table }: ChangeFilter): readonly TableMeta[] {
  if (table === undefined) return meta.tables;
  if (!meta.header.tables.some(({ name }) => name === table))
    throw new CodedError("table.not_found", `The result has no table "${table}".`, {
      hint: "Name a table as the result's list of tables does.",
    });
  return meta.tables.filter(({ table: { name } }) => name === table);
}

interface WantedColumn {
  readonly column: string;
  readonly table: string | undefined;
}

function columnsOf(meta: IndexMeta, tables: readonly TableMeta[], wanted: WantedColumn): NamedRange[] {
  assertColumn(meta, wanted);
  return tables.flatMap((each) => {
    const place = placeOf(each, wanted.column);
    return place < 0 ? [] : [ofColumn(each, place)];
  });
}

function placeOf({ table }: TableMeta, column: string): number {
  return table.columns.findIndex(([name]) => name === column);
}

function assertColumn({ header }: IndexMeta, { column, table }: WantedColumn): void {
  const known = header.tables.filter(({ name }) => table === undefined || name === table);
  if (known.some(({ columns }) => columns.some(([name]) => name === column))) return;
  throw new CodedError("column.not_found", `No table of the result has a column "${column}".`, {
    hint: "Name a column of the tables that the filter chooses.",
  });
}

interface Condition {
  readonly condition: ValueCondition;
  readonly table: string | undefined;
}

/** Changes that know the column at all: inserts, deletes, and updates that change it or are keyed by it. */
function mayMeet(
  meta: IndexMeta,
  tables: readonly TableMeta[],
  { condition, table }: Condition,
): NamedRange[] {
  const { column, side } = condition;
  assertColumn(meta, { column, table });
  return tables.flatMap((each): NamedRange[] => {
    const place = placeOf(each, column);
    if (place < 0) return [];
    const within = { from: each.firstRank, to: each.endRank };
    const kind = (name: "insert" | "update" | "delete") => ({ name: kindBits(name), ...within });
    return [
      ...(side === "old" ? [] : [kind("insert")]),
      ...(side === "new" ? [] : [kind("delete")]),
      each.table.key.includes(column) ? kind("update") : ofColumn(each, place),
    ];
  });
}
