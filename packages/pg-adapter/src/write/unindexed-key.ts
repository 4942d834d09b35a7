import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { classify } from "./classify.ts";
import type { StagedTable } from "./staged-table.ts";

/** Whether operations name rows by a key that no unique index of the target vouches for. */
export function hasUnindexedKey({ staged, keyIndexed }: StagedTable): boolean {
  return !keyIndexed && staged.i + staged.u + staged.d > 0;
}

/**
 * Without a unique index nothing stops a second insert of a row, and an update may hit two rows and miss another. So
 * others are kept from writing, and every operation is judged before the first write.
 */
export async function prepareUnindexed(client: Client, table: StagedTable): Promise<void> {
  await client.query(`LOCK TABLE ONLY ${table.target} IN SHARE ROW EXCLUSIVE MODE`);
  await assertOneRowAKey(client, table);
  await classify(client, table);
}

/** Also after the writes: a patch that was edited may insert a key twice. Under the pins. */
export async function assertOneRowAKey(client: Client, table: StagedTable): Promise<void> {
  const { rows } = await client.query<{ keys: string }>(
    `SELECT pg_catalog.count(*) AS keys FROM (
       SELECT 1 FROM (SELECT DISTINCT ${table.key.map((key) => `s.${key.staged}`).join(", ")} FROM ${table.stage} s WHERE s.op = ANY ('{i,u,d}'::pg_catalog."char"[])) s
       JOIN ${table.relation} t ON ${table.sameKey()} GROUP BY ${table.key.map((key) => `s.${key.staged}`).join(", ")}
       HAVING pg_catalog.count(*) > 1) doubled`,
  );
  const keys = Number(rows[0]?.keys);
  if (keys === 0) return;
  const columns = table.patchTable.key.map((name) => `"${name}"`).join(", ");
  throw new CodedError(
    "key.not_unique",
    `Table "${table.name}" holds several rows for ${keys} of the patch's values of ${columns}, so it cannot be told which row is meant; nothing was written.`,
    {
      hint: "Compare again with --key naming columns that tell the rows apart, or make them unique in the target.",
      details: { table: table.name, key: table.patchTable.key, keys },
    },
  );
}
