import { CodedError, formatQualifiedName, isCodedError, type QualifiedName } from "@syncline/core";
import type { BackupReceipt } from "../../ports/receipt.ts";
import type { SqlStatement, SqlTransaction } from "../../ports/sql-import.ts";
import type { ImportSqlInput, ImportSqlResult } from "./import-contract.ts";
import { plainInsert } from "./plain-insert.ts";
import { type ReadStatement, SqlReader } from "./sql-reader.ts";
import { TenantGuard } from "./tenant-guard.ts";

/** What is judged statement by statement: inserts without ON CONFLICT, COPY, and definitions that add. */
const ONLY_ADDS: BackupReceipt = {
  kind: "untouched",
  ledgerId: null,
  counts: { inserts: 0, updates: 0, deletes: 0 },
  digest: null,
  verified: true,
};

const MAX_STATEMENT_BYTES = 64 * 1024 * 1024;

/**
 * Runs an SQL file in one transaction: all of it or nothing. Each statement is judged before the server sees it; psql's
 * commands are never run.
 * @throws CodedError `sql.refused`, `receipt.missing`, `file.damaged`, `limit.exceeded`, `target.protected`, or what the server answered;
 * all name the file and its line
 */
export async function importSql(input: ImportSqlInput): Promise<ImportSqlResult> {
  const { ctx, anySql, protection, target, dryRun } = input;
  if (anySql && protection !== "open") {
    throw new CodedError("target.protected", `"${target.label}" is protected: it takes no SQL but our own.`, {
      hint: "Import a file that syncline export wrote, or import into an open target.",
    });
  }
  const name = dryRun ? null : (input.name ?? null);
  const transaction = await target.begin(ctx.signal, name);
  try {
    if (anySql) await transaction.watch();
    const run = new ImportRun(input, transaction);
    await run.toTheEnd();
    const receipt = anySql ? await transaction.untouched() : ONLY_ADDS;
    const result = { ...run.result(), receipt };
    if (dryRun) await transaction.rollback();
    else {
      input.reached?.("rows-written");
      await transaction.commit(result.tables);
      input.reached?.("rows-committed");
    }
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

class ImportRun {
  readonly #input: ImportSqlInput;
  readonly #transaction: SqlTransaction;
  readonly #reader: SqlReader;
  readonly #rows = new Map<string, number>();
  readonly #guard: TenantGuard | null;
  #statements = 0;
  #hasAny = false;
  /** Whether the file began a transaction that it has not ended. */
  #open = false;

  constructor(input: ImportSqlInput, transaction: SqlTransaction) {
    this.#input = input;
    this.#transaction = transaction;
    const { file, chunks } = input;
    this.#guard = input.tenant === undefined || input.anySql ? null : new TenantGuard(input.tenant);
    this.#reader = new SqlReader(chunks, { file, maxStatementBytes: MAX_STATEMENT_BYTES });
  }

  async toTheEnd(): Promise<void> {
    for (let read = await this.#reader.next(); read !== null; read = await this.#reader.next()) {
      this.#input.ctx.signal.throwIfAborted();
      if (read.sql === "") continue;
      this.#hasAny = true;
      await this.#one(read);
    }
    if (!this.#hasAny) throw this.#empty();
    if (!this.#open) return;
    throw this.#error(
      "file.damaged",
      this.#reader.line,
      "the file ends before its COMMIT; nothing was written.",
      {
        hint: "Export it again; it is cut short.",
      },
    );
  }

  #empty(): CodedError {
    return this.#error("file.damaged", this.#reader.line, "the file holds no statement.", {
      hint: "Export it again; it is cut short or was never written.",
    });
  }

  result(): Omit<ImportSqlResult, "receipt"> {
    const tables = [...this.#rows].map(([name, rows]) => ({ name, rows }));
    return {
      outcome: this.#input.dryRun ? "dry-run" : "imported",
      tables,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      statements: this.#statements,
    };
  }

  async #one({ sql, line }: ReadStatement): Promise<void> {
    const statement = await this.#judge(sql, line);
    if (statement.kind === "transaction") {
      this.#open = !statement.ends;
      return;
    }
    try {
      this.#guard?.check(statement);
      await this.#run(sql, statement);
      this.#guard?.note(statement);
    } catch (error) {
      throw this.#explain(error, line);
    }
  }

  async #run(sql: string, statement: SqlStatement): Promise<void> {
    if (statement.kind === "copy")
      this.#add(statement.table, await this.#transaction.copy(sql, this.#reader.rows()));
    else if (statement.kind === "insert") this.#add(statement.table, await this.#transaction.run(sql));
    else {
      await this.#transaction.run(sql);
      this.#statements += 1;
    }
  }

  async #judge(sql: string, line: number): Promise<SqlStatement> {
    const table = plainInsert(sql);
    if (table !== null && !CLOSED.has(table.schema)) return { kind: "insert", table };
    const statement = await this.#classify(sql, line);
    const { anySql } = this.#input;
    if (statement.kind === "forbidden" || (statement.kind === "other" && !anySql)) {
      throw this.#refused(line, statement.what, statement.kind === "other");
    }
    if (statement.kind === "copy" && !statement.plain && !anySql) {
      throw this.#refused(line, "a COPY in another format than text", true);
    }
    return statement;
  }

  async #classify(sql: string, line: number): Promise<SqlStatement> {
    try {
      return await this.#input.parser.classify(sql);
    } catch (error) {
      throw this.#explain(error, line);
    }
  }

  #add(table: QualifiedName | null, rows: number): void {
    const name = table === null ? "(by search_path)" : formatQualifiedName(table);
    const sum = (this.#rows.get(name) ?? 0) + rows;
    this.#rows.set(name, sum);
    this.#input.ctx.progress({ phase: "importing", table: name, rows: sum, bytes: 0, estimatedRows: null });
  }

  #refused(line: number, what: string, anySqlHelps: boolean): CodedError {
    return this.#error("sql.refused", line, `the statement is not run: ${what}. Nothing was written.`, {
      hint: anySqlHelps
        ? "Only what our own export writes is run; --any-sql runs the rest too, if you trust the file."
        : "Take it out of the file; it is never run here.",
    });
  }

  #explain(error: unknown, line: number): unknown {
    if (
      !isCodedError(error) ||
      error.code === "interrupted" ||
      error.message.startsWith(`${this.#input.file}:`)
    ) {
      return error;
    }
    const { message, hint, details, retryable } = error;
    // What the server says of a statement is about the file, not a fault of ours.
    const code = error.code === "internal" && details["sqlState"] != null ? "sql.refused" : error.code;
    return new CodedError(code, `${this.#input.file}:${line}: ${message}`, {
      ...(hint === undefined ? {} : { hint }),
      details: { ...details, line },
      retryable,
      cause: error,
    });
  }

  #error(code: CodedError["code"], line: number, message: string, options: { hint: string }): CodedError {
    return new CodedError(code, `${this.#input.file}:${line}: ${message}`, { ...options, details: { line } });
  }
}

const CLOSED = new Set(["pg_catalog", "information_schema", "syncline"]);
