import { CodedError, formatQualifiedName } from "@syncline/core";
import type { Client } from "pg";
import { quoteIdentifier, quoteTable } from "../sql/quote.ts";
import { sqlStateOf } from "../write/write-errors.ts";
import type { KeyedTable } from "./surrogate-query.ts";

interface Allocation {
  readonly table: KeyedTable;
  readonly count: number;
  readonly avoid: ReadonlySet<string>;
  /** Those of the keys that a row of the table has, of whatever tenant. */
  readonly having: (keys: readonly string[]) => Promise<readonly string[]>;
  readonly label: string;
  readonly dryRun: boolean;
}

const GREATEST: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n - 1n,
  integer: 2n ** 31n - 1n,
  bigint: 2n ** 63n - 1n,
};

/** From the sequence behind the key, so that concurrent inserts never get the same one; without one above the greatest. */
export async function allocateKeys(client: Client, wanted: Allocation): Promise<readonly string[]> {
  const { sequence } = wanted.table;
  if (sequence === null || wanted.dryRun) return aboveGreatest(client, wanted);
  const keys: string[] = [];
  for (let size = wanted.count; keys.length < wanted.count; size = nextSize(wanted, size))
    keys.push(...(await free(wanted, await draw(client, wanted, { sequence, size }))));
  return keys.slice(0, wanted.count);
}

/** A sequence that lies behind the rows is caught up in growing steps. */
const MOST_KEYS = 5_000_000;

function nextSize(wanted: Allocation, size: number): number {
  if (size > MOST_KEYS) throw noneLeft(wanted, "its sequence lies far behind its rows");
  return size * 2;
}

async function draw(
  client: Client,
  wanted: Allocation,
  { sequence, size }: { readonly sequence: string; readonly size: number },
): Promise<string[]> {
  const text = `SELECT pg_catalog.nextval($1::pg_catalog.text::pg_catalog.regclass)::pg_catalog.text AS key FROM pg_catalog.generate_series(1, $2::pg_catalog.int4)`;
  try {
    const { rows } = await client.query<{ key: string }>(text, [sequence, size]);
    const last = greatest(wanted);
    return rows.map(({ key }) => key).filter((key) => BigInt(key) <= last);
  } catch (error) {
    if (sqlStateOf(error) === "2200H") throw noneLeft(wanted, "its sequence is used up", error);
    throw error;
  }
}

async function free({ having, avoid }: Allocation, keys: readonly string[]): Promise<string[]> {
  const taken = new Set(await having(keys));
  return keys.filter((key) => !taken.has(key) && !avoid.has(key));
}

async function aboveGreatest(client: Client, wanted: Allocation): Promise<readonly string[]> {
  const { table, avoid, count } = wanted;
  const key = quoteIdentifier(table.column ?? "");
  const { rows } = await client.query<{ key: string | null }>(
    `SELECT pg_catalog.max(t.${key})::pg_catalog.text AS key FROM ${table.only ? "ONLY " : ""}${quoteTable(table.name)} AS t`,
  );
  let last = BigInt(rows[0]?.key ?? 0);
  for (const each of avoid) if (BigInt(each) > last) last = BigInt(each);
  if (last < 0n) last = 0n;
  if (last + BigInt(count) > greatest(wanted)) throw noneLeft(wanted, `its keys reach up to ${last}`);
  return Array.from({ length: count }, (_, index) => String(last + BigInt(index) + 1n));
}

function greatest({ table }: Allocation): bigint {
  return GREATEST[table.type] ?? GREATEST["bigint"] ?? 0n;
}

function noneLeft({ table, label, count }: Allocation, why: string, cause?: unknown): CodedError {
  const name = formatQualifiedName(table.name);
  return new CodedError(
    "renumber.required",
    `Table "${name}" of "${label}" has no ${count} free keys: ${why}.`,
    {
      hint: "Raise the sequence, or give the key a wider type.",
      details: { table: name, column: table.column, count },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
