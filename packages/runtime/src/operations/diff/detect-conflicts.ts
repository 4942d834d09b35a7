import { CodedError, lastChangeFirst, type MergeConflict, saysWhenMade } from "@syncline/core";
import { detectByTime, type LedgerEntry, mergeEndpoints } from "@syncline/engine";
import { openAnyEndpoint, openTarget } from "../../endpoint-registry.ts";
import { createChangeSpool } from "../../files/index.ts";
import { type AnyPlace, resolveAnyPlace } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { mergeRules } from "../merge/merge-rules.ts";
import type { PreparedDiff } from "./prepare-diff.ts";

export interface DetectInput {
  readonly prepared: PreparedDiff;
  /** Locator of the common ancestor; null: the last application from the source, by timestamps. */
  readonly base: string | null;
  /** Hears of every conflict. */
  readonly onConflict: (conflict: MergeConflict) => void;
}

/** How it was found out what both sides changed. */
export type ConflictBasis =
  | { readonly kind: "base"; readonly base: string }
  | { readonly kind: "last-sync"; readonly ledgerId: string; readonly at: string };

export interface DetectedConflicts {
  readonly basis: ConflictBasis;
  /** Rows that both sides changed, conflicts or not. */
  readonly bothChanged: number;
  readonly conflicts: number;
  /** Tables that could not be judged. */
  readonly notJudged: readonly string[];
}

/**
 * Tells which rows both sides changed since they were last alike. Writes nothing.
 * @throws CodedError `usage.invalid` when nothing says when they were alike
 */
export function detectConflicts(setting: OperationSetting, input: DetectInput): Promise<DetectedConflicts> {
  return input.base === null ? sinceLastSync(setting, input) : sinceBase(setting, input, input.base);
}

async function sinceBase(
  { workspace, folder, context }: OperationSetting,
  { prepared: { source, target, options }, onConflict }: DetectInput,
  text: string,
): Promise<DetectedConflicts> {
  const base = await resolveAnyPlace(workspace, text, { folder, signal: context.signal });
  const run = await mergeEndpoints({
    ctx: context,
    openBase: () => openAnyEndpoint(base, target),
    openOurs: () => openAnyEndpoint(target, source),
    openTheirs: () => openAnyEndpoint(source, target),
    diff: options,
    rules: mergeRules(workspace.config.timestampFields),
    mayDelete: true,
    createSpool: () => createChangeSpool(),
    onUndecided: onConflict,
  });
  try {
    for await (const _ of run.operations) context.signal.throwIfAborted();
    const { totals } = await run.result;
    const bothChanged = totals.conflicts + totals.outcomes["cell-merged"] + totals.outcomes.convergent;
    const basis = { kind: "base", base: base.place.label } as const;
    return { basis, bothChanged, conflicts: totals.undecided, notJudged: [] };
  } finally {
    await run.close();
  }
}

async function sinceLastSync(
  { workspace, context }: OperationSetting,
  { prepared: { source, target, options }, onConflict }: DetectInput,
): Promise<DetectedConflicts> {
  const entry = await lastSync(context.signal, source, target);
  const { conflicts, notJudged } = await detectByTime({
    ctx: context,
    openSource: () => openAnyEndpoint(source, target),
    openTarget: () => openAnyEndpoint(target, source),
    diff: options,
    since: entry.appliedAt,
    fields: lastChangeFirst(workspace.config.timestampFields).filter((field) => !saysWhenMade(field)),
    onConflict,
  });
  const basis = { kind: "last-sync", ledgerId: entry.id, at: entry.appliedAt } as const;
  return { basis, bothChanged: conflicts, conflicts, notJudged };
}

/** The newest application in the target that came from the source and stands. */
async function lastSync(signal: AbortSignal, source: AnyPlace, target: AnyPlace): Promise<LedgerEntry> {
  if (target.kind !== "live") throw nothingKnown(source, target);
  const opened = await openTarget(target.place, signal);
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
