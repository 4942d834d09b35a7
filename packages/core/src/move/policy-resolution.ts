import type { MergeConflict, MergeResolution } from "../merge/merge-outcome.ts";
import type { PatchTable } from "../patch/patch.ts";
import { compareAges } from "./compare-ages.ts";
import { timestampField } from "./decide-change.ts";
import { resolveField } from "./field-policy.ts";
import type { MoveRules } from "./move-rules.ts";

type Rules = Pick<MoveRules, "fields" | "timestampFields" | "timestampSkewMs">;

/**
 * What field policies say to a conflict of two versions of a row: the columns that have one, decided. Undefined where
 * none of the undecided columns has, or where one side has no row.
 */
export function policyResolution(
  conflict: MergeConflict,
  table: PatchTable,
  rules: Rules,
): MergeResolution | undefined {
  const { ours, theirs, columns, kind } = conflict;
  const policies = rules.fields.get(table.name);
  if (policies === undefined || ours === null || theirs === null || kind === "outside-scope")
    return undefined;
  const row = new Map<string, string | null>();
  for (const column of columns) {
    const policy = policies.get(column);
    const [source, target] = [theirs.get(column), ours.get(column)];
    if (policy === undefined || source === undefined || target === undefined) continue;
    const type = table.columns.find(([name]) => name === column)?.[1] ?? "";
    const sourceNewer = isSourceNewer(conflict, table, rules);
    row.set(
      column,
      resolveField(policy, { source, target, sourceNewer, type }) === "source" ? source : target,
    );
  }
  return row.size === 0 ? undefined : { row };
}

function isSourceNewer({ ours, theirs }: MergeConflict, table: PatchTable, rules: Rules): boolean | null {
  const field = timestampField(table, rules.timestampFields);
  if (field === null) return null;
  const [source, target] = [theirs?.get(field.name), ours?.get(field.name)];
  if (source === undefined || target === undefined) return null;
  const newer = compareAges({ source, target }, field.type, rules.timestampSkewMs);
  return newer === "source" ? true : newer === "target" ? false : null;
}
