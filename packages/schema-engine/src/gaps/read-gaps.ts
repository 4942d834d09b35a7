import type { QualifiedName } from "@syncline/core";
import type pg from "pg";
import {
  COLUMN_SETTINGS,
  INHERITED_COLUMNS,
  LEFT_OUT,
  MERGED_COLUMNS,
  SEVERAL_PARENTS,
  STATISTICS,
  UNCOVERED,
  VIRTUAL_COLUMNS,
} from "./gap-queries.ts";

export interface TableColumn {
  readonly table: QualifiedName;
  readonly column: string;
}

export interface InheritedColumn extends TableColumn {
  /** The default's SQL where it differs from the parent's, null for none; undefined when it is the parent's. */
  readonly expression: string | null | undefined;
  readonly setNotNull: boolean;
}

export interface ColumnSettings extends TableColumn {
  readonly storage: string | null;
  readonly compression: string | null;
  readonly statistics: string | null;
  readonly options: string | null;
}

/** An object that no definition is made of, with one of the objects that need it. */
export interface UncoveredNeed {
  readonly kind: string;
  readonly name: string;
  readonly neededBy: { readonly kind: string; readonly name: QualifiedName } | null;
}

/** What the engine does not see of a catalog. */
export interface CatalogGaps {
  readonly virtualColumns: readonly TableColumn[];
  readonly mergedColumns: readonly TableColumn[];
  readonly severalParents: readonly { readonly table: QualifiedName; readonly parent: QualifiedName }[];
  readonly inheritedColumns: readonly InheritedColumn[];
  readonly columnSettings: readonly ColumnSettings[];
  readonly statistics: readonly { readonly table: QualifiedName; readonly sql: string }[];
  readonly leftOut: readonly { readonly what: string; readonly table: QualifiedName }[];
  readonly uncovered: readonly UncoveredNeed[];
}

type Cells = readonly (string | null)[];

/** Inside the transaction in which the engine reads. */
export async function readGaps(client: pg.Client): Promise<CatalogGaps> {
  const rows = async (text: string): Promise<Cells[]> =>
    (await client.query({ text, rowMode: "array" })).rows as unknown as Cells[];
  return {
    virtualColumns: (await rows(VIRTUAL_COLUMNS)).map(tableColumn),
    mergedColumns: (await rows(MERGED_COLUMNS)).map(tableColumn),
    severalParents: (await rows(SEVERAL_PARENTS)).map((cells) => ({
      table: qualified(cells),
      parent: qualified(cells.slice(2)),
    })),
    inheritedColumns: (await rows(INHERITED_COLUMNS)).map((cells) => ({
      ...tableColumn(cells),
      expression: cells[5] === "true" ? (cells[3] ?? null) : undefined,
      setNotNull: cells[4] === "true",
    })),
    columnSettings: (await rows(COLUMN_SETTINGS)).map((cells) => ({
      ...tableColumn(cells),
      storage: cells[3] ?? null,
      compression: cells[4] ?? null,
      statistics: cells[5] ?? null,
      options: cells[6] ?? null,
    })),
    statistics: (await rows(STATISTICS)).map((cells) => ({ table: qualified(cells), sql: cells[2] ?? "" })),
    leftOut: (await rows(LEFT_OUT)).map((cells) => ({
      what: cells[0] ?? "",
      table: qualified(cells.slice(1)),
    })),
    uncovered: (await rows(UNCOVERED)).map(uncoveredNeed),
  };
}

function qualified(cells: Cells): QualifiedName {
  return { schema: cells[0] ?? "", name: cells[1] ?? "" };
}

function tableColumn(cells: Cells): TableColumn {
  return { table: qualified(cells), column: cells[2] ?? "" };
}

function uncoveredNeed([kind, name, neededKind, schema, object]: Cells): UncoveredNeed {
  const known = neededKind != null && schema != null && object != null;
  return {
    kind: kind ?? "",
    name: name ?? "",
    neededBy: known ? { kind: neededKind, name: { schema, name: object } } : null,
  };
}
