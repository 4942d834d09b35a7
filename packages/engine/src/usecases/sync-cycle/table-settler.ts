import {
  type ConflictPlan,
  lastChangeFirst,
  MERGE_OUTCOMES,
  type MergeConflict,
  type MergeOutcome,
  type MergeResolution,
  mergeCountOperation,
  mergeRuleResolution,
  type PatchOperation,
  type PatchRow,
  type PatchTable,
  type SideChange,
} from "@syncline/core";
import type { BaseChange } from "../../ports/base-store.ts";
import type { KeyedChange } from "../merge/side-changes.ts";
import { conflictVersions } from "./conflict-versions.ts";
import type { Violation } from "./plan-cycle.ts";
import { rowOperation } from "./row-operations.ts";
import { settleCounts } from "./settle-counts.ts";
import { sameRow, settleRow } from "./settle-row.ts";
import type { DecidedConflict, SyncConflict, SyncCycleInput, SyncTableResult } from "./sync-contract.ts";

/** What a cycle does about one row: to both sides and to the base. */
export interface RowPlan {
  readonly name: string;
  readonly target: PatchOperation | null;
  readonly source: PatchOperation | null;
  readonly base: readonly BaseChange[];
}

export interface TableSettlerInput {
  readonly input: Pick<SyncCycleInput, "direction" | "conflicts" | "decide">;
  readonly table: PatchTable;
  readonly plan: ConflictPlan;
  readonly groups: readonly (readonly string[])[];
  /** Rows that broke a constraint in an earlier attempt, by name. */
  readonly violations: ReadonlyMap<string, Violation>;
  readonly onConflict: (conflict: SyncConflict) => void;
  readonly onDecided: (decided: DecidedConflict) => void;
}

type Counts = { inserted: number; updated: number; deleted: number };
const none = (): Counts => ({ inserted: 0, updated: 0, deleted: 0 });

/** Settles the rows of one table and counts what becomes of them. */
export class TableSettler {
  readonly #given: TableSettlerInput;
  readonly #outcomes = Object.fromEntries(MERGE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    MergeOutcome,
    number
  >;
  readonly #target = none();
  readonly #source = none();
  readonly #counts = { conflicts: 0, undecided: 0, held: 0 };

  constructor(given: TableSettlerInput) {
    this.#given = given;
  }

