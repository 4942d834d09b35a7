import { CodedError } from "@syncline/core";
import { assertWritable } from "@syncline/engine";
import type { WriteTarget } from "@syncline/runtime/operations";
import type { Session } from "../session.ts";
import type { WriteOptions } from "./patch.ts";

/** What was typed about whether a write is wanted. */
export type ConfirmOptions = Partial<
  Pick<WriteOptions, "dryRun" | "yes" | "confirm" | "includeCascades" | "force" | "strategy">
>;

/**
 * Asks what has to be asked before a write, then lets the guard decide. A protected target wants its name, typed or by
 * --confirm. On an open target only what overwrites or reaches beyond the patch is asked about, and only at a terminal:
 * elsewhere the option itself is the answer.
 */
export async function confirmWrite(
  session: Session,
  place: WriteTarget,
  options: ConfirmOptions,
): Promise<void> {
  const { label, protection, confirmationName } = place;
  warnOfUnknownProtection(session, place);
  const dryRun = options.dryRun === true;
  const asked =
    protection === "protected" && !dryRun && options.confirm === undefined && session.people.canAsk;
  const confirmed = asked ? await askForName(session, place) : (options.confirm ?? null);
  assertWritable({ label, protection, confirmationName, confirmed, dryRun });
  if (protection === "open" && !dryRun && options.yes !== true) await askAboutRisk(session, place, options);
}

/** A rule of a server that cannot be resolved now could concern the same database. */
function warnOfUnknownProtection({ people }: Session, { unresolvedServers }: WriteTarget): void {
  if (unresolvedServers.length === 0) return;
  const names = unresolvedServers.map((name) => `"${name}"`).join(", ");
  people.warn(`The address of ${names} cannot be read now, so a protection set there was not considered.`);
}

async function askForName(session: Session, { label, confirmationName }: WriteTarget): Promise<string> {
  session.people.say(`"${label}" is protected.`);
  const typed = await session.people.ask(`Type ${confirmationName} to write to it: `);
  return typed.trim();
}

async function askAboutRisk(
  session: Session,
  { label }: WriteTarget,
  options: ConfirmOptions,
): Promise<void> {
  const risk = describeRisk(options);
  if (risk === null || !session.people.canAsk) return;
  const answer = await session.people.ask(`This ${risk} in "${label}". Go on? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CodedError(
    "usage.confirmation_required",
    `Writing to "${label}" was not confirmed; nothing was changed.`,
    {
      hint: "Answer y, or pass --yes.",
    },
  );
}

function describeRisk({ force, strategy, includeCascades }: ConfirmOptions): string | null {
  if (force === true || strategy === "theirs") return "overwrites rows that changed since the patch was made";
  return includeCascades === true ? "may delete or change rows that the patch does not name" : null;
}
