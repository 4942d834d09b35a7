import {
  type MergeConflict,
  type MergeEffect,
  type MergeOutcome,
  type MergeResolution,
  type MergeUnits,
  mergeKey,
  mergeRowsOf,
  openConflict,
  type PatchRow,
  type PatchTable,
  resolveMerge,
  type SideChange,
} from "@syncline/core";
import type { SyncDirection } from "./sync-contract.ts";

/** What a row shall be on both sides, or why it is held as it is. */
export type SettledRow =
  | { readonly kind: "merged"; readonly row: PatchRow | null }
  /** Nobody is asked: a rule or a decision leaves the sides as they are. */
  | { readonly kind: "held" }
  | { readonly kind: "undecided"; readonly conflict: MergeConflict };

export interface RowSettlement {
  readonly outcome: MergeOutcome;
  /** Whether somebody had to decide. */
  readonly conflict: boolean;
  readonly settled: SettledRow;
  readonly rows: {
    readonly base: PatchRow | null;
    readonly ours: PatchRow | null;
    readonly theirs: PatchRow | null;
  };
}

export interface SettleRowInput {
  readonly table: PatchTable;
  /** As ours holds it, or theirs where ours has no such row. */
  readonly key: PatchRow;
  readonly ours: SideChange;
  readonly theirs: SideChange;
  readonly units: Omit<MergeUnits, "contested">;
  readonly direction: SyncDirection;
  /** The constraint that the merged row broke in an earlier attempt. */
  readonly violation: MergeConflict["kind"] | null;
  /** Asked one after another until the conflict is decided. `"hold"` holds the row. */
  readonly deciders: readonly ((conflict: MergeConflict) => MergeResolution | "hold" | undefined)[];
}

/** Merges one row of both sides. Pure, but for its deciders. */
export function settleRow(input: SettleRowInput): RowSettlement {
  const { ours, theirs, key, table, violation } = input;
  const rows = mergeRowsOf(ours, theirs);
  const merged = mergeKey({ ours, theirs, units: unitsOf(input) });
  const conflicting = /^(update|delete|insert)-/.test(merged.outcome);
  if (!conflicting && violation === null) {
    const row = applied(rows.ours, merged.effect);
    return { outcome: merged.outcome, conflict: false, rows, settled: within(input.direction, rows, row) };
  }
  const kind = violation ?? (merged.outcome as MergeConflict["kind"]);
  const conflict: MergeConflict = {
    table: table.name,
    key,
    kind,
    columns: violation === null ? merged.columns : [],
    ...rows,
  };
  const outcome = violation === null ? merged.outcome : "unique-violation";
  return { outcome, conflict: true, rows, settled: decide(input, conflict) };
}

/** One way, whatever the written side did by itself is in conflict with what the other side has. */
function unitsOf({ units, direction, ours, theirs }: SettleRowInput): MergeUnits {
  const own = direction === "source-to-target" ? ours : direction === "target-to-source" ? theirs : null;
  return own === null || own.kind === "none"
    ? { ...units, contested: false }
    : { ...units, granularity: "table", contested: true };
}

function decide(input: SettleRowInput, first: MergeConflict): SettledRow {
  let open = openConflict(input.table, first);
  for (const ask of input.deciders) {
    const resolution = ask(open.conflict);
    if (resolution === undefined) continue;
    if (resolution === "hold") return { kind: "held" };
    const resolved = resolveMerge(open, resolution);
    if (resolved.kind === "effect")
      return within(input.direction, first, applied(first.ours, resolved.effect));
    if (resolved.kind !== "open") continue;
    const row = typeof resolution === "string" ? null : resolution.row;
    open = {
      ...open,
      conflict: { ...open.conflict, columns: resolved.columns },
      taken: new Map([...open.taken, ...(row ?? [])]),
    };
  }
  return { kind: "undecided", conflict: open.conflict };
}

type Sides = Pick<RowSettlement["rows"], "ours" | "theirs">;

/** A side that is never written to keeps its row, and then there is nothing that both agree on. */
function within(direction: SyncDirection, { ours, theirs }: Sides, row: PatchRow | null): SettledRow {
  const kept = direction === "source-to-target" ? theirs : direction === "target-to-source" ? ours : row;
  return sameRow(kept, row) ? { kind: "merged", row } : { kind: "held" };
}

export function applied(row: PatchRow | null, effect: MergeEffect): PatchRow | null {
  switch (effect.kind) {
    case "keep":
      return row;
    case "insert":
      return effect.row;
    case "delete":
      return null;
    case "update":
      return new Map([...(row ?? []), ...effect.new]);
  }
}

export function sameRow(a: PatchRow | null, b: PatchRow | null): boolean {
  if (a === null || b === null) return a === b;
  for (const [column, value] of a) if (b.get(column) !== value) return false;
  return a.size === b.size;
}
