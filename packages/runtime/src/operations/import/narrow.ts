import { CodedError } from "@syncline/core";
import { contradiction } from "../moves/move-choices.ts";
import { directoryScope } from "../rows/directory-scope.ts";
import type { RowsImport } from "./import-run.ts";
import { datasetOf, narrowToDataset } from "./narrow-to-dataset.ts";
import { importComparison, importRules, type Narrowed, scopeDocument } from "./narrowed.ts";

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
