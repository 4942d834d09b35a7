import type { ChangedColumn, RowChange, RowUpdate } from "../diff/row-change.ts";
import type { MergeConflict } from "../merge/merge-outcome.ts";
import type { PatchRow, PatchTable } from "../patch/patch.ts";
import type { RowImage } from "../values/row-value.ts";
import { compareAges, isAgeType, type Newer } from "./compare-ages.ts";
import { resolveField } from "./field-policy.ts";
import type { FieldPolicy, MoveRules } from "./move-rules.ts";

/** What becomes of one difference of two places under the rules of a move. */
export type MoveDecision =
  /** Written. */
  | { readonly kind: "write"; readonly change: RowChange }
  /** The target's row stays because of a policy or the strategy; counted as skipped. */
  | { readonly kind: "held" }
  /** Nothing that this move is about. */
  | { readonly kind: "none" }
  | MoveConflict;

export interface MoveConflict {
  readonly kind: "conflict";
  readonly conflict: MergeConflict;
  /** What the source's side would write; null when nothing can be written whoever decides. */
  readonly theirs: RowChange | null;
  /** Columns that policies gave to the source already: written whoever wins the others. */
  readonly agreed: readonly ChangedColumn[];
  /** Which side was changed later, for `newest`. */
  readonly newer: Newer;
}

export interface DecideContext {
  readonly table: PatchTable;
  readonly rules: MoveRules;
  /** Whether rows that only the target has may be deleted. */
  readonly mayDelete: boolean;
}

/** Two-way strategies: source and target, no base. */
export function decideChange(change: RowChange, context: DecideContext): MoveDecision {
  const policy = context.rules.tables.get(context.table.name);
  if (policy === "regenerate") return { kind: "none" };
  if (change.kind === "update" && change.outside === true) return outsideScope(change, context);
  if (change.kind === "insert") return { kind: "write", change };
  if (policy === "insert-only") return change.kind === "update" ? { kind: "held" } : { kind: "none" };
  return change.kind === "update" ? decideUpdate(change, context) : decideDelete(change, context);
}

function decideDelete(change: RowChange, { rules, mayDelete }: DecideContext): MoveDecision {
  return mayDelete && rules.strategy === "replace" ? { kind: "write", change } : { kind: "none" };
}

function decideUpdate(change: RowUpdate, context: DecideContext): MoveDecision {
  switch (context.rules.strategy) {
    case "replace":
    case "merge":
      return withPolicies(change, context);
    case "skip-existing":
      return { kind: "held" };
    case "timestamp":
      return byAge(change, context);
    case "interactive":
    case "three-way":
      return unlessByPolicy(change, context, "update-update");
  }
}

/** A conflict about the columns that no policy decides. */
function unlessByPolicy(
  change: RowUpdate,
  context: DecideContext,
  kind: MergeConflict["kind"],
): MoveDecision {
  const undecided = change.changes.filter(({ column }) => policyOf(column, context) === undefined);
  if (undecided.length === 0) return withPolicies(change, context, "target");
  const agreed = change.changes.filter((column) => fieldWinner(column, change, context) === "source");
  const conflict = conflictOf(change, context, kind);
  return {
    ...conflict,
    conflict: { ...conflict.conflict, columns: undecided.map(({ column }) => column) },
    theirs: { ...change, changes: [...undecided, ...agreed] },
    agreed,
  };
}

/** The newer row wins in the columns that no policy decides. */
function byAge(change: RowUpdate, context: DecideContext): MoveDecision {
  const newer = newerSide(change, context);
  if (newer === "source" || newer === "target") return withPolicies(change, context, newer);
  return unlessByPolicy(change, context, "timestamp-tie");
}

/** By the first timestamp field that the table has; a value that both sides share is a tie. */
export function newerSide(
  change: RowUpdate,
  { table, rules }: Pick<DecideContext, "table" | "rules">,
): Newer {
  const field = timestampField(table, rules.timestampFields);
  if (field === null) return null;
  const values = [...change.changes, ...(change.along ?? [])].find(({ column }) => column === field.name);
  if (values === undefined) return "tie";
  return compareAges({ source: values.after, target: values.before }, field.type, rules.timestampSkewMs);
}

/** The column that says when rows of this table were changed last, or null. */
export function timestampField(
  table: PatchTable,
  fields: readonly string[],
): { readonly name: string; readonly type: string } | null {
  for (const name of fields) {
    const column = table.columns.find(([each, type]) => each === name && isAgeType(type));
    if (column !== undefined) return { name, type: column[1] };
  }
  return null;
}

/** The update with the columns in which the source wins; `winner` wins where there is no policy. */
function withPolicies(
  change: RowUpdate,
  context: DecideContext,
  winner: "source" | "target" = "source",
): MoveDecision {
  const changes = change.changes.filter(
    (column) => (fieldWinner(column, change, context) ?? winner) === "source",
  );
  if (changes.length === change.changes.length) return { kind: "write", change };
  return changes.length === 0 ? { kind: "held" } : { kind: "write", change: { ...change, changes } };
}

/** The side that wins a column by its policy; undefined where it has none. */
function fieldWinner(
  { column, before, after }: ChangedColumn,
  change: RowUpdate,
  context: DecideContext,
): "source" | "target" | undefined {
  const policy = policyOf(column, context);
  if (policy === undefined) return undefined;
  const newer = newerSide(change, context);
  const sourceNewer = newer === "source" ? true : newer === "target" ? false : null;
  const type = context.table.columns.find(([name]) => name === column)?.[1] ?? "";
  return resolveField(policy, { source: after, target: before, sourceNewer, type });
}

function policyOf(column: string, { table, rules }: DecideContext): FieldPolicy | undefined {
  return rules.fields.get(table.name)?.get(column);
}

function outsideScope(change: RowUpdate, context: DecideContext): MoveConflict {
  return { ...conflictOf(change, context, "outside-scope"), theirs: null };
}

function conflictOf(change: RowUpdate, context: DecideContext, kind: MergeConflict["kind"]): MoveConflict {
  const { table } = context;
  const columns = change.changes.map(({ column }) => column);
  return {
    kind: "conflict",
    conflict: {
      table: table.name,
      key: rowOf(table.key, change.key),
      kind,
      columns,
      base: null,
      ours: sideOf(change, "before"),
      theirs: sideOf(change, "after"),
    },
    theirs: change,
    agreed: [],
    newer: newerSide(change, context),
  };
}

/** Whole rows where the comparison carried all columns along, else those that differ. */
function sideOf({ changes, along }: RowUpdate, side: "before" | "after"): PatchRow {
  return new Map([...(along ?? []), ...changes].map((column) => [column.column, column[side]]));
}

function rowOf(columns: readonly string[], image: RowImage): PatchRow {
  return new Map(columns.map((column, index) => [column, image[index] ?? null]));
}
