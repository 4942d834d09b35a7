import { CodedError } from "@syncline/core";
import type { DiffOptions, MoveInput } from "@syncline/engine";
import type { Place } from "../../place.ts";
import { contradiction, moveRules } from "../moves/move-choices.ts";
import { rowDiffOptions } from "../moves/row-diff-options.ts";
import { directoryScope } from "../rows/directory-scope.ts";
import type { RowsImport } from "./import-run.ts";
import { datasetOf, narrowToDataset } from "./narrow-to-dataset.ts";

/** What of a target takes part in an import, and which of it may be deleted. */
export type Narrowed = Pick<MoveInput, "diff" | "rules" | "mayDelete" | "scope"> &
  Partial<Pick<MoveInput, "isReferenced">> & { readonly target: Place };

/** @throws CodedError `usage.invalid`, `dataset.not_found`, `table.not_found`, `file.damaged` */
export async function narrow(run: RowsImport): Promise<Narrowed> {
  const { files, input, setting } = run;
  const name = input.dataset ?? files.scope?.dataset?.name;
  if (input.renumber && name !== undefined)
    throw contradiction(`--renumber moves whole tables, "${files.label}" holds roots of a dataset`);
  if (name !== undefined) return narrowToDataset(run, datasetOf(run, name));
  const { datasets } = setting.workspace.config;
  if (input.replaceAll || input.allow !== null)
    throw new CodedError("usage.invalid", `"${files.label}" holds whole tables, and no roots of a dataset.`, {
      hint: `Name the dataset with --dataset${datasets.size === 0 ? "" : `: ${[...datasets.keys()].join(", ")}`}.`,
    });
  return narrowToTables(run);
}

/** A pulled directory or an export of whole tables: what its scope covers, as for push. */
function narrowToTables(run: RowsImport): Narrowed {
  const { files, target: place, strategy, setting } = run;
  const { target, filter, mayDelete, tables } = directoryScope(files, place, []);
  if (strategy === "replace" && !mayDelete)
    setting.context.warn(`"${files.label}" does not say which rows it leaves out, so no row is deleted.`);
  return {
    target,
    diff: { ...importComparison(run), filter },
    rules: importRules(run),
    mayDelete,
    scope: scopeDocument(run, { tables, filter: files.scope?.filter ?? null }),
  };
}

export function scopeDocument({ target }: RowsImport, more: Readonly<Record<string, unknown>>) {
  return { command: "import", tenant: target.tenant, ...more };
}

export function importRules({ strategy, input, setting }: RowsImport) {
  return moveRules(strategy, input, setting.workspace.config.timestampFields);
}

export function importComparison({ input }: RowsImport): DiffOptions {
  return { ...rowDiffOptions({ filter: null, parallel: input.parallel }), targetOnly: "leave" };
}
