import { type ConflictPlan, lastChangeFirst, type MoveRules } from "@syncline/core";

const MANUAL: ConflictPlan["rules"] = { granularity: "cell", strict: false, onConflict: "manual" };

/** Rules of a three-way merge without policies; conflicts wait for people unless said otherwise. */
export function mergeRules(
  timestampFields: readonly string[],
  decisions: ConflictPlan["rules"] = MANUAL,
): MoveRules {
  return {
    strategy: "three-way",
    fields: new Map(),
    tables: new Map(),
    timestampFields: lastChangeFirst(timestampFields),
    timestampSkewMs: 0,
    groups: new Map(),
    ...decisions,
  };
}
