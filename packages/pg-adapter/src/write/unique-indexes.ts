import type { Client } from "pg";

/** A unique index or exclusion constraint that is checked row by row, so that two rows cannot trade values in place. */
export interface UniqueIndex {
  readonly name: string;
  readonly tableOid: number;
  /** All columns that it depends on, in index order first; null when it uses expressions. */
  readonly columns: readonly string[] | null;
  readonly exclusion: boolean;
}

const QUERY = `SELECT ic.relname AS name, i.indrelid::pg_catalog.text AS table_oid, i.indisexclusion AS exclusion,
  CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN (
    SELECT pg_catalog.json_agg(a.attname ORDER BY u.n) FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS u(attnum, n)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum WHERE u.n <= i.indnkeyatts) END AS columns
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND (i.indisunique OR i.indisexclusion) ORDER BY 2, 1`;

export async function readUniqueIndexes(
  client: Client,
  tableOids: readonly number[],
): Promise<UniqueIndex[]> {
  const { rows } = await client.query<Record<string, string | null>>(QUERY, [`{${tableOids.join(",")}}`]);
  return rows.map((row) => ({
    name: row["name"] ?? "",
    tableOid: Number(row["table_oid"]),
    columns: row["columns"] == null ? null : (JSON.parse(row["columns"]) as string[]),
    exclusion: row["exclusion"] === "t",
  }));
}
