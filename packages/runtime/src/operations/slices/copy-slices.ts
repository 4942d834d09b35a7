import { randomUUID } from "node:crypto";
import { CodedError, formatQualifiedName, isCodedError } from "@syncline/core";
import { type CopyPlanRecord, type CopySlice, SlicedCopy, type SlicedCopyInput } from "@syncline/engine";
import { openAnyEndpoint, openBulk, openSlicedLoad } from "../../endpoint-registry.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { loadOptions, mayLoad } from "../copy/copy-in-bulk.ts";
import type { CopyInput } from "../copy/copy-input.ts";
import { type CopyPlan, planCopy as preparePlan } from "../copy/plan-copy.ts";
import { agreeToWrite } from "../target/assert-consent.ts";
import type { HeldRun, HeldSnapshot } from "./held-runs.ts";
import {
  type CutPlan,
  NO_ROWS,
  NOTHING,
  readForm,
  type SliceCovers,
  type SliceResult,
  type SliceWork,
} from "./slice-work.ts";

const FORM = "copy-1";

interface SliceData {
  readonly form: typeof FORM;
  readonly plan: CopyPlanRecord;
  readonly slice: CopySlice;
  /** For who watches; absent in slices of older versions. */
  readonly covers?: SliceCovers;
}

interface FinishData {
  readonly form: typeof FORM;
  readonly plan: CopyPlanRecord;
}

const VISIBLE_NOTE =
  "The tables were loaded in slices: rows were visible as soon as their slice was committed, before the copy was complete.";

/** Cuts a copy into empty tables; null where it is better done in one piece, with nothing written and nothing open. */
export async function planCopy(
  work: SliceWork,
  input: CopyInput,
  slices: number | "auto",
): Promise<CutPlan | null> {
  const { setting } = work;
  const { fence } = setting;
  if (slices === 1 || fence === null || input.definitions !== "none" || input.singleTransaction) return null;
  const prepared = await prepare(setting, input);
  if (!mayLoad(prepared)) return null;
  await agreeToWrite(setting, { action: "copy", target: prepared.target, dryRun: false });
  const loadId = randomUUID();
  const begun = await SlicedCopy.begin(await inputOf(setting, prepared), { loadId, fence, slices });
  if (begun.kind === "unsuitable") return null;
  const { copy, plan } = begun;
  const held = heldCopy(copy, { prepared, opener: true });
  try {
    await work.held.keep(loadId, work.board(loadId), held);
  } catch (error) {
    await held.close({ keep: false });
    throw error;
  }
  const finish: FinishData = { form: FORM, plan };
  return {
    slices: begun.slices.map(
      (slice): SliceData => ({
        form: FORM,
        plan,
        slice,
        covers: { tables: [formatQualifiedName(slice.table)] },
      }),
    ),
    finish,
    data: { planId: loadId },
    notes: [...begun.notes, VISIBLE_NOTE],
  };
}

/** Loads one slice, once however often it is done. */
export async function sliceCopy(work: SliceWork, input: CopyInput): Promise<SliceResult> {
  const { setting, unit } = work;
  const { plan, slice } = readForm<SliceData>(unit.slice, FORM);
  return withCopy(work, { input, plan, reads: true }, async ({ copy, opener }) => {
    setting.reached?.("reading");
    if (opener) setting.reached?.("holder-lost");
    const claim = { unitId: unit.id, token: unit.token };
    const { rows, bytes } = await copy.copySlice(slice, claim, setting.context);
    setting.reached?.("slice-committed");
    // Rows count once the copy is whole: those of one that is given up are removed again.
    return { data: { form: FORM }, rows, bytes, summary: { ...NOTHING, bytes } };
  });
}

