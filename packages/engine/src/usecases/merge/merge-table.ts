import {
  type InsertOperation,
  MERGE_OUTCOMES,
  type MergeConflict,
  type MergeEffect,
  type MergeOutcome,
  type MergeResolution,
  type MergeUnits,
  type MoveRules,
  mergeCountOperation,
  mergeCounts,
  mergeKey,
  mergeOperation,
  mergeRowsOf,
  mergeRuleResolution,
  type OpenConflict,
  openConflict,
  type PatchOperation,
  type PatchRow,
  type PatchTable,
  policyResolution,
  resolveMerge,
  type SideChange,
} from "@syncline/core";
import type { MergeInput, MergeTableResult } from "./merge-contract.ts";
import type { FoundRow } from "./row-lookups.ts";
import type { KeyedChange } from "./side-changes.ts";

type Deciders = Pick<MergeInput, "isReferenced" | "onConflict" | "onUndecided">;

export interface TableMergeInput extends Deciders {
  readonly table: PatchTable;
  readonly rules: MoveRules;
  readonly units: MergeUnits;
  readonly mayDelete: boolean;
}

/** Merges the rows of one table and counts what became of them. */
export class TableMerge {
  readonly #input: TableMergeInput;
  readonly #columns: readonly string[];
  readonly #outcomes = Object.fromEntries(MERGE_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    MergeOutcome,
    number
  >;
  readonly #counts = { inserted: 0, updated: 0, deleted: 0, skipped: 0, conflicts: 0, undecided: 0 };

  constructor(input: TableMergeInput) {
    this.#input = input;
    this.#columns = input.table.columns.map(([name]) => name);
  }

