import { CodedError } from "@syncline/core";
import type { InverseDigest, LedgerEntry } from "@syncline/engine";
import type { Client } from "pg";

/** Columns of an inverse operation, in the order of `syncline.patch_operation`. */
export const INVERSE_COLUMNS = "ledger_id, seq, table_number, op, columns, key, old, new, cnt, total";

/**
 * What `rows`, a FROM item with those columns, comes to: independent of order, and with a seed that nobody knew before
 * the rows were written. Types are spelled out, so that a stored value of another type that lost something differs.
 */
function digestOf(rows: string, seed: string): string {
  const text = (name: string) => `r.${name}::pg_catalog.text[] COLLATE pg_catalog."C"`;
  const counted = (op: string) =>
    `COALESCE(pg_catalog.sum(r.cnt) FILTER (WHERE r.op::pg_catalog.text OPERATOR(pg_catalog.=) '${op}'), 0)::pg_catalog.text`;
  return `SELECT pg_catalog.count(*)::pg_catalog.text AS operations,
 ${counted("insert")} AS inserts, ${counted("update")} AS updates, ${counted("delete")} AS deletes,
 COALESCE(pg_catalog.sum(pg_catalog.hash_record_extended(ROW(r.seq::pg_catalog.int8, r.table_number::pg_catalog.int4,
  r.op::pg_catalog.text COLLATE pg_catalog."C", r.columns::pg_catalog.int4[], ${text("key")}, ${text("old")}, ${text("new")},
  r.cnt::pg_catalog.int8, r.total::pg_catalog.int8), ${seed}::pg_catalog.int8)::pg_catalog.numeric), 0)::pg_catalog.text AS sum
FROM ${rows}`;
}

type Row = Readonly<Record<"operations" | "inserts" | "updates" | "deletes" | "sum", string>>;

/** Digest of all `selects` together; each takes the ledger id as $1. */
export async function digestSelects(
  client: Client,
  {
    selects,
    ledgerId,
    seed,
  }: { readonly selects: readonly string[]; readonly ledgerId: string; readonly seed: string },
): Promise<InverseDigest> {
  const found: Row[] = [];
  for (const select of selects) {
    const { rows } = await client.query<Row>(digestOf(`(${select}) r(${INVERSE_COLUMNS})`, seed), [ledgerId]);
    found.push(...rows);
  }
  return combine(found, seed);
}

/** Digest of what the ledger holds under an id, as this transaction sees it. */
export async function digestStored(
  client: Client,
  { ledgerId, seed }: { readonly ledgerId: string; readonly seed: string },
): Promise<InverseDigest> {
  const stored = `syncline.patch_operation r WHERE r.ledger_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid`;
  const { rows } = await client.query<Row>(digestOf(stored, seed), [ledgerId]);
  return combine(rows, seed);
}

/**
 * Whether the ledger still holds what its receipt says; an entry of before there were receipts says nothing.
 * @throws CodedError `receipt.missing`
 */
export async function assertInverseKept(client: Client, { id, receipt }: LedgerEntry): Promise<void> {
  const seed = /^sum64:(-?\d+):/.exec(receipt?.digest ?? "")?.[1];
  if (receipt === null || seed === undefined) return;
  const found = await digestStored(client, { ledgerId: id, seed });
  if (found.digest === receipt.digest) return;
  throw new CodedError(
    "receipt.missing",
    `What would take application ${id} back is no longer what was written then: the target's ledger was changed.`,
    {
      hint: 'Look who changes the tables of schema "syncline" there. Its other entries can still be taken back.',
      details: { ledgerId: id },
    },
  );
}

function combine(rows: readonly Row[], seed: string): InverseDigest {
  const total = (name: "operations" | "inserts" | "updates" | "deletes") =>
    rows.reduce((sum, row) => sum + Number(row[name]), 0);
  const sum = rows.reduce((all, row) => all + BigInt(row.sum), 0n);
  return {
    operations: total("operations"),
    counts: { inserts: total("inserts"), updates: total("updates"), deletes: total("deletes") },
    digest: `sum64:${seed}:${sum}`,
  };
}
