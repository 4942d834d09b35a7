import { CodedError } from "@syncline/core";
import type { ChangeFilter } from "../result-contract.ts";
import { columnBits, kindBits } from "./bit-chunks.ts";
import type { BlockReader } from "./block-reader.ts";
import type { NamedRange, RankChoice } from "./chosen-ranks.ts";
import type { IndexMeta, TableMeta } from "./index-meta.ts";
import { rangesOfKey } from "./rank-ranges.ts";

const MOST_TEXT = 1_000;

/**
 * What a filter asks of ranks. Throws `table.not_found`, `column.not_found` for what the patch does not carry, and
 * `usage.invalid` for what means nothing.
 */
export function rankChoice(meta: IndexMeta, reader: BlockReader, filter: ChangeFilter): RankChoice {
  assertFilter(filter);
  const tables = tablesOf(meta, filter);
  return {
    ranges: tables.flatMap((table) =>
      filter.key === undefined
        ? [{ from: table.firstRank, to: table.endRank }]
        : rangesOfKey(reader, table, filter.key),
    ),
    kinds: filter.kinds === undefined ? null : filter.kinds.map(kindBits),
    columns: filter.column === undefined ? null : columnsOf(meta, tables, filter),
  };
}

function assertFilter({ text, key }: ChangeFilter): void {
  const invalid = (problem: string) =>
    new CodedError("usage.invalid", `The filter is not usable: ${problem}.`);
  if (text !== undefined && (text === "" || text.length > MOST_TEXT))
    throw invalid(`its text has ${text.length} characters, expected 1 to ${MOST_TEXT}`);
  const texts = [text ?? "", key?.prefix ?? "", ...(key?.values ?? [])];
  if (texts.some((each) => each.includes("\0"))) throw invalid("a text holds a NUL character");
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

function columnsOf(
  meta: IndexMeta,
  tables: readonly TableMeta[],
  { table, column }: ChangeFilter,
): readonly NamedRange[] {
  const known = meta.header.tables.filter(({ name }) => table === undefined || name === table);
  if (!known.some(({ columns }) => columns.some(([name]) => name === column)))
    throw new CodedError("column.not_found", `No table of the result has a column "${column}".`, {
      hint: "Name a column of the tables that the filter chooses.",
    });
  return tables.flatMap((each) => {
    const place = each.table.columns.findIndex(([name]) => name === column);
    if (place < 0) return [];
    return [{ name: columnBits(each.place, place), from: each.firstRank, to: each.endRank }];
  });
}
