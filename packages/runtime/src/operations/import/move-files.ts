import { type MoveInput, type MoveResult, moveRows } from "@syncline/engine";
import { openEndpoint, openRowsEndpoint, openTarget } from "../../endpoint-registry.ts";
import { moveApplication } from "../moves/move-choices.ts";
import { conflictHooks } from "../moves/move-hooks.ts";
import { renumberFiles, renumbering } from "../moves/renumber.ts";
import { importBase } from "./import-base.ts";
import type { RowsImport } from "./import-run.ts";
import { narrow } from "./narrow.ts";

/** Makes rows of the target those of the files, as far as these say what they cover. */
export async function moveFiles(run: RowsImport): Promise<MoveResult> {
  const { setting, files, input, hooks } = run;
  const { target, ...narrowed } = await narrow(run);
  const conflicts = conflictHooks(hooks);
  const patchTarget = await openTarget(target, setting.context.signal);
  try {
    const openBase = await importBase(run, target);
    const about = { target, source: renumberFiles(files.label, files.scope), choices: input };
    const move = (renumber: Pick<MoveInput, "renumber">) =>
      moveRows({
        ctx: setting.context,
        openSource: () => openRowsEndpoint({ files, label: files.label, beside: target }),
        openTarget: () => openEndpoint(target),
        openBase,
        patchTarget,
        ...moveApplication(setting, input),
        ...conflicts,
        ...narrowed,
        ...renumber,
      });
    return await renumbering(about, move);
  } finally {
    await patchTarget.close();
  }
}
