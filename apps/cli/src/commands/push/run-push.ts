import { CodedError } from "@syncline/core";
import { type Landing, moveStrategy, type PushPreview, runPush as push } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { operationSetting } from "../operation-setting.ts";
import { directoryPlace } from "../places.ts";
import type { PushCommandOptions } from "../push.ts";
import { showDifferenceFirst } from "../write/diff-first.ts";
import { MoveConflicts } from "../write/move-conflicts.ts";
import { moveChoices, writeConsent } from "../write/move-options.ts";
import { printMove } from "../write/print-move.ts";

interface PushArguments {
  readonly directory: string;
  readonly target: string;
  readonly options: PushCommandOptions;
}

export async function runPush(
  session: Session,
  { directory, target, options }: PushArguments,
): Promise<ExitReason> {
  const strategy = landingOf(options);
  const conflicts = new MoveConflicts(session, { ...options, strategy });
  const input = {
    ...moveChoices(options),
    directory: directoryPlace(session, directory),
    target,
    strategy,
    base: options.base ?? null,
    tables: options.schema ?? [],
    edited: options.edited === true,
    parallel: options.parallel,
  };
  const setting = await operationSetting(session, writeConsent(options));
  try {
    const report = await push(setting, input, {
      say: (text) => session.people.say(text),
      openConflicts: conflicts.open,
      beforeRows: async (preview) => {
        if (options.diffFirst === true) await showDifference(session, preview, options);
      },
    });
    const { result } = report;
    const conflictFile = await conflicts.finish(result);
    const about = {
      action: "push",
      source: input.directory.label,
      target: report.target,
      strategy: moveStrategy(strategy),
    };
    const outcome = { ...about, result, conflictFile, conflicts: conflicts.first };
    return await printMove(session, outcome, options.json === true);
  } finally {
    await conflicts.discard();
  }
}

function landingOf({ merge, strategy }: PushCommandOptions): Landing {
  if (merge === true && strategy !== undefined && strategy !== "merge")
    throw new CodedError("usage.invalid", `--merge and --strategy ${strategy} contradict each other.`, {
      hint: "Leave one of the two out.",
    });
  return merge === true ? "merge" : (strategy ?? "replace");
}

async function showDifference(
  session: Session,
  { compare, target }: PushPreview,
  options: PushCommandOptions,
): Promise<void> {
  const yes = options.yes === true || options.dryRun === true;
  const question = `Write this to "${target.label}"`;
  const differences = await compare((sides) => showDifferenceFirst(session, { ...sides, question, yes }));
  if (differences === 0 || yes || session.people.canAsk) return;
  throw new CodedError(
    "usage.confirmation_required",
    `Writing to "${target.label}" was not confirmed; nothing was changed.`,
    { hint: "Answer y, or pass --yes." },
  );
}
