import { CodedError } from "@syncline/core";
import { type CopyPreview, runCopy as copy, moveStrategy } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { CopyCommandOptions } from "../copy.ts";
import { operationSetting } from "../operation-setting.ts";
import { showDifferenceFirst } from "../write/diff-first.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { writeConsent } from "../write/move-options.ts";
import { type CopyArguments, copyInput } from "./copy-input.ts";
import { printCopy } from "./print-copy.ts";

export async function runCopy(session: Session, wanted: CopyArguments): Promise<ExitReason> {
  const { options } = wanted;
  const input = await copyInput(session, wanted);
  const setting = await operationSetting(session, writeConsent(options));
  const conflicts = new MoveConflicts(session, options);
  try {
    const report = await copy(setting, input, {
      say: (text) => session.people.say(text),
      openConflicts: conflicts.open,
      beforeRows: (preview) =>
        options.diffFirst === true
          ? showDifference(session, preview, options)
          : announce(session, preview, options),
    });
    const conflictFile =
      report.method.kind === "difference" ? await conflicts.finish(report.method.result) : null;
    return await printCopy(session, { report, options, conflicts: conflicts.first, conflictFile });
  } finally {
    await conflicts.discard();
  }
}

const WHAT = {
  replace: "Rows of the target become those of the source; rows that only the target has are deleted",
  merge: "Rows are inserted and updated, none is deleted",
  "skip-existing": "Rows that the target lacks are inserted, none is changed or deleted",
  timestamp: "Rows are inserted, and updated where the source's are newer; none is deleted",
  "three-way": "Both sides' changes since the base are merged",
  interactive: "Both sides are merged, and you are asked about what differs",
} as const;

/** Says what will happen, and asks at a terminal where rows may be deleted or overwritten. */
async function announce(
  { people }: Session,
  { source, target, mayDelete }: CopyPreview,
  options: CopyCommandOptions,
): Promise<void> {
  const asked = moveStrategy(options.strategy);
  const merges = asked === "replace" && (options.incremental === true || !mayDelete);
  const strategy = merges ? "merge" : asked;
  const within =
    options.dataset === undefined
      ? ""
      : ` Only what belongs to roots of dataset ${options.dataset} takes part.`;
  people.say(`From ${source.place.label} to ${target.label}. ${WHAT[strategy]}.${within}`);
  const harmless = strategy === "skip-existing" || strategy === "interactive" || options.dryRun === true;
  if (harmless || options.yes === true || !people.canAsk) return;
  const answer = await people.ask("Go on? [y/N] ");
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw notConfirmed(target.label);
}

async function showDifference(
  session: Session,
  { compare, target }: CopyPreview,
  options: CopyCommandOptions,
): Promise<void> {
  const yes = options.yes === true || options.dryRun === true;
  const question = `Write this to "${target.label}"`;
  const differences = await compare((sides) => showDifferenceFirst(session, { ...sides, question, yes }));
  if (differences > 0 && !yes && !session.people.canAsk) throw notConfirmed(target.label);
}

function notConfirmed(label: string): CodedError {
  return new CodedError(
    "usage.confirmation_required",
    `Writing to "${label}" was not confirmed; nothing was changed.`,
    { hint: "Answer y, or pass --yes." },
  );
}
