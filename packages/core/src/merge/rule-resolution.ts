import { compareAges } from "../move/compare-ages.ts";
import { timestampField } from "../move/decide-change.ts";
import type { MoveRules } from "../move/move-rules.ts";
import { ruleResolution } from "../move/settle-conflict.ts";
import type { PatchTable } from "../patch/patch.ts";
import type { MergeConflict, MergeResolution } from "./merge-outcome.ts";

type Rules = Pick<MoveRules, "onConflict" | "timestampFields" | "timestampSkewMs">;

/** What `--on-conflict` says to a conflict of a three-way merge; undefined leaves it open. */
export function mergeRuleResolution(
  rules: Rules,
  table: PatchTable,
  conflict: MergeConflict,
): MergeResolution | undefined {
  if (conflict.kind === "outside-scope") return undefined;
  // In a merge, no row in the base is a version like any other.
  if (rules.onConflict === "base") return "base";
  return ruleResolution({ conflict, newer: newer(rules, table, conflict) }, rules.onConflict);
}

/** A side without a row, or one whose timestamp is not known, is neither newer nor older. */
function newer(rules: Rules, table: PatchTable, { ours, theirs }: MergeConflict) {
  const field = timestampField(table, rules.timestampFields);
  if (field === null || ours === null || theirs === null) return null;
  const [source, target] = [theirs.get(field.name), ours.get(field.name)];
  if (source === undefined || target === undefined) return null;
  return compareAges({ source, target }, field.type, rules.timestampSkewMs);
}