  get result(): MergeTableResult {
    return { name: this.#input.table.name, outcomes: { ...this.#outcomes }, ...this.#counts };
  }

  /** Rows that only ours changed, and that need no look. */
  countOurs(rows: number): void {
    this.#outcomes["ours-only"] += rows;
  }

  /** The operation that makes ours the merged row, or null. */
  async merge(
    ours: KeyedChange | undefined,
    theirs: KeyedChange | undefined,
  ): Promise<PatchOperation | null> {
    const key = ours?.key ?? theirs?.key ?? new Map();
    const sides = {
      ours: this.#restrict(ours?.change),
      theirs: this.#allowed(this.#restrict(theirs?.change)),
    };
    if (theirs !== undefined && sides.theirs.kind === "none") this.#counts.skipped += 1;
    if (key.size === 0) return this.#mergeCounts(ours, sides.theirs.kind === "none" ? undefined : theirs);
    const merged = mergeKey({ ...sides, units: this.#input.units });
    this.#outcomes[merged.outcome] += 1;
    const outside = (ours?.outside === true || theirs?.outside === true) && sides.theirs.kind !== "none";
    // Rows that are only referred to stay as ours has them.
    if (outside && this.#input.isReferenced?.(this.#input.table.name, key) === true) return null;
    const held = outside && merged.outcome !== "convergent";
    const { outcome } = merged;
    if (!held && !isConflict(outcome)) return this.#write(key, merged.effect);
    const versions = { table: this.#input.table.name, key, ...mergeRowsOf(sides.ours, sides.theirs) };
    return this.#decide(
      held || !isConflict(outcome)
        ? { ...versions, kind: "outside-scope", columns: [] }
        : { ...versions, kind: outcome, columns: merged.columns },
    );
  }

  /** A row that was to be added, where ours has one with its key that the comparison did not see. */
  refuseInsert(operation: InsertOperation, { key, row }: FoundRow): Promise<PatchOperation | null> {
    const { table } = this.#input;
    const same = table.key.every((column) => key.get(column) === operation.new.get(column));
    const columns = [...operation.new.keys()].filter(
      (column) => operation.new.get(column) !== row.get(column),
    );
    this.#counts.inserted -= 1;
    this.#outcomes["theirs-only"] -= 1;
    if (same && this.#input.isReferenced?.(table.name, key) === true) {
      this.#outcomes.convergent += 1;
      return Promise.resolve(null);
    }
    this.#outcomes["insert-insert"] += 1;
    const versions = { table: table.name, key, base: null, ours: row, theirs: operation.new };
    return this.#decide(
      same
        ? { ...versions, kind: "outside-scope", columns: [] }
        : { ...versions, kind: "insert-insert", columns },
    );
  }

  /** Columns that all three places carry. */
  #restrict(change: SideChange | undefined): SideChange {
    if (change === undefined || change.kind === "none") return { kind: "none" };
    if (change.kind === "insert") return { kind: "insert", row: this.#row(change.row) };
    if (change.kind === "delete") return { kind: "delete", before: this.#row(change.before) };
    return { kind: "update", before: this.#row(change.before), after: this.#row(change.after) };
  }

  #row(row: PatchRow): PatchRow {
    return new Map(
      this.#columns.filter((name) => row.has(name)).map((name) => [name, row.get(name) ?? null]),
    );
  }

  /** What the policies of the table let theirs do at all. */
  #allowed(change: SideChange): SideChange {
    const { rules, table, mayDelete } = this.#input;
    const policy = rules.tables.get(table.name);
    if (policy === "regenerate") return { kind: "none" };
    if (policy === "insert-only" && change.kind !== "insert") return { kind: "none" };
    if (change.kind === "delete" && !mayDelete) return { kind: "none" };
    if (change.kind !== "update") return change;
    const fields = rules.fields.get(table.name) ?? new Map();
    const left = [...change.after].map(([name, value]) => [
      name,
      fields.get(name) === "never" ? (change.before.get(name) ?? null) : value,
    ]) as [string, string | null][];
    const after = new Map(left);
    const changed = left.some(([name, value]) => value !== change.before.get(name));
    return changed ? { ...change, after } : { kind: "none" };
  }

  async #mergeCounts(
    ours: KeyedChange | undefined,
    theirs: KeyedChange | undefined,
  ): Promise<PatchOperation | null> {
    const deltas = { ours: ours?.delta ?? 0, theirs: theirs?.delta ?? 0 };
    const known = theirs?.baseCount ?? ours?.baseCount ?? Math.max(0, -deltas.ours, -deltas.theirs);
    const counts = { base: known, ours: known + deltas.ours, theirs: known + deltas.theirs };
    const { granularity, contested } = this.#input.units;
    const { outcome, add } = mergeCounts(counts, granularity === "table" && contested);
    this.#outcomes[outcome] += 1;
    const row = rowOf(theirs?.change ?? ours?.change);
    if (!isConflict(outcome)) return this.#writeCounts(row, counts.ours, add);
    const image = (count: number) => (count > 0 ? row : null);
    const conflict: MergeConflict = {
      table: this.#input.table.name,
      key: new Map(),
      kind: outcome,
      columns: [],
      base: image(counts.base),
      ours: image(counts.ours),
      theirs: image(counts.theirs),
      counts,
    };
    return this.#decideCounts(conflict, row);
  }

  async #decideCounts(conflict: MergeConflict, row: PatchRow): Promise<PatchOperation | null> {
    const { table, rules, onConflict, onUndecided } = this.#input;
    this.#counts.conflicts += 1;
    const given = await onConflict?.(conflict, table);
    const chosen = typeof given === "string" ? given : mergeRuleResolution(rules, table, conflict);
    if (typeof chosen === "string" && conflict.counts !== undefined)
      return this.#writeCounts(row, conflict.counts.ours, conflict.counts[chosen] - conflict.counts.ours);
    this.#counts.undecided += 1;
    await onUndecided?.(conflict, table);
    return null;
  }

  async #decide(conflict: MergeConflict): Promise<PatchOperation | null> {
    const { table, rules, onConflict, onUndecided } = this.#input;
    this.#counts.conflicts += 1;
    let open = openConflict(table, conflict);
    const deciders: NonNullable<MergeInput["onConflict"]>[] = [
      (each) => policyResolution(each, table, rules),
      ...(onConflict === undefined ? [] : [onConflict]),
      (each) => mergeRuleResolution(rules, table, each),
    ];
    for (const ask of deciders) {
      const resolution: MergeResolution | undefined = await ask(open.conflict, table);
      if (resolution === undefined) continue;
      const resolved = resolveMerge(open, resolution);
      if (resolved.kind === "effect") return this.#write(conflict.key, resolved.effect);
      if (resolved.kind === "open") open = narrowed(open, resolved.columns, resolution);
    }
    this.#counts.undecided += 1;
    await onUndecided?.(open.conflict, table);
    return null;
  }

  #write(key: PatchRow, effect: MergeEffect): PatchOperation | null {
    return this.#count(mergeOperation(this.#input.table, key, effect));
  }

  #writeCounts(row: PatchRow, held: number, add: number): PatchOperation | null {
    return this.#count(mergeCountOperation(this.#input.table, this.#row(row), { held, add }));
  }

  #count(operation: PatchOperation | null): PatchOperation | null {
    if (operation?.op === "insert") this.#counts.inserted += operation.count;
    if (operation?.op === "update") this.#counts.updated += 1;
    if (operation?.op === "delete") this.#counts.deleted += operation.count;
    return operation;
  }
}

function isConflict(
  outcome: MergeOutcome,
): outcome is Exclude<MergeConflict["kind"], "outside-scope" | "timestamp-tie" | "missing-reference"> {
  return /^(update|delete|insert)-/.test(outcome);
}

function rowOf(change: SideChange | undefined): PatchRow {
  if (change === undefined || change.kind === "none") return new Map();
  return change.kind === "insert" ? change.row : change.before;
}

/** A row that decided some of the undecided columns: those are no longer asked about. */
function narrowed(open: OpenConflict, left: readonly string[], resolution: MergeResolution): OpenConflict {
  const decided = typeof resolution === "string" ? new Map() : (resolution.row ?? new Map());
  return {
    ...open,
    conflict: { ...open.conflict, columns: left },
    taken: new Map([...open.taken, ...decided]),
  };
}
