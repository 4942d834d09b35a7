import { CodedError } from "@syncline/core";
import type { FileRow, RowFiles } from "@syncline/engine";
import type pg from "pg";
import { quoteIdentifier } from "../sql/quote.ts";
import { CopyStream } from "../write/copy-stream.ts";
import { copyField } from "../write/copy-text.ts";
import { OmittedColumns, type UnevenColumn } from "./omitted-columns.ts";
import { hiddenColumns, quotedRelation, type StagedFile } from "./staged-file.ts";
import type { ValueCheck } from "./value-checks.ts";

const FLUSH_CHARACTERS = 1 << 16;

export interface LoadRequest {
  readonly files: RowFiles;
  readonly file: StagedFile;
  /** One a column, or null where the type keeps everything that it accepts. */
  readonly checks: readonly (ValueCheck | null)[];
  readonly signal: AbortSignal;
}

export interface LoadedRows {
  readonly rows: number;
  /** Columns that every row leaves out. */
  readonly absent: readonly string[];
  /** Columns that some rows leave out. */
  readonly uneven: readonly UnevenColumn[];
}

/** Sends a table's rows into its temporary table. Errors of the server pass through as they come. */
export async function loadRows(client: pg.Client, request: LoadRequest): Promise<LoadedRows> {
  const { file, files, signal } = request;
  const columns = [...hiddenColumns(file), ...file.columns.map(({ name }) => name)];
  const names = columns.map(quoteIdentifier).join(", ");
  const stream = new CopyStream(client, `COPY ${quotedRelation(file)} (${names}) FROM STDIN`);
  const omitted = new OmittedColumns(file);
  let lines: string[] = [];
  let characters = 0;
  for await (const batch of files.rows(file.table.name, signal)) {
    for (const row of batch) {
      const line = copyLineOf(request, row, omitted.see(row));
      lines.push(line);
      characters += line.length;
      if (characters < FLUSH_CHARACTERS) continue;
      await stream.write(lines);
      lines = [];
      characters = 0;
    }
  }
  if (lines.length > 0) await stream.write(lines);
  const { sent, arrived } = await stream.finish();
  if (sent !== arrived)
    throw new CodedError(
      "internal",
      `${sent} rows of "${file.table.name}" were sent and ${arrived} arrived.`,
    );
  return { rows: arrived, absent: omitted.absent(), uneven: omitted.uneven() };
}

function copyLineOf({ checks, file, files }: LoadRequest, row: FileRow, omitted: string): string {
  let line = `${row.line}\t${row.referenced ? "t" : "f"}\t${omitted}`;
  const { columns } = file;
  for (let index = 0; index < columns.length; index += 1) {
    const { at, name } = columns[index] as (typeof columns)[number];
    const value = row.values[at] ?? null;
    if (value !== null) {
      const problem = problemOf(value, checks[index] ?? null);
      if (problem !== null) throw badValue(files.pathOf(file.table.name), row.line, name, problem);
    }
    line += `\t${copyField(value)}`;
  }
  return `${line}\n`;
}

function problemOf(value: string, check: ValueCheck | null): string | null {
  if (value.includes("\0")) return "holds a NUL character";
  if (!value.isWellFormed()) return "is no valid Unicode text";
  return check === null || check.keeps(value)
    ? null
    : `does not fit ${check.type} without being rounded or cut`;
}

export function badValue(path: string, line: number, column: string, problem: string): CodedError {
  return new CodedError(
    "file.damaged",
    `${path}, line ${line}: the value of column "${column}" ${problem}.`,
    {
      hint: "Correct the value in the file; nothing was written.",
      details: { file: path, line, column },
    },
  );
}
