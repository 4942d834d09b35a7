import type { CodedError } from "@syncline/core";
import type { FileRow, RowFiles } from "@syncline/engine";
import pg from "pg";
import { openConnection } from "../connection/connect.ts";
import { pinStatements } from "../connection/pins.ts";
import type { ConnectionOptions } from "../scope.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { badValue } from "./load-rows.ts";
import { quotedRelation, type StagedFile } from "./staged-file.ts";

export interface BadValueSearch {
  readonly connection: ConnectionOptions;
  /** Makes the temporary table anew. */
  readonly create: string;
  readonly files: RowFiles;
  readonly file: StagedFile;
  /** One a column. */
  readonly types: readonly string[];
  readonly signal: AbortSignal;
}

/** Data exceptions, and what checks of domains say. */
const REFUSED_VALUE = /^(?:22|23514|23502)/;

/**
 * The value that made COPY fail, told by file, line and column; null when the failure was about something else. The
 * session that failed is gone, so the row is tried again, value by value, in another one.
 */
export async function locateBadValue(error: unknown, search: BadValueSearch): Promise<CodedError | null> {
  const { code, where } = error as { code?: string; where?: string };
  if (typeof code !== "string" || !REFUSED_VALUE.test(code)) return null;
  const number = rowNumber(where ?? "", search.file.relationName);
  const row = number === null ? null : await rowAt(search, number);
  const path = search.files.pathOf(search.file.table.name);
  if (row === null) return null;
  const at = await refusedColumn(search, row);
  const name = search.file.columns[at]?.name ?? "";
  return badValue(path, row.line, name, `is not of type ${search.types[at] ?? ""}`);
}

/** The server names table and number of the COPY line in every language, in this order. */
function rowNumber(where: string, relation: string): number | null {
  const from = where.indexOf(relation);
  const found = from === -1 ? null : /\d+/.exec(where.slice(from + relation.length));
  return found === null ? null : Number(found[0]);
}

async function rowAt({ file, files, signal }: BadValueSearch, number: number): Promise<FileRow | null> {
  let before = 0;
  for await (const batch of files.rows(file.table.name, signal)) {
    const row = batch[number - 1 - before];
    if (row !== undefined) return row;
    before += batch.length;
  }
  return null;
}

async function refusedColumn(search: BadValueSearch, row: FileRow): Promise<number> {
  const client = await openConnection(search.connection);
  try {
    await client.query(`BEGIN;${pinStatements(0)};${search.create}`);
    for (const [index, { at, name }] of search.file.columns.entries()) {
      const value = row.values[at] ?? null;
      if (!(await isTaken(client, search.file, name, value))) return index;
    }
    return -1;
  } finally {
    await client.end();
  }
}

async function isTaken(
  client: pg.Client,
  file: StagedFile,
  column: string,
  value: string | null,
): Promise<boolean> {
  const { line, referenced } = file.hidden;
  const columns = [line, referenced, column].map(quoteIdentifier).join(", ");
  await client.query("SAVEPOINT syncline_value");
  try {
    await client.query(`INSERT INTO ${quotedRelation(file)} (${columns}) VALUES (0, false, $1)`, [value]);
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_value");
    return false;
  }
}