/** Makes indexes and foreign keys and records the load. */
export async function finishCopy(work: SliceWork, input: CopyInput): Promise<OperationReport> {
  const { setting, unit } = work;
  const { plan } = readForm<FinishData>(unit.slice, FORM);
  return withCopy(work, { input, plan, reads: false }, async ({ copy, prepared }) => {
    const { ledgerId, notes, tables } = await copy.finish(plan, {
      claim: { unitId: unit.id, token: unit.token },
      record: {
        source: prepared.source.place.label,
        target: prepared.target.label,
        actor: setting.context.actor,
      },
      ctx: setting.context,
    });
    setting.reached?.("rows-committed");
    const inserted = tables.reduce((sum, { rows }) => sum + rows, 0);
    return {
      ...NOTHING,
      counts: { ...NO_ROWS, inserted },
      tables: tables.map(({ table, rows }) => ({ name: formatQualifiedName(table), inserted: rows })),
      ledgerIds: [ledgerId],
      notes,
    };
  });
}

/** Removes what a copy left that nobody works on any more: its run was cancelled while all who took part were gone. */
export async function giveUpCopy({ setting }: Pick<SliceWork, "setting">, input: CopyInput): Promise<void> {
  const prepared = await prepare(setting, input);
  const target = openBulk(prepared.target);
  try {
    await target.recover(setting.context.signal, setting.fence);
  } finally {
    await target.close();
  }
}

interface CopyOf {
  readonly input: CopyInput;
  readonly plan: CopyPlanRecord;
  /** Whether rows are read, at the instant that all share. */
  readonly reads: boolean;
}

/** Works with the copy that is open here, or joins it. */
async function withCopy<Result>(
  work: SliceWork,
  { input, plan, reads }: CopyOf,
  use: (held: HeldCopy) => Promise<Result>,
): Promise<Result> {
  const { setting, held, board } = work;
  const join = async (snapshots: readonly HeldSnapshot[]) => {
    const instant = snapshots.find(({ side }) => side === "source")?.snapshotId ?? null;
    if (reads && instant === null) throw instantLost();
    const prepared = await prepare(setting, input);
    await agreeToWrite(setting, { action: "copy", target: prepared.target, dryRun: false });
    const copy = await SlicedCopy.join(await inputOf(setting, prepared), plan, reads ? instant : null);
    return heldCopy(copy, { prepared, opener: false });
  };
  try {
    return await held.use({ planId: plan.loadId, board: board(plan.loadId), reads, join }, use);
  } catch (error) {
    // Those who still work on it are left alone; after the last of them nobody else may come by.
    if (isCodedError(error) && error.code === "run.instant_lost")
      await giveUpCopy(work, input).catch((failure) => setting.context.warn(describeFailure(failure)));
    throw error;
  }
}

function describeFailure(failure: unknown): string {
  const why = isCodedError(failure) ? `: ${failure.message}` : "";
  return `What the copy had written was not removed yet; whoever writes to the target next does it${why}`;
}

function prepare(setting: OperationSetting, input: CopyInput): Promise<CopyPlan> {
  return preparePlan({ setting, input, hooks: {}, say: () => {} });
}

interface HeldCopy extends HeldRun {
  readonly copy: SlicedCopy;
  readonly prepared: CopyPlan;
}

function heldCopy(copy: SlicedCopy, more: Pick<HeldCopy, "prepared" | "opener">): HeldCopy {
  return {
    copy,
    ...more,
    snapshots: copy.instant === null ? [] : [{ side: "source", snapshotId: copy.instant }],
    broken: () => copy.broken,
    close: (options) => copy.close(options),
  };
}

/** Outlives the unit that opens it, so the unit's signal must not end it. */
async function inputOf({ context }: OperationSetting, plan: CopyPlan): Promise<SlicedCopyInput> {
  return {
    ctx: { ...context, signal: new AbortController().signal },
    source: await openAnyEndpoint(plan.source, null),
    target: openBulk(plan.target),
    slicedTarget: openSlicedLoad(plan.target),
    options: loadOptions(plan),
  };
}

function instantLost(): CodedError {
  return new CodedError("run.instant_lost", "The instant that the run reads is not held any more.", {
    hint: "It is planned anew, at a new instant, by the next attempt.",
    retryable: true,
  });
}
