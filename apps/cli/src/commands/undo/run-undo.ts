import { runUndo as undo } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { operationSetting } from "../operation-setting.ts";
import { parseSelections } from "../patch/selection.ts";
import type { WriteOptions } from "../patch.ts";
import { applyOptions } from "../write/apply-options.ts";
import { ConflictCollector } from "../write/conflict-collector.ts";
import { printOutcome } from "../write/print-result.ts";

interface UndoInput {
  readonly patchId: string;
  readonly target: string;
  readonly options: WriteOptions;
}

export async function runUndo(
  session: Session,
  { patchId, target: locator, options }: UndoInput,
): Promise<ExitReason> {
  const input = {
    target: locator,
    patchId,
    options: applyOptions(options),
    selections: parseSelections(options.select),
    confirm: options.confirm ?? null,
  };
  const conflicts = new ConflictCollector();
  const setting = await operationSetting(session, options);
  const { target, result } = await undo(setting, input, { onConflict: conflicts.add });
  return printOutcome(
    session,
    { verb: "undo", target, result, conflicts: conflicts.first, conflictFile: null },
    options.json === true,
  );
}
