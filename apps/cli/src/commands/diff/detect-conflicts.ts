import type { MergeConflict } from "@syncline/core";
import { CodedError } from "@syncline/core";
import { type DiffOptions, detectByTime, type LedgerEntry, mergeEndpoints } from "@syncline/engine";
import {
  type AnyPlace,
  openAnyEndpoint,
  openTarget,
  resolveAnyPlace,
  type Workspace,
} from "@syncline/runtime";
import { createChangeSpool } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import { formatMergeConflict, mergeConflictDocument } from "../write/merge-meaning.ts";
import { lastChangeFirst, moveRules } from "../write/move-options.ts";

const SHOWN = 20;

interface Detection {
  readonly session: Session;
  readonly workspace: Workspace;
  readonly source: AnyPlace;
  readonly target: AnyPlace;
  readonly base: string | undefined;
  readonly wanted: DiffOptions;
  readonly json: boolean;
}

/** How it was found out what both sides changed. */
type Basis =
  | { readonly kind: "base"; readonly base: string }
  | { readonly kind: "last-sync"; readonly ledgerId: string; readonly at: string };

interface Found {
  readonly basis: Basis;
  /** Rows that both sides changed, conflicts or not. */
  readonly bothChanged: number;
  readonly conflicts: number;
  readonly first: readonly MergeConflict[];
  /** Tables that could not be judged. */
  readonly notJudged: readonly string[];
}

/** Tells which rows both sides changed since they were last alike. Ends with 6 when some of them conflict. */
export async function detectConflicts(detection: Detection): Promise<ExitReason> {
  const found = await (detection.base === undefined
    ? sinceLastSync(detection)
    : sinceBase(detection, detection.base));
  if (detection.json) await detection.session.output.json(document(detection, found));
  else await printForPeople(detection, found);
  return found.conflicts > 0 ? "conflict" : "ok";
}

async function sinceBase(detection: Detection, text: string): Promise<Found> {
  const { session, workspace, source, target } = detection;
  const where = { folder: session.workingFolder, signal: session.context.signal };
  const base = await resolveAnyPlace(workspace, text, where);
  const first: MergeConflict[] = [];
  const run = await mergeEndpoints({
    ctx: session.context,
    openBase: () => openAnyEndpoint(base, target),
    openOurs: () => openAnyEndpoint(target, source),
    openTheirs: () => openAnyEndpoint(source, target),
    diff: detection.wanted,
    rules: moveRules("three-way", { onConflict: "manual" }, workspace.config.timestampFields),
    mayDelete: true,
    createSpool: () => createChangeSpool(),
    onUndecided: (conflict) => void (first.length < SHOWN && first.push(conflict)),
  });
  try {
    for await (const _ of run.operations) session.context.signal.throwIfAborted();
    const { totals } = await run.result;
    const bothChanged = totals.conflicts + totals.outcomes["cell-merged"] + totals.outcomes.convergent;
    const basis = { kind: "base", base: base.place.label } as const;
    return { basis, bothChanged, conflicts: totals.undecided, first, notJudged: [] };
  } finally {
    await run.close();
  }
}

async function sinceLastSync(detection: Detection): Promise<Found> {
  const { session, workspace, source, target, wanted } = detection;
  const entry = await lastSync(detection);
  const first: MergeConflict[] = [];
  const fields = lastChangeFirst(workspace.config.timestampFields).filter(
    (field) => !/^(created|inserted)/i.test(field),
  );
  const { conflicts, notJudged } = await detectByTime({
    ctx: session.context,
    openSource: () => openAnyEndpoint(source, target),
    openTarget: () => openAnyEndpoint(target, source),
    diff: wanted,
    since: entry.appliedAt,
    fields,
    onConflict: (conflict) => void (first.length < SHOWN && first.push(conflict)),
  });
  const basis = { kind: "last-sync", ledgerId: entry.id, at: entry.appliedAt } as const;
  return { basis, bothChanged: conflicts, conflicts, first, notJudged };
}

/** The newest application in the target that came from the source and stands. */
async function lastSync({ session, source, target }: Detection): Promise<LedgerEntry> {
  if (target.kind !== "live") throw nothingKnown(source, target);
  const opened = await openTarget(target.place, session.context.signal);
  try {
    for await (const entry of opened.readLedger())
      if (entry.kind === "apply" && entry.undoState === "applied" && comesFrom(entry, source)) return entry;
  } finally {
    await opened.close();
  }
  throw nothingKnown(source, target);
}

/** Tables may have been named otherwise; server and tenant say where rows came from. */
function comesFrom({ source: locator }: LedgerEntry, { place }: AnyPlace): boolean {
  const tenant = (text: string) => (text.includes("://") ? text : text.split(":").slice(0, 2).join(":"));
  return locator === place.label || tenant(locator) === tenant(place.label);
}

function nothingKnown(source: AnyPlace, target: AnyPlace): CodedError {
  return new CodedError(
    "usage.invalid",
    `Nothing says when "${source.place.label}" and "${target.place.label}" were last alike: no base is stored for them, and the target's log has no application from this source.`,
    { hint: "Name their common ancestor with --base: a database or a pulled directory." },
  );
}

function document({ source, target }: Detection, { basis, bothChanged, conflicts, first, notJudged }: Found) {
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
  { session, source, target }: Detection,
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
