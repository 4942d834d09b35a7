import { type MergeConflict, visibleText } from "@syncline/core";
import type { MoveCounts, MoveResult } from "@syncline/engine";
import type { ExitReason } from "../../exit-codes.ts";
import { shortCounts } from "../../render/counts.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { receiptDocument } from "./receipt-document.ts";

export interface MoveOutcome {
  /** What the command did, for people and scripts: `copy`, `push`, `import`. */
  readonly action: string;
  readonly source: string;
  readonly target: string;
  readonly strategy: string;
  readonly result: MoveResult;
  readonly conflicts: readonly MergeConflict[];
  /** Where all undecided conflicts were written, or null. */
  readonly conflictFile: string | null;
}

/** Prints what a move did and says how the command ends. */
export async function printMove(session: Session, outcome: MoveOutcome, json: boolean): Promise<ExitReason> {
  if (json) await session.output.json(moveDocument(outcome));
  else await printForPeople(session, outcome);
  return outcome.result.undecided > 0 ? "conflict" : "ok";
}

export function moveDocument({
  action,
  source,
  target,
  strategy,
  result,
  conflicts,
  conflictFile,
}: MoveOutcome) {
  return {
    action,
    outcome: result.outcome,
    source,
    target,
    strategy,
    method: "difference",
    ledger_id: result.ledgerId,
    receipt: receiptDocument(result.receipt),
    ...result.counts,
    undecided: result.undecided,
    first_conflicts: conflicts.map(conflictDocument),
    conflict_file: conflictFile,
    tables: result.tables,
    notes: result.notes,
  };
}

function conflictDocument({ table, key, kind, columns }: MergeConflict) {
  return { table, key: Object.fromEntries(key), kind, columns };
}

async function printForPeople(session: Session, outcome: MoveOutcome): Promise<void> {
  const { output, people, paint } = session;
  const { result, conflicts } = outcome;
  await output.line(headline(session, outcome));
  const touched = result.tables.filter((table) => wordsOf(table) !== "");
  const rows = touched.map((table) => [
    `  ${visibleText(table.name)}`,
    shortCounts(asApplied(table), paint),
    extras(table),
  ]);
  for (const line of formatColumns(rows, ["left", "left", "left"])) await output.line(line);
  for (const conflict of conflicts) await output.line(formatMoveConflict(conflict));
  const hidden = result.undecided - conflicts.length;
  if (hidden > 0 && conflicts.length > 0) await output.line(`  … and ${formatCount(hidden)} more`);
  for (const note of result.notes) people.say(`note: ${note}`);
  for (const advice of nextSteps(outcome)) people.say(advice);
}

function headline({ paint }: Session, { action, source, target, result }: MoveOutcome): string {
  const words = wordsOf(result.counts);
  const counts = words === "" ? "nothing to change" : words;
  const mark = result.undecided > 0 ? paint("yellow", "!") : paint("green", "✓");
  const way = `${source} to ${target}`;
  switch (result.outcome) {
    case "applied":
      return `${mark} ${action} ${way}: ${counts}`;
    case "already-applied":
      return `${mark} ${action} ${way}: ${counts}`;
    case "dry-run":
      return `${mark} Dry run of ${action} ${way}, rolled back: ${counts}`;
    case "conflicts":
      return `${paint("red", "✗")} Nothing was written to ${target}: ${formatCount(result.undecided)} undecided`;
  }
}

function asApplied(counts: MoveCounts) {
  return { ...counts, alreadyApplied: 0 };
}

function wordsOf({ inserted, updated, deleted, skipped, conflicts }: MoveCounts): string {
  const parts = [
    [inserted, "inserted"],
    [updated, "updated"],
    [deleted, "deleted"],
    [skipped, "kept as the target has them"],
    [conflicts, conflicts === 1 ? "conflict" : "conflicts"],
  ] as const;
  const told = parts.filter(([count]) => count > 0);
  return told.map(([count, what]) => `${formatCount(count)} ${what}`).join(", ");
}

function extras({ skipped, conflicts }: MoveCounts): string {
  return wordsOf({ inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped, conflicts });
}

const MEANINGS: Readonly<Record<MergeConflict["kind"], string>> = {
  "update-update": "differs on both sides",
  "update-delete": "is gone from the target, the source changed it",
  "delete-update": "was changed in the target, the source deleted it",
  "insert-insert": "was inserted on both sides with other values",
  "unique-violation": "would take a unique value of another row",
  "outside-scope": "exists in the target outside of what this run may change",
  "missing-reference": "refers to a row that is not there, or is referred to",
  "timestamp-tie": "differs, and its timestamps do not say which side is newer",
};

/** `  users id=7: differs on both sides (status)`; never a value but the key's. */
export function formatMoveConflict({ table, key, kind, columns }: MergeConflict): string {
  const identity = [...key].map(
    ([name, value]) => `${visibleText(name)}=${value === null ? "NULL" : visibleText(value)}`,
  );
  const named = identity.length === 0 ? "a row without a key" : identity.join(", ");
  const differing = columns.length === 0 ? "" : ` (${columns.map(visibleText).join(", ")})`;
  return `  ${visibleText(table)} ${named}: ${MEANINGS[kind]}${differing}`;
}

function nextSteps({ result, conflictFile, target }: MoveOutcome): string[] {
  const where = /[*\s"'$]/.test(target) ? `'${target}'` : target;
  const undo = result.ledgerId === null ? [] : [`To take it back: syncline undo ${result.ledgerId} ${where}`];
  if (result.undecided === 0) return undo;
  const decide =
    conflictFile === null
      ? "--on-conflict decides all alike, --conflicts FILE writes them down to decide each"
      : `All conflicts are in ${conflictFile}; next: syncline patch resolve ${conflictFile} --output resolved.patch`;
  return [...undo, decide];
}
