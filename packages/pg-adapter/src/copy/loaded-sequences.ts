import type { Client } from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { raiseSequencesTo, type Sequence } from "../write/sequences.ts";
import { type CopyTable, onlyTable } from "./copy-table.ts";

const WHOLE_NUMBERS = new Set(["smallint", "integer", "bigint", "numeric"]);

/** Raises the sequences behind the loaded tables' columns, so that the next insert finds a free value. */
export async function raiseLoadedSequences(client: Client, tables: readonly CopyTable[]): Promise<string[]> {
  return raiseSequencesTo(
    client,
    tables.map((table) => table.info.oid),
    (uses) => furthestHeld(client, uses, tables),
    false,
  );
}

async function furthestHeld(
  client: Client,
  uses: readonly Sequence[],
  tables: readonly CopyTable[],
): Promise<bigint | null> {
  let furthest: bigint | null = null;
  for (const use of uses) {
    const table = tables.find((each) => each.info.oid === use.tableOid);
    const column = table?.info.spec.columns.find((each) => each.name === use.column);
    if (table === undefined || column === undefined || !WHOLE_NUMBERS.has(column.type.base)) continue;
    const value = await extreme(client, table, use);
    if (value === null) continue;
    if (furthest === null || (use.increment > 0n ? value > furthest : value < furthest)) furthest = value;
  }
  return furthest;
}

/** Values beyond the sequence's own range do not stand in its way. */
async function extreme(client: Client, table: CopyTable, use: Sequence): Promise<bigint | null> {
  const end = use.increment > 0n ? "max" : "min";
  const column = `t.${quoteIdentifier(use.column)}`;
  const query = (where: string) =>
    client.query<{ value: string | null }>(
      `SELECT pg_catalog.trunc(pg_catalog.${end}(${column})::pg_catalog.numeric)::pg_catalog.text AS value FROM ${onlyTable(table.info)} AS t${where}`,
    );
  const text = (await query("")).rows[0]?.value ?? null;
  const value = wholeNumber(text);
  if (value === null || (value >= use.min && value <= use.max)) return value;
  const inside = ` WHERE ${column}::pg_catalog.numeric BETWEEN ${use.min} AND ${use.max}`;
  return wholeNumber((await query(inside)).rows[0]?.value ?? null);
}

function wholeNumber(text: string | null): bigint | null {
  return text === null || !/^-?\d+$/.test(text) ? null : BigInt(text);
}
