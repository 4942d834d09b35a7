import type { MergeConflict } from "@syncline/core";
import {
  type DetectedConflicts,
  detectConflicts,
  type OperationSetting,
  type PreparedDiff,
} from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { formatMergeConflict, mergeConflictDocument } from "../write/merge-meaning.ts";

const SHOWN = 20;

interface Detection {
  readonly session: Session;
  readonly setting: OperationSetting;
  readonly prepared: PreparedDiff;
  readonly base: string | null;
  readonly json: boolean;
}

interface Found extends DetectedConflicts {
  readonly first: readonly MergeConflict[];
}

/** Shows which rows both sides changed since they were last alike. Ends with 6 when some of them conflict. */
export async function showConflicts(detection: Detection): Promise<ExitReason> {
  const { session, setting, prepared, base, json } = detection;
  const first: MergeConflict[] = [];
  const onConflict = (conflict: MergeConflict) => void (first.length < SHOWN && first.push(conflict));
  const found = { ...(await detectConflicts(setting, { prepared, base, onConflict })), first };
  if (json) await session.output.json(document(detection, found));
  else await printForPeople(detection, found);
  return found.conflicts > 0 ? "conflict" : "ok";
}

function document(
  { prepared: { source, target } }: Detection,
  { basis, bothChanged, conflicts, first, notJudged }: Found,
) {
  return {
    action: "detect-conflicts",
    source: source.place.label,
    target: target.place.label,
    basis:
      basis.kind === "base"
        ? { kind: basis.kind, base: basis.base }
        : { kind: basis.kind, ledger_id: basis.ledgerId, at: basis.at },
    both_changed: bothChanged,
    conflicts,
    first_conflicts: first.map(mergeConflictDocument),
    not_judged: notJudged,
  };
}

async function printForPeople(
  { session, prepared: { source, target } }: Detection,
  { basis, bothChanged, conflicts, first, notJudged }: Found,
): Promise<void> {
  const { output, people, paint } = session;
  people.say(
    basis.kind === "base"
      ? `Compared with the base ${basis.base}.`
      : `No base is given or stored: rows whose timestamps on both sides are later than the last application from this source (${basis.at}, ${basis.ledgerId}). Deleted and added rows cannot be judged this way.`,
  );
  for (const table of notJudged)
    people.warn(`Table "${table}" has no timestamp field, so it was not looked at.`);
  const sign = conflicts > 0 ? paint("red", "✗") : paint("green", "✓");
  const rows = bothChanged === 1 ? "1 row was" : `${formatCount(bothChanged)} rows were`;
  await output.line(
    `${sign} ${rows} changed in ${source.place.label} and in ${target.place.label}; ${formatCount(conflicts)} ${conflicts === 1 ? "conflicts" : "conflict"}`,
  );
  for (const conflict of first) await output.line(formatMergeConflict(conflict, paint));
  if (conflicts > first.length) await output.line(`  … and ${formatCount(conflicts - first.length)} more`);
}
