import type { ChangedColumn, RowChange, RowUpdate } from "../diff/row-change.ts";
import type { MergeResolution } from "../merge/merge-outcome.ts";
import type { PatchRow, PatchTable } from "../patch/patch.ts";
import type { MoveConflict } from "./decide-change.ts";
import type { ConflictRule } from "./move-rules.ts";

/** What a conflict became: something to write, the target's row as it is, or nobody's decision. */
export type SettledConflict =
  | { readonly kind: "write"; readonly change: RowChange }
  | { readonly kind: "held" }
  | { readonly kind: "undecided" };

/** The bulk rule as a resolution; undefined where it does not decide this conflict. */
export function ruleResolution(
  { conflict, newer }: Pick<MoveConflict, "conflict" | "newer">,
  rule: ConflictRule,
): MergeResolution | undefined {
  switch (rule) {
    case "manual":
      return undefined;
    case "source":
      return "theirs";
    case "target":
      return "ours";
    case "base":
      return conflict.base === null ? undefined : "base";
    case "newest":
      return newer === "source" ? "theirs" : newer === "target" ? "ours" : undefined;
  }
}

/** A row outside the target's scope is never written, whoever decides: only `ours` settles it. */
export function settleConflict(
  { conflict, theirs, agreed }: MoveConflict,
  resolution: MergeResolution | undefined,
  table: PatchTable,
): SettledConflict {
  if (resolution === "ours")
    return agreed.length > 0 && theirs?.kind === "update"
      ? { kind: "write", change: { ...theirs, changes: agreed } }
      : { kind: "held" };
  if (resolution === undefined || resolution === "base" || theirs === null) return { kind: "undecided" };
  if (resolution === "theirs") return { kind: "write", change: theirs };
  if (theirs.kind !== "update") return { kind: "undecided" };
  return resolution.row === null
    ? deletion(theirs, conflict.ours, table)
    : update(theirs, conflict.ours, new Map([...agreed.map(afterOf), ...resolution.row]));
}

function afterOf({ column, after }: ChangedColumn) {
  return [column, after] as const;
}

/** Only where the whole row is known. */
function deletion(theirs: RowUpdate, ours: PatchRow | null, table: PatchTable): SettledConflict {
  const before = table.columns.map(([name]) => ours?.get(name));
  if (before.includes(undefined)) return { kind: "undecided" };
  const image = before.map((value) => value ?? null);
  return {
    kind: "write",
    change: { kind: "delete", table: theirs.table, key: theirs.key, before: image, count: 1, of: 1 },
  };
}

function update(theirs: RowUpdate, ours: PatchRow | null, row: PatchRow): SettledConflict {
  const changes: ChangedColumn[] = [];
  for (const [column, after] of row) {
    const before = ours?.get(column);
    if (before === undefined) return { kind: "undecided" };
    if (before !== after) changes.push({ column, before, after });
  }
  return changes.length === 0 ? { kind: "held" } : { kind: "write", change: { ...theirs, changes } };
}
