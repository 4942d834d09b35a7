import { CodedError, formatQualifiedName, type RowImage } from "@syncline/core";
import type { ConstantColumn, RowSelection, SelectedRows } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import type { SessionPool } from "../connection/session-pool.ts";
import { quoteLiteral } from "../sql/quote.ts";
import { type CopyRequest, copyChunks } from "./copy-chunks.ts";
import { CopyTextParser } from "./copy-text-parser.ts";
import { keyOrder } from "./order-sql.ts";
import { pageRange, sliceCount } from "./page-range.ts";
import { column, conditions, fromTable, type TableSql } from "./row-sql.ts";

export interface SelectedRowsParts {
  readonly selection: RowSelection;
  readonly info: TableInfo;
  readonly sql: (signal: AbortSignal) => Promise<TableSql>;
  readonly pool: SessionPool;
}

const SETTINGS = "SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = on; SET LOCAL work_mem = '64MB'";

/** Whole rows of one table on the sessions of a snapshot. */
export class PgSelectedRows implements SelectedRows {
  readonly #parts: SelectedRowsParts;
  #sql: Promise<TableSql> | null = null;

  /** Throws `column.not_found` for a column that the table does not have. */
  constructor(parts: SelectedRowsParts) {
    this.#parts = parts;
    assertColumns(parts);
  }

  async *texts({ order, signal }: Parameters<SelectedRows["texts"]>[0]): AsyncGenerator<readonly RowImage[]> {
    const sql = await this.#compiled(signal);
    const by = order === "key" ? keyOrder(sql.info) : "";
    const query = `${this.#select(sql, [])}${by === "" ? "" : ` ORDER BY ${by}`}`;
    const parser = new CopyTextParser(this.#parts.selection.columns.length);
    for await (const chunk of copyChunks(this.#parts.pool, this.#copy(query, "text", signal))) {
      const rows = parser.push(chunk);
      if (rows.length > 0) yield rows;
    }
  }

  async *copyData(request: Parameters<SelectedRows["copyData"]>[0]): AsyncGenerator<Buffer> {
    const { format, slice, signal } = request;
    const sql = await this.#compiled(signal);
    const range = slice === null ? null : pageRange(sql.info, slice);
    const query = this.#select(sql, range === null ? [] : [range]);
    yield* copyChunks(this.#parts.pool, this.#copy(query, format, signal));
  }

  slices(wanted: number): number {
    return sliceCount(this.#parts.info, wanted);
  }

  get pages(): number {
    return this.#parts.info.pages;
  }

  async count(signal: AbortSignal): Promise<number> {
    const sql = await this.#compiled(signal);
    const text = `SELECT pg_catalog.count(*) FROM ${fromTable(sql)}${conditions(sql, "all")}`;
    const rows = await this.#parts.pool.use(async (session) => {
      await session.configure(SETTINGS, signal);
      return session.rows(text, [], signal, this.#about);
    });
    return Number(rows[0]?.[0] ?? 0);
  }

  get #about(): string {
    return `Reading table "${formatQualifiedName(this.#parts.info.spec.name)}"`;
  }

  #compiled(signal: AbortSignal): Promise<TableSql> {
    this.#sql ??= this.#parts.sql(signal);
    return this.#sql;
  }

  #select(sql: TableSql, extra: readonly string[]): string {
    const { columns, constants = [] } = this.#parts.selection;
    const list = [...columns.map(column), ...constants.map(constantSql)].join(", ");
    return `SELECT ${list} FROM ${fromTable(sql)}${conditions(sql, "all", extra)}`;
  }

  #copy(query: string, format: CopyRequest["format"], signal: AbortSignal): CopyRequest {
    return { query, format, settings: SETTINGS, about: this.#about, signal };
  }
}

function constantSql({ type, value }: ConstantColumn): string {
  return `${quoteLiteral(value)}::${type ?? "pg_catalog.text"}`;
}

function assertColumns({ selection, info }: SelectedRowsParts): void {
  for (const name of [...selection.columns, ...selection.masks.keys()]) {
    if (info.spec.columns.some((each) => each.name === name)) continue;
    const table = formatQualifiedName(info.spec.name);
    throw new CodedError("column.not_found", `Table "${table}" has no column "${name}".`, {
      hint: "Check the name; names are taken in exact case.",
    });
  }
}
