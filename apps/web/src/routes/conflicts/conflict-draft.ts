import {
  type MergeResolution,
  openConflict,
  type PatchRow,
  type ResolvedMerge,
  type RowValue,
  resolveMerge,
} from "@syncline/core";
import type { ConflictModel, Side } from "./conflict-model.ts";

/** Where one column's value comes from. */
export type Pick = { readonly from: Side } | { readonly typed: RowValue };

/** What somebody is about to decide: a whole side, no row, or column by column. */
export type Draft =
  | { readonly kind: "side"; readonly side: Side }
  | { readonly kind: "no-row" }
  | { readonly kind: "cells"; readonly picks: ReadonlyMap<string, Pick> };

export const EMPTY_DRAFT: Draft = { kind: "cells", picks: new Map() };

export function isEmptyDraft(draft: Draft): boolean {
  return draft.kind === "cells" && draft.picks.size === 0;
}

/** The draft with one column chosen; a side that was chosen before stays for the other columns. */
export function withPick(model: ConflictModel, draft: Draft, column: string, pick: Pick): Draft {
  // A row that one side has not comes whole or not at all, until a value of it is changed.
  if ("from" in pick && isEmptyDraft(draft) && isOneSided(model)) return { kind: "side", side: pick.from };
  const picks = new Map<string, Pick>(draft.kind === "cells" ? draft.picks : []);
  if (draft.kind === "side")
    for (const name of model.open)
      if (valueOn(model, draft.side, name) !== undefined) picks.set(name, { from: draft.side });
  picks.set(column, pick);
  return { kind: "cells", picks };
}

function isOneSided({ conflict }: ConflictModel): boolean {
  return conflict.ours === null || conflict.theirs === null;
}

/** Undefined where it is not known, or there is no row. */
export function valueOn({ conflict }: ConflictModel, side: Side, column: string): RowValue | undefined {
  return conflict[side]?.get(column);
}

/** What is chosen of a column; undefined when nothing is. */
export function pickedValue(model: ConflictModel, draft: Draft, column: string): RowValue | undefined {
  if (draft.kind === "no-row") return undefined;
  if (draft.kind === "side") return valueOn(model, draft.side, column);
  const pick = draft.picks.get(column);
  if (pick === undefined) return undefined;
  return "typed" in pick ? pick.typed : valueOn(model, pick.from, column);
}

/** The choice as the server takes it. */
export type ChoiceBody =
  | { readonly choice: Side }
  | { readonly choice: "row"; readonly row: Readonly<Record<string, RowValue>> | null };

export type DraftState =
  /** Nothing to be sent yet: these columns wait. */
  | { readonly kind: "open"; readonly columns: readonly string[] }
  | { readonly kind: "impossible"; readonly reason: string }
  /** Null: no row is left. */
  | { readonly kind: "ready"; readonly body: ChoiceBody; readonly result: PatchRow | null };

/** What a draft amounts to, by the rules by which the run will carry it out. */
export function stateOf(model: ConflictModel, draft: Draft): DraftState {
  const { conflict, refused, whole } = model;
  const reason = draft.kind === "side" ? refused.get(draft.side) : undefined;
  if (reason !== undefined) return { kind: "impossible", reason };
  if (whole) return wholeState(model, draft);
  if (draft.kind === "side") return resolved(model, draft.side, { choice: draft.side });
  if (draft.kind === "no-row")
    return conflict.ours === null
      ? resolved(model, "ours", { choice: "ours" })
      : resolved(model, { row: null }, { choice: "row", row: null });
  const waiting = waitingColumns(model, draft.picks);
  if (waiting.length > 0) return { kind: "open", columns: waiting };
  const only = onlySide(model, draft.picks);
  if (only !== null) return resolved(model, only, { choice: only });
  const row = rowOf(model, draft);
  return resolved(model, { row }, { choice: "row", row: Object.fromEntries(row) });
}

function waitingColumns(model: ConflictModel, picks: ReadonlyMap<string, Pick>): readonly string[] {
  const { open } = model;
  // It is either gone, or wholly there with what is typed into it.
  if (isOneSided(model)) return picks.size === 0 ? open : [];
  return open.filter((column) => !picks.has(column));
}

/** All columns from one side is that side. */
function onlySide(model: ConflictModel, picks: ReadonlyMap<string, Pick>): Side | null {
  const { open, conflict } = model;
  if (isOneSided(model) || picks.size !== open.length) return null;
  // Of rows without undecided columns, the rest of a side would come along.
  if (conflict.columns.length === 0) return null;
  const sides = new Set(open.map((column) => sideOf(picks.get(column))));
  const [only] = sides;
  return sides.size === 1 ? (only ?? null) : null;
}

const sideOf = (pick: Pick | undefined): Side | null =>
  pick !== undefined && "from" in pick ? pick.from : null;

function rowOf(model: ConflictModel, draft: Draft & { readonly kind: "cells" }): PatchRow {
  const { conflict, table } = model;
  const chosen = [...draft.picks.keys()].flatMap((column) => {
    const value = pickedValue(model, draft, column);
    return value === undefined ? [] : [[column, value] as const];
  });
  if (conflict.ours !== null) return new Map(chosen);
  // A row that is put back has to be whole: the rest is as theirs has it, or had it before.
  const whole = table.columns.flatMap(([column]) => {
    const value = conflict.theirs?.get(column) ?? conflict.base?.get(column) ?? conflict.key.get(column);
    return value === undefined ? [] : [[column, value] as const];
  });
  return new Map([...whole, ...chosen]);
}

function resolved(model: ConflictModel, resolution: MergeResolution, body: ChoiceBody): DraftState {
  const merge = resolveMerge(openConflict(model.table, model.conflict), resolution);
  switch (merge.kind) {
    case "open":
      return { kind: "open", columns: merge.columns };
    case "impossible":
      return { kind: "impossible", reason: merge.reason };
    case "effect":
      return { kind: "ready", body, result: applied(model.conflict.ours, merge.effect) };
  }
}

type Effect = Extract<ResolvedMerge, { readonly kind: "effect" }>["effect"];

function applied(ours: PatchRow | null, effect: Effect): PatchRow | null {
  switch (effect.kind) {
    case "keep":
      return ours;
    case "insert":
      return effect.row;
    case "update":
      return new Map([...(ours ?? []), ...effect.new]);
    case "delete":
      return null;
  }
}

/** Rows without a key are as many as on one of the sides. */
function wholeState({ conflict }: ConflictModel, draft: Draft): DraftState {
  if (draft.kind !== "side") return { kind: "open", columns: [] };
  return { kind: "ready", body: { choice: draft.side }, result: conflict[draft.side] };
}
