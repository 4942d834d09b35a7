import { CodedError } from "@syncline/core";
import type pg from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { quotedRelation, type StagedFile } from "./staged-file.ts";

/** What two rows with one key mean to the people who edit the file. `columns` carry the key's collations. */
export async function duplicateKey(
  client: pg.Client,
  file: StagedFile,
  columns: readonly string[],
  path: string,
): Promise<CodedError> {
  const line = `t.${quoteIdentifier(file.hidden.line)}`;
  const text = `SELECT (pg_catalog.array_agg(${line} ORDER BY ${line}))[1:2]::pg_catalog.text[] AS lines
    FROM ${quotedRelation(file)} t WHERE pg_catalog.num_nulls(${file.key.map((name) => `t.${quoteIdentifier(name)}`).join(", ")}) = 0
    GROUP BY ${columns.join(", ")} HAVING pg_catalog.count(*) > 1 ORDER BY pg_catalog.min(${line}) LIMIT 1`;
  const { rows } = await client.query<{ lines: string }>(text);
  const lines = (rows[0]?.lines ?? "{}").slice(1, -1).split(",").map(Number);
  return new CodedError(
    "key.not_unique",
    `${path}, lines ${lines.join(" and ")}: two rows of table "${file.table.name}" have the same key (${file.key.join(", ")}).`,
    {
      hint: "Keep one of them.",
      details: { file: path, lines, table: file.table.name, key: file.key },
    },
  );
}

/** Refuses a row without a value in a key column. */
export async function emptyKey(client: pg.Client, file: StagedFile, path: string): Promise<void> {
  const key = file.key.map((name) => `t.${quoteIdentifier(name)}`);
  const line = `t.${quoteIdentifier(file.hidden.line)}`;
  const { rows } = await client.query<{ line: string | null }>(
    `SELECT pg_catalog.min(${line}) AS line FROM ${quotedRelation(file)} t WHERE pg_catalog.num_nulls(${key.join(", ")}) > 0`,
  );
  const found = rows[0]?.line ?? null;
  if (found === null) return;
  throw new CodedError(
    "file.damaged",
    `${path}, line ${found}: the key (${file.key.join(", ")}) of a row of table "${file.table.name}" is not complete.`,
    { details: { file: path, line: Number(found), table: file.table.name } },
  );
}
