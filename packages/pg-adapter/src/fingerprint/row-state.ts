import type { Hash } from "node:crypto";
import { castName, type PatchOperation, type PatchRow } from "@syncline/core";
import type { TableInfo } from "../catalog/table-info.ts";
import type { ReadSession } from "../connection/read-session.ts";
import { arrayLiteral } from "../read/lookup-sql.ts";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";

export interface RowStateParts {
  readonly session: ReadSession;
  readonly scope: PgScope;
  readonly digest: Hash;
  readonly signal: AbortSignal;
  /** By name in the patch; null where the target has no such table. */
  readonly tables: ReadonlyMap<string, TableInfo | null>;
}

const MOST_ROWS = 1_000;
const MOST_CHARACTERS = 1 << 20;

/** Rows that are asked for together: of one table, by the same columns. */
interface Batch {
  readonly table: string;
  readonly columns: readonly string[];
  /** A key names one row; without one rows are told by their values and counted. */
  readonly keyed: boolean;
  readonly rows: PatchRow[];
  characters: number;
}

/** The rows that operations name, as they are in the target now, batch by batch into a digest. */
export class RowState {
  readonly #parts: RowStateParts;
  readonly #batches = new Map<string, Batch>();

  constructor(parts: RowStateParts) {
    this.#parts = parts;
  }

  async add(operation: PatchOperation): Promise<void> {
    const { table, key } = operation;
    if (key.size === 0) {
      if (operation.op === "insert") await this.#ask(table, operation.new, false);
      if (operation.op === "delete") await this.#ask(table, operation.old, false);
      return;
    }
    await this.#ask(table, key, true);
    if (operation.op !== "update" || ![...key.keys()].some((column) => operation.new.has(column))) return;
    // The row that stands where this one goes.
    const moved = [...key].map(([column, value]) => [column, operation.new.get(column) ?? value] as const);
    await this.#ask(table, new Map(moved), true);
  }

  async end(): Promise<void> {
    for (const batch of this.#batches.values()) await this.#flush(batch);
    this.#batches.clear();
  }

  async #ask(table: string, row: PatchRow, keyed: boolean): Promise<void> {
    const columns = [...row.keys()];
    const name = JSON.stringify([table, keyed, columns]);
    const batch = this.#batches.get(name) ?? { table, columns, keyed, rows: [], characters: 0 };
    this.#batches.set(name, batch);
    batch.rows.push(row);
    for (const value of row.values()) batch.characters += value?.length ?? 0;
    if (batch.rows.length < MOST_ROWS && batch.characters < MOST_CHARACTERS) return;
    await this.#flush(batch);
    this.#batches.delete(name);
  }

  async #flush({ table, columns, keyed, rows }: Batch): Promise<void> {
    const { session, digest, signal, tables, scope } = this.#parts;
    const info = tables.get(table) ?? null;
    const wanted = columns.map((column) => arrayLiteral(rows.map((row) => row.get(column) ?? null)));
    const known = columns.every((column) => info?.spec.columns.some(({ name }) => name === column));
    const found =
      info === null || !known
        ? []
        : await session.rows(
            keyed ? byKey(info, columns, scope) : byValues(info, columns, scope),
            wanted,
            signal,
          );
    digest.update(`${JSON.stringify([table, columns, rows.length, found])}\n`);
  }
}

function wantedRows(columns: readonly string[]): string {
  const arrays = columns.map((_, at) => `pg_catalog.unnest($${at + 1}::pg_catalog.text[])`).join(", ");
  return `ROWS FROM (${arrays}) WITH ORDINALITY AS w(${columns.map((_, at) => `k${at}`).join(", ")}, n)`;
}

function source(
  { spec, tenantType }: TableInfo,
  { tenantColumn }: PgScope,
): { from: string; tenant: string } {
  const tenant =
    tenantColumn === null
      ? ""
      : ` AND t.${quoteIdentifier(tenantColumn.name)} OPERATOR(pg_catalog.=) ${quoteLiteral(tenantColumn.value)}::${castName(tenantType ?? "text")}`;
  return { from: `${quoteTable(spec.name)} t`, tenant };
}

/** By the operators and collations of the key's own index where there is one, so that it is used. */
function byKey(info: TableInfo, columns: readonly string[], scope: PgScope): string {
  const { from, tenant } = source(info, scope);
  const key = info.spec.keys.find(
    (each) =>
      each.columns.length === columns.length && columns.every((column) => each.columns.includes(column)),
  );
  const matches = columns.map((column, at) => {
    const own = `t.${quoteIdentifier(column)}`;
    const wanted = `w.k${at}::${castOf(info, column)}`;
    const place = key?.columns.indexOf(column) ?? -1;
    if (key === undefined || place < 0)
      return `${own}::pg_catalog.text OPERATOR(pg_catalog.=) (${wanted})::pg_catalog.text`;
    const collation = key.collations?.[place] ?? null;
    return `${own} OPERATOR(${key.operators[place]}) ${wanted}${collation === null ? "" : ` COLLATE ${collation}`}`;
  });
  return `SELECT w.n::pg_catalog.text, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(t::pg_catalog.text, 'UTF8')), 'hex')
    FROM ${wantedRows(columns)} JOIN ${from} ON ${matches.join(" AND ")}${tenant} ORDER BY w.n, 2`;
}

/** Through a digest of the values, which can be hashed whatever their types. */
function byValues(info: TableInfo, columns: readonly string[], scope: PgScope): string {
  const { from, tenant } = source(info, scope);
  const own = columns.map((column) => `t.${quoteIdentifier(column)}::pg_catalog.text`);
  const wanted = columns.map((column, at) => `w.k${at}::${castOf(info, column)}::pg_catalog.text`);
  const digest = (values: readonly string[]) => `pg_catalog.md5(ROW(${values.join(", ")})::pg_catalog.text)`;
  return `SELECT w.n::pg_catalog.text, pg_catalog.count(*)::pg_catalog.text
    FROM ${wantedRows(columns)} JOIN ${from} ON ${digest(own)} OPERATOR(pg_catalog.=) ${digest(wanted)}${tenant}
    GROUP BY w.n ORDER BY w.n`;
}

function castOf({ spec }: TableInfo, column: string): string {
  return castName(spec.columns.find(({ name }) => name === column)?.type.base ?? "text");
}