  result(unchanged: number): SyncTableResult {
    return {
      name: this.#given.table.name,
      outcomes: { ...this.#outcomes, unchanged },
      target: { ...this.#target },
      source: { ...this.#source },
      ...this.#counts,
    };
  }

  settle(ours: KeyedChange | undefined, theirs: KeyedChange | undefined): RowPlan | null {
    const name = ours?.name ?? theirs?.name ?? "";
    const key = ours?.key ?? theirs?.key ?? new Map();
    return key.size === 0 ? this.#settleCounts(name, ours, theirs) : this.#settleRow(name, key, ours, theirs);
  }

  #settleRow(name: string, key: PatchRow, ours?: KeyedChange, theirs?: KeyedChange): RowPlan | null {
    const { table, input, plan, groups, violations } = this.#given;
    const decided = { by: undefined as MergeResolution | undefined };
    const violation = violations.get(name);
    const { outcome, conflict, settled, rows } = settleRow({
      table,
      key,
      ours: ours?.change ?? NO_CHANGE,
      theirs: theirs?.change ?? NO_CHANGE,
      units: { granularity: plan.rules.granularity, groups },
      direction: input.direction,
      violation: violation?.kind ?? null,
      deciders: violation?.again === true ? [] : this.#deciders(name, decided),
    });
    this.#outcomes[outcome] += 1;
    if (conflict) this.#counts.conflicts += 1;
    if (settled.kind !== "merged") {
      if (settled.kind === "undecided") this.#open(name, settled.conflict, { ...settled.conflict, ...rows });
      else this.#held(name, decided.by);
      return null;
    }
    if (decided.by !== undefined) this.#given.onDecided({ table: table.name, name, state: "applied" });
    const { row } = settled;
    const target = rowOperation(table, rows.ours, row);
    const source = rowOperation(table, rows.theirs, row);
    this.#count(this.#target, target);
    this.#count(this.#source, source);
    return { name, target, source, base: baseChanges(table.name, { ...rows, row }, target !== null) };
  }

  #settleCounts(name: string, ours?: KeyedChange, theirs?: KeyedChange): RowPlan | null {
    const { table, input } = this.#given;
    const deltas = { ours: ours?.delta ?? 0, theirs: theirs?.delta ?? 0 };
    const base = theirs?.baseCount ?? ours?.baseCount ?? Math.max(0, -deltas.ours, -deltas.theirs);
    const counts = { base, ours: base + deltas.ours, theirs: base + deltas.theirs };
    const row = rowOf(theirs?.change ?? ours?.change);
    const decided = { by: undefined as MergeResolution | undefined };
    const { outcome, conflict, count, undecided } = settleCounts({
      table: table.name,
      row,
      counts,
      direction: input.direction,
      deciders: this.#deciders(name, decided),
    });
    this.#outcomes[outcome] += 1;
    if (conflict) this.#counts.conflicts += 1;
    if (count === null) {
      if (undecided !== null) this.#open(name, undecided, undecided);
      else this.#held(name, decided.by);
      return null;
    }
    if (decided.by !== undefined) this.#given.onDecided({ table: table.name, name, state: "applied" });
    const target = mergeCountOperation(table, row, { held: counts.ours, add: count - counts.ours });
    const source = mergeCountOperation(table, row, { held: counts.theirs, add: count - counts.theirs });
    this.#count(this.#target, target);
    this.#count(this.#source, source);
    const between = target === null ? base : counts.theirs;
    const steps = [
      countChange(table.name, row, "target", between - base),
      countChange(table.name, row, "both", count - between),
    ];
    return { name, target, source, base: steps.filter((change) => change !== null) };
  }

  #deciders(name: string, decided: { by: MergeResolution | undefined }) {
    const { input, plan, table } = this.#given;
    const { resolution, timestampFields, timestampSkewMs } = input.conflicts;
    const rules = {
      onConflict: plan.rules.onConflict,
      timestampFields: lastChangeFirst(timestampFields),
      timestampSkewMs,
    };
    return [
      (conflict: MergeConflict) => {
        decided.by = input.decide?.({ name, versions: conflictVersions(conflict), conflict, table });
        return decided.by;
      },
      (conflict: MergeConflict) => {
        if (resolution !== "ignore") return plan.decide(conflict, table);
        return isViolation(conflict) ? undefined : plan.decideByDetection(conflict, table);
      },
      (conflict: MergeConflict): MergeResolution | "hold" | undefined => {
        if (isViolation(conflict)) return undefined;
        return resolution === "ignore" ? "hold" : mergeRuleResolution(rules, table, conflict);
      },
    ];
  }

  #open(name: string, conflict: MergeConflict, whole: MergeConflict): void {
    this.#counts.undecided += 1;
    const { onConflict, table } = this.#given;
    onConflict({ name, versions: conflictVersions(whole), conflict, columns: table.columns });
  }

  #held(name: string, by: MergeResolution | undefined): void {
    this.#counts.held += 1;
    if (by !== undefined) this.#given.onDecided({ table: this.#given.table.name, name, state: "standing" });
  }

  #count(counts: Counts, operation: PatchOperation | null): void {
    if (operation?.op === "insert") counts.inserted += operation.count;
    if (operation?.op === "update") counts.updated += 1;
    if (operation?.op === "delete") counts.deleted += operation.count;
  }
}

const NO_CHANGE: SideChange = { kind: "none" };

function isViolation({ kind }: MergeConflict): boolean {
  return kind === "unique-violation" || kind === "missing-reference";
}

interface FourRows {
  readonly base: PatchRow | null;
  readonly theirs: PatchRow | null;
  readonly row: PatchRow | null;
}

/**
 * The base on its way to the merged row. Once the target has what the source did, the source's version is what both
 * know: if the cycle ends there, what else the target did is still the target's own change.
 */
function baseChanges(table: string, { base, theirs, row }: FourRows, writesTarget: boolean): BaseChange[] {
  const between = writesTarget ? theirs : base;
  const change = (step: BaseChange["step"], before: PatchRow | null, after: PatchRow | null) =>
    sameRow(before, after) ? [] : [{ table, step, before, after, copies: 1 }];
  return [...change("target", base, between), ...change("both", between, row)];
}

function countChange(table: string, row: PatchRow, step: BaseChange["step"], add: number): BaseChange | null {
  if (add === 0) return null;
  return { table, step, before: add < 0 ? row : null, after: add > 0 ? row : null, copies: Math.abs(add) };
}

function rowOf(change: SideChange | undefined): PatchRow {
  if (change === undefined || change.kind === "none") return new Map();
  return change.kind === "insert" ? change.row : change.before;
}
