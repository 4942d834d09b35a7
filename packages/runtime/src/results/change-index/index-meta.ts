import type { DatabaseSync } from "node:sqlite";
import { CodedError, type PatchHeader, type PatchTable } from "@syncline/core";

/** What an index says of one table, by its place in the header. */
export interface TableMeta {
  readonly place: number;
  readonly table: PatchTable;
  readonly firstRank: number;
  /** The rank after its last. */
  readonly endRank: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** Updates by place of the column. */
  readonly changed: readonly (readonly [place: number, updates: number])[];
  /** Characters of the longest number in a key. */
  readonly mostDigits: number;
}

export interface IndexMeta {
  readonly header: PatchHeader;
  readonly total: number;
  readonly blocks: number;
  /** Tables with changes, in order. */
  readonly tables: readonly TableMeta[];
}

type StoredTable = Omit<TableMeta, "table">;

export function writeMeta(database: DatabaseSync, { header, total, blocks, tables }: IndexMeta): void {
  const stored: StoredTable[] = tables.map(({ table: _, ...rest }) => rest);
  const insert = database.prepare("INSERT INTO meta VALUES (?, ?)");
  for (const [name, value] of Object.entries({ header, total, blocks, tables: stored }))
    insert.run(name, JSON.stringify(value));
}

export function readMeta(database: DatabaseSync): IndexMeta {
  const found = new Map(
    database
      .prepare("SELECT name, value FROM meta")
      .all()
      .map((row) => [String(row["name"]), JSON.parse(String(row["value"])) as unknown]),
  );
  const header = found.get("header") as PatchHeader | undefined;
  if (header === undefined) throw new CodedError("file.damaged", "The index of a result is not complete.");
  const tables = (found.get("tables") as StoredTable[]).flatMap((stored) => {
    const table = header.tables[stored.place];
    return table === undefined ? [] : [{ ...stored, table }];
  });
  return { header, total: Number(found.get("total")), blocks: Number(found.get("blocks")), tables };
}
