import { undoPatch } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { confirmWrite } from "../confirm-write.ts";
import { chooseOperations, parseSelections } from "../patch/selection.ts";
import type { WriteOptions } from "../patch.ts";
import { withTarget } from "../places.ts";
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
  const wanted = applyOptions(options);
  const selections = parseSelections(options.select);
  const conflicts = new ConflictCollector();
  const { place, result } = await withTarget(
    session,
    locator,
    async ({ place, target }) => {
      const select =
        selections === null
          ? null
          : chooseOperations(selections, (await target.openInverse(patchId)).header.tables);
      const result = await undoPatch({
        target,
        patchId,
        options: wanted,
        ctx: session.context,
        onConflict: conflicts.add,
        ...(select === null ? {} : { select }),
      });
      return { place, result };
    },
    (place) => confirmWrite(session, place, options),
  );
  return printOutcome(
    session,
    { verb: "undo", target: place.label, result, conflicts: conflicts.first, conflictFile: null },
    options.json === true,
  );
}
