import { castName, isPortable, type TypeSpec } from "@syncline/core";
import type { BaseTable } from "@syncline/engine";
import { quoteIdentifier } from "../sql/quote.ts";

/** A column as the base stores it; its place is its number in a plan's table. */
export interface StoredColumn {
  readonly name: string;
  /** A built-in type. */
  readonly type: string;
  /** Table and column of the source; bases of the first releases do not know them. */
  readonly from?: readonly [table: string, column: string];
}

export interface StoredTable {
  readonly number: number;
  /** The target's table as in a patch header. */
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  readonly key: readonly string[];
}

/** The side's type where every server has it, else text: what does not travel in binary is compared by its text anyway. */
export function storedType(type: TypeSpec): string {
  if (!isPortable(type) || type.base === "xml") return "text";
  if (type.kind === "domain") return castName(type.base);
  return type.name;
}

export function storedColumns({ columns, source }: BaseTable): StoredColumn[] {
  return columns.map(({ name, type }) => ({
    name,
    type: storedType(type),
    from: [source.table, source.columns.get(name) ?? name],
  }));
}

/** Rows of the base. */
export const rowsTable = ({ number }: Pick<StoredTable, "number">) => `syncline_base_${number}`;
/** Changes of a plan. */
export const planTable = ({ number }: Pick<StoredTable, "number">) => `syncline_plan_${number}`;
/** A column of a plan, whatever it is called in the base. */
export const planColumn = (at: number) => `c${at}`;

export const columnList = ({ columns }: StoredTable) =>
  columns.map(({ name }) => quoteIdentifier(name)).join(", ");
export const planColumnList = ({ columns }: StoredTable) => columns.map((_, at) => planColumn(at)).join(", ");
