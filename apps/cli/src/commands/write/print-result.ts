import type { ApplyConflict, ApplyResult } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import { countsDocument, countsInWords, shortCounts } from "../../render/counts.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { conflictDocument, formatConflict } from "./conflict-text.ts";
import { receiptDocument } from "./receipt-document.ts";

export interface WriteOutcome {
  readonly verb: "apply" | "undo";
  readonly target: string;
  readonly result: ApplyResult;
  /** The first few, for showing. */
  readonly conflicts: readonly ApplyConflict[];
  /** Where all of them were written, or null. */
  readonly conflictFile: string | null;
}

/** Prints what happened and says how the command ends. */
export async function printOutcome(
  session: Session,
  outcome: WriteOutcome,
  json: boolean,
): Promise<ExitReason> {
  if (json) await session.output.json(outcomeDocument(outcome));
  else await printForPeople(session, outcome);
  return outcome.result.conflictCount > 0 && outcome.result.outcome !== "applied" ? "conflict" : "ok";
}

function outcomeDocument({ verb, target, result, conflicts, conflictFile }: WriteOutcome) {
  return {
    action: verb,
    outcome: result.outcome,
    target,
    patch_id: result.patchId,
    ledger_id: result.ledgerId,
    receipt: receiptDocument(result.receipt),
    ...countsDocument(result.counts),
    conflicts: result.conflictCount,
    first_conflicts: conflicts.map(conflictDocument),
    conflict_file: conflictFile,
    tables: result.tables.map((table) => ({ name: table.name, ...countsDocument(table) })),
    notes: result.notes,
  };
}

async function printForPeople(session: Session, outcome: WriteOutcome): Promise<void> {
  const { output, people } = session;
  await output.line(headline(session, outcome));
  for (const line of tableLines(session, outcome.result)) await output.line(line);
  for (const conflict of outcome.conflicts) await output.line(formatConflict(conflict, session.paint));
  const hidden = outcome.result.conflictCount - outcome.conflicts.length;
  if (hidden > 0 && outcome.conflicts.length > 0) await output.line(`  … and ${formatCount(hidden)} more`);
  for (const note of outcome.result.notes) people.say(`note: ${note}`);
  for (const advice of nextSteps(outcome)) people.say(advice);
}

function headline({ paint }: Session, { verb, target, result }: WriteOutcome): string {
  const counts = countsInWords(result.counts);
  const done = verb === "apply" ? "Applied" : "Undone";
  switch (result.outcome) {
    case "applied":
      return `${paint("green", "✓")} ${done} patch ${result.patchId} on ${target}: ${counts ?? "nothing to change"}`;
    case "already-applied":
      return `${paint("green", "✓")} Nothing to do: ${target} already is as patch ${result.patchId} wants it`;
    case "dry-run":
      return result.conflictCount > 0
        ? `${paint("red", "✗")} Dry run on ${target}: ${conflictsInWords(result.conflictCount)}; nothing would be written`
        : `${paint("green", "✓")} Dry run on ${target}, rolled back: ${counts ?? "nothing to change"}`;
    case "conflicts":
      return `${paint("red", "✗")} Nothing was written to ${target}: ${conflictsInWords(result.conflictCount)} with patch ${result.patchId}`;
  }
}

function conflictsInWords(count: number): string {
  return count === 1 ? "1 row conflicts" : `${formatCount(count)} rows conflict`;
}

function tableLines({ paint }: Session, result: ApplyResult): string[] {
  const touched = result.tables.filter((table) => countsInWords(table) !== null);
  if (result.conflictCount > 0 && result.outcome !== "applied") return [];
  const rows = touched.map((table) => [`  ${table.name}`, shortCounts(table, paint), extraCounts(table)]);
  return formatColumns(rows, ["left", "left", "left"]);
}

function extraCounts({ alreadyApplied, skipped }: ApplyResult["counts"]): string {
  return countsInWords({ inserted: 0, updated: 0, deleted: 0, alreadyApplied, skipped }) ?? "";
}

function nextSteps({ verb, result, conflictFile, target }: WriteOutcome): string[] {
  const where = /[*\s"'$]/.test(target) ? `'${target}'` : target;
  if (result.outcome === "applied" && verb === "apply")
    return [`To take it back: syncline undo ${result.patchId} ${where}`];
  if (result.outcome !== "conflicts" && !(result.outcome === "dry-run" && result.conflictCount > 0))
    return [];
  if (conflictFile !== null)
    return [
      `All conflicts are in ${conflictFile}; next: syncline patch resolve ${conflictFile} --output resolved.patch`,
    ];
  const ways = "--strategy ours keeps the target's rows, --strategy theirs overwrites them";
  return [verb === "apply" ? `${ways}, --conflicts FILE writes them down to decide each` : ways];
}
