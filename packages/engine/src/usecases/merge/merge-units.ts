import { formatQualifiedName, type MergeUnits, type MoveRules, type QualifiedName } from "@syncline/core";
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
