import type { PatchTables } from "../explorer-props.ts";

/** One changed column of one table. */
export interface ChangedColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** Updates that change it, and that change nothing else. */
  readonly updates: number;
  readonly only: number;
  /** Of the table's updates. */
  readonly share: number;
  /** Part of the key: it cannot be ignored. */
  readonly isKey: boolean;
}

/** Those that most updates change come first. */
export function changedColumns({ tables }: PatchTables, table: string | undefined): readonly ChangedColumn[] {
  return tables
    .filter(({ name }) => table === undefined || name === table)
    .flatMap((each) =>
      each.changedColumns.map(({ name, updates, only }) => ({
        table: each.name,
        name,
        type: each.columns.find((column) => column.name === name)?.type ?? "",
        updates,
        only,
        share: each.changes.update === 0 ? 0 : updates / each.changes.update,
        isKey: each.key.includes(name),
      })),
    )
    .sort((a, b) => b.updates - a.updates || b.only - a.only || a.name.localeCompare(b.name));
}

/** As a rule names it: with its table where others have a column of that name. */
export function ruleField(
  { tables }: PatchTables,
  { table, name }: Pick<ChangedColumn, "table" | "name">,
): string {
  const having = tables.filter(({ columns }) => columns.some((column) => column.name === name));
  return having.length > 1 ? `${table}.${name}` : name;
}
