import { applyPatch } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { confirmWrite } from "../confirm-write.ts";
import type { ApplyCommandOptions } from "../patch.ts";
import { withTarget } from "../places.ts";
import { applyOptions } from "../write/apply-options.ts";
import { ConflictCollector } from "../write/conflict-collector.ts";
import { printOutcome, type WriteOutcome } from "../write/print-result.ts";
import { withPatch } from "./open-patch.ts";
import { patchInput } from "./patch-input.ts";
import { parseSelections } from "./selection.ts";

interface ApplyInput {
  readonly file: string;
  readonly target: string;
  readonly options: ApplyCommandOptions;
}

export async function runApply(
  session: Session,
  { file, target: locator, options }: ApplyInput,
): Promise<ExitReason> {
  const wanted = applyOptions(options);
  const select = parseSelections(options.select);
  const conflicts = new ConflictCollector();
  const outcome = await withPatch(session, file, (file) =>
    withTarget(
      session,
      locator,
      async ({ place, target }): Promise<WriteOutcome> => {
        const patch = patchInput(file, {
          context: session.context,
          reverse: options.reverse === true,
          select,
        });
        const result = await applyPatch({
          target,
          patch,
          options: wanted,
          ctx: session.context,
          onConflict: conflicts.add,
        });
        return { verb: "apply", target: place.label, result, conflicts: conflicts.first, conflictFile: null };
      },
      (place) => confirmWrite(session, place, options),
    ),
  );
  return printOutcome(session, outcome, options.json === true);
}
