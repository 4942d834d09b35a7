import type { RowChange } from "../row-change.ts";
import { ValueDisplay } from "./display-value.ts";
import type { RenderInput, RenderTable } from "./render-input.ts";

/** A change with its table and the way to show its values. */
export interface TableChange {
  readonly change: RowChange;
  readonly table: RenderTable;
  readonly display: ValueDisplay;
  /** Whether the table differs from the one before. */
  readonly first: boolean;
}

/** The changes with their tables looked up. */
export async function* withTables(input: RenderInput): AsyncGenerator<TableChange> {
  const displays = input.tables.map((table) => new ValueDisplay(table.patchTable));
  let current = -1;
  for await (const change of input.changes) {
    const table = input.tables[change.table];
    const display = displays[change.table];
    if (table === undefined || display === undefined) continue;
    yield { change, table, display, first: change.table !== current };
    current = change.table;
  }
}

/** `id=17`; for rows without a key how many identical ones. */
export function rowTitle({ change, table, display }: TableChange): string {
  if (table.patchTable.key.length > 0) return display.key(table.patchTable.key, change.key);
  const count = change.kind === "update" ? 1 : change.count;
  const of = change.kind === "delete" && change.of > change.count ? ` of ${change.of}` : "";
  return `${count}${of} × row without key`;
}
