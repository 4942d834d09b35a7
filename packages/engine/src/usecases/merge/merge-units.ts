import {
  CodedError,
  formatQualifiedName,
  type MergeUnits,
  type MoveRules,
  type PatchTable,
  type QualifiedName,
  suggestNames,
} from "@syncline/core";
import type { ReadSnapshot } from "../../ports/read-snapshot.ts";

/** Foreign keys of several columns by their table: such columns mean something only together. */
export async function foreignKeyGroups(
  snapshot: ReadSnapshot,
): Promise<ReadonlyMap<string, readonly (readonly string[])[]>> {
  const groups = new Map<string, (readonly string[])[]>();
  for (const { table, columns } of await snapshot.foreignKeys()) {
    if (columns.length < 2) continue;
    const name = formatQualifiedName(table);
    groups.set(name, [...(groups.get(name) ?? []), columns]);
  }
  return groups;
}

export function mergeUnits(
  rules: MoveRules,
  table: { readonly name: string; readonly target: QualifiedName },
  foreignKeys: ReadonlyMap<string, readonly (readonly string[])[]>,
): Omit<MergeUnits, "contested"> {
  const own = foreignKeys.get(formatQualifiedName(table.target)) ?? [];
  return { granularity: rules.granularity, groups: [...(rules.groups.get(table.name) ?? []), ...own] };
}

/** Every group must name a merged table and its columns: a slip would merge what belongs together. */
export function assertGroups(rules: MoveRules, tables: readonly PatchTable[]): void {
  for (const [name, groups] of rules.groups) {
    const table = tables.find((each) => each.name === name);
    const hint = (what: string, known: readonly string[], kind: "tables" | "columns") => ({
      hint: suggestNames(what, known, kind),
    });
    if (table === undefined) {
      const known = tables.map((each) => each.name);
      const text = `No merged table is called "${name}", which a column group names.`;
      throw new CodedError("table.not_found", text, hint(name, known, "tables"));
    }
    const known = table.columns.map(([column]) => column);
    const missing = groups.flat().find((column) => !known.includes(column));
    if (missing === undefined) continue;
    const text = `Table "${name}" has no column "${missing}", which a column group names.`;
    throw new CodedError("column.not_found", text, hint(missing, known, "columns"));
  }
}
