import type { ChangeFilter } from "./change-filter.ts";
import type { ChangeCount, PatchTables } from "./explorer-props.ts";

/** Counts of a filter that chooses whole tables are known already; null: they have to be asked for. */
export function knownCount({ tables, hash }: PatchTables, filter: ChangeFilter): ChangeCount | null {
  const { table, column, key, text, values } = filter;
  if ([column, key, text, values].some((each) => each !== undefined)) return null;
  const chosen = tables.filter(({ name }) => table === undefined || name === table);
  // The server says that there is no such table.
  if (table !== undefined && chosen.length === 0) return null;
  const sum = (kind: "insert" | "update" | "delete") =>
    chosen.reduce((total, { changes }) => total + changes[kind], 0);
  const kinds = { insert: sum("insert"), update: sum("update"), delete: sum("delete") };
  return { count: kinds.insert + kinds.update + kinds.delete, exact: true, kinds, hash };
}

/** What a count says of some of its kinds. */
export function countOfKinds(count: ChangeCount, kinds: ChangeFilter["kinds"]): ChangeCount {
  if (kinds === undefined) return count;
  const only = (kind: keyof ChangeCount["kinds"]) => (kinds.includes(kind) ? count.kinds[kind] : 0);
  const left = { insert: only("insert"), update: only("update"), delete: only("delete") };
  return { ...count, kinds: left, count: left.insert + left.update + left.delete };
}
