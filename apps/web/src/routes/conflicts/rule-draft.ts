import type { BulkRule } from "@syncline/core";
import type { Side } from "./conflict-model.ts";

/** A rule while it is put together; what is chosen for another kind of rule is kept. */
export interface RuleDraft {
  readonly kind: BulkRule["kind"];
  readonly side: Side | null;
  readonly column: string;
  readonly cells: Readonly<Record<string, Side>>;
}

export const NO_RULE: RuleDraft = { kind: "side", side: null, column: "", cells: {} };

/** Null while something is missing. */
export function ruleOf({ kind, side, column, cells }: RuleDraft): BulkRule | null {
  switch (kind) {
    case "side":
      return side === null ? null : { kind, side };
    case "newest":
      return column.trim() === "" ? null : { kind, column: column.trim() };
    case "cells":
      return Object.keys(cells).length === 0 ? null : { kind, cells };
  }
}

export function withCell(draft: RuleDraft, column: string, side: Side | null): RuleDraft {
  const { [column]: _, ...others } = draft.cells;
  return { ...draft, cells: side === null ? others : { ...others, [column]: side } };
}
