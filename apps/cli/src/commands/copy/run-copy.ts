import { CodedError } from "@syncline/core";
import { openAnyEndpoint, openEndpoint } from "@syncline/runtime";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { confirmWrite } from "../confirm-write.ts";
import { showDifferenceFirst } from "../write/diff-first.ts";
import { underNewKeys } from "../write/renumber.ts";
import { copyByDifference } from "./copy-by-difference.ts";
import { copyDefinitions } from "./copy-definitions.ts";
import { copyInBulk, printLoaded } from "./copy-in-bulk.ts";
import { type CopyArguments, type CopyPlan, planCopy, renumbered, strategyOf } from "./copy-plan.ts";
import { incrementalExtras } from "./incremental.ts";

export async function runCopy(session: Session, wanted: CopyArguments): Promise<ExitReason> {
  const plan = await planCopy(session, wanted);
  const { options, target } = plan;
  await confirmWrite(session, target, { ...options, strategy: "manual" });
  if (options.schemasOnly === true) return copyDefinitions(plan, null);
  if (options.diffFirst === true) await showDifference(plan);
  else await announce(plan);
  return options.includeSchemas === true ? copyDefinitions(plan, () => copyRows(plan)) : copyRows(plan);
}

async function copyRows(plan: CopyPlan): Promise<ExitReason> {
  if (plan.options.incremental === true) return copyByDifference(plan, await incrementalExtras(plan));
  const loaded = await copyInBulk(plan);
  if (loaded === null) return copyByDifference(plan);
  if (loaded.outcome === "copied" && loaded.instants > 1) {
    plan.session.people.say("Parts were read at different instants; comparing to bring them together.");
    return copyByDifference(plan);
  }
  return printLoaded(plan, loaded);
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
async function announce({ session, source, target, options, mayDelete, dataset }: CopyPlan): Promise<void> {
  const { people } = session;
  const asked = strategyOf(options);
  const merges = asked === "replace" && (options.incremental === true || !mayDelete);
  const strategy = merges ? "merge" : asked;
  const within =
    dataset === null ? "" : ` Only what belongs to roots of dataset ${options.dataset} takes part.`;
  people.say(`From ${source.place.label} to ${target.label}. ${WHAT[strategy]}.${within}`);
  const harmless = strategy === "skip-existing" || strategy === "interactive" || options.dryRun === true;
  if (harmless || options.yes === true || !people.canAsk) return;
  const answer = await people.ask("Go on? [y/N] ");
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw notConfirmed(target.label);
}

async function showDifference(plan: CopyPlan): Promise<void> {
  const { session, source, target, options, diff } = plan;
  const yes = options.yes === true || options.dryRun === true;
  const live = { kind: "live", place: target } as const;
  const { signal } = session.context;
  const differences = await underNewKeys(await renumbered(plan), { diff, signal }, async (translated) =>
    showDifferenceFirst(session, {
      source: await openAnyEndpoint(source, live),
      target: await openEndpoint(target),
      options: translated,
      question: `Write this to "${target.label}"`,
      yes,
    }),
  );
  if (differences > 0 && !yes && !session.people.canAsk) throw notConfirmed(target.label);
}

function notConfirmed(label: string): CodedError {
  return new CodedError(
    "usage.confirmation_required",
    `Writing to "${label}" was not confirmed; nothing was changed.`,
    { hint: "Answer y, or pass --yes." },
  );
}
