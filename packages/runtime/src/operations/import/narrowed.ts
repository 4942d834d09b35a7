import type { DiffOptions, MoveInput } from "@syncline/engine";
import type { Place } from "../../place.ts";
import { moveRules } from "../moves/move-choices.ts";
import { rowDiffOptions } from "../moves/row-diff-options.ts";
import type { RowsImport } from "./import-run.ts";

/** What of a target takes part in an import, and which of it may be deleted. */
export type Narrowed = Pick<MoveInput, "diff" | "rules" | "mayDelete" | "scope"> &
  Partial<Pick<MoveInput, "isReferenced">> & { readonly target: Place };

export function scopeDocument({ target }: RowsImport, more: Readonly<Record<string, unknown>>) {
  return { command: "import", tenant: target.tenant, ...more };
}

export function importRules({ strategy, input, setting }: RowsImport) {
  return moveRules(strategy, input, setting.workspace.config.timestampFields);
}

export function importComparison({ input }: RowsImport): DiffOptions {
  return { ...rowDiffOptions({ filter: null, parallel: input.parallel }), targetOnly: "leave" };
}
