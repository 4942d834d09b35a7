import { type ColumnForm, columnForm } from "@syncline/core/codec";
import type { FileTable } from "@syncline/engine";

/** How the values of a table's columns look in a file, looked up once. */
export interface ColumnPlan {
  readonly names: readonly string[];
  readonly forms: readonly ColumnForm[];
  readonly indexes: ReadonlyMap<string, number>;
}

export function planColumns({ columns }: FileTable): ColumnPlan {
  return {
    names: columns.map(({ name }) => name),
    // Of a column without a type, digits are taken as they stand.
    forms: columns.map(({ type }) => (type === null ? "number" : columnForm(type))),
    indexes: new Map(columns.map(({ name }, index) => [name, index])),
  };
}
