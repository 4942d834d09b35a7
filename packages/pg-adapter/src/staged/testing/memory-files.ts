import type { FileRow, FileTable, RowFiles } from "@syncline/engine";

export interface MemoryTable {
  readonly name: string;
  /** Column and type, or null. */
  readonly columns: readonly (readonly [string, string | null])[];
  readonly key?: readonly string[];
  readonly rows: readonly (readonly (string | null | undefined)[])[];
  /** Indexes of rows that are only referenced. */
  readonly referenced?: readonly number[];
}

const BATCH = 100;

/** Row files in memory; row n stands in line n + 1, after a header. */
export function memoryFiles(tables: readonly MemoryTable[], label = "files"): RowFiles {
  const found = (name: string) => tables.find((each) => each.name === name) as MemoryTable;
  return {
    label,
    tables: tables.map(({ name, columns, key = [] }): FileTable => {
      return {
        name,
        columns: columns.map(([column, type]) => ({ name: column, type })),
        key,
        fingerprint: null,
      };
    }),
    scope: null,
    pathOf: (table) => `${label}/${table}.ndjson`,
    async *rows(table, signal) {
      const { rows, referenced = [] } = found(table);
      for (let from = 0; from < rows.length; from += BATCH) {
        signal.throwIfAborted();
        yield rows.slice(from, from + BATCH).map((values, index): FileRow => {
          return { values, line: from + index + 2, referenced: referenced.includes(from + index) };
        });
      }
    },
    close: async () => {},
  };
}
