import { randomUUID } from "node:crypto";
import { CodedError, type PatchHeader } from "@syncline/core";
import {
  type DiffInput,
  type DiffSlice,
  joinTables,
  type RunContext,
  SlicedDiff,
  type SliceTableRecord,
  sliceRecords,
} from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import { openAnyEndpoint } from "../../endpoint-registry.ts";
import type { StoredResult } from "../../results/index.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { mayStop } from "../diff/comparison.ts";
import { comparisonOfJob } from "../diff/comparison-job.ts";
import { diffHeader } from "../diff/diff-patch.ts";
import { rowCounts } from "../diff/diff-report.ts";
import { type PreparedDiff, prepareDiff } from "../diff/prepare-diff.ts";
import type { HeldRun, HeldSnapshot } from "./held-runs.ts";
import {
  type CutPlan,
  type DiffSliceWork,
  NO_ROWS,
  NOTHING,
  readForm,
  type SliceCovers,
  type SliceResult,
  type SliceWork,
} from "./slice-work.ts";

const FORM = "diff-1";

interface SliceData {
  readonly form: typeof FORM;
  readonly planId: string;
  readonly slice: DiffSlice;
  /** For who watches; absent in slices of older versions. */
  readonly covers?: SliceCovers;
}

interface FinishData {
  readonly form: typeof FORM;
  readonly header: PatchHeader;
  /** Row hash algorithm of the checksums. */
  readonly hash: string;
}

/** What a slice says of its part. */
interface PartData {
  readonly form: typeof FORM;
  readonly records: readonly SliceTableRecord[];
  /** Null where nothing differs. */
  readonly objectKey: string | null;
}

/** Cuts a comparison; null where it is better done in one piece, with nothing left open. */
export async function planDiff(work: SliceWork, job: JobOf<"diff">): Promise<CutPlan | null> {
  const { setting } = work;
  const prepared = await prepareDiff(setting, comparisonOfJob(job, "all"));
  if (!mayBeCut(prepared, job)) return null;
  const diff = await SlicedDiff.open(await inputOf(setting, prepared), null);
  const planId = randomUUID();
  const held = heldDiff(diff, { prepared, opener: true });
  try {
    const slices = held.snapshots.length === 0 ? [] : await diff.plan(job.slices);
    if (slices.length < 2) {
      await diff.close();
      return null;
    }
    const finish: FinishData = { form: FORM, header: diffHeader(setting, prepared, diff), hash: diff.hash };
    await work.held.keep(planId, work.board(planId), held);
    return {
      slices: slices.map((slice): SliceData => {
        const names = slice.tables.flatMap(({ table }) => diff.tables[table]?.patchTable.name ?? []);
        return { form: FORM, planId, slice, covers: { tables: [...new Set(names)] } };
      }),
      finish,
      data: { planId },
      notes: [],
    };
  } catch (error) {
    await diff.close();
    throw error;
  }
}

/** Limits end a comparison as a whole; files are on one machine. */
function mayBeCut({ source, target, options }: PreparedDiff, { slices }: JobOf<"diff">): boolean {
  return slices !== 1 && source.kind === "live" && target.kind === "live" && !mayStop(options);
}

/** Compares one slice and stores its part of the patch. */
export async function sliceDiff(work: DiffSliceWork, job: JobOf<"diff">): Promise<SliceResult> {
  const { setting, unit, results } = work;
  const { planId, slice } = readForm<SliceData>(unit.slice, FORM);
  const join = async (snapshots: readonly HeldSnapshot[]) => {
    const prepared = await prepareDiff(setting, comparisonOfJob(job, "all"));
    const input = await inputOf(setting, prepared);
    const joined = await SlicedDiff.open(input, instantOf(snapshots));
    return heldDiff(joined, { prepared, opener: false });
  };
  return work.held.use({ planId, board: work.board(planId), join }, async ({ diff, prepared, opener }) => {
    setting.reached?.("reading");
    if (opener) setting.reached?.("holder-lost");
    const run = diff.compare(slice, setting.context);
    try {
      const stored = await results.writeDiffResult({
        signal: setting.context.signal,
        name: `${unit.id}.${unit.token}`,
        index: false,
        run,
        header: diffHeader(setting, prepared, diff),
      });
      setting.reached?.("result-written");
      return sliceResult(diff, { slice, stored, records: sliceRecords(slice, await run.result) });
    } finally {
      await run.close();
    }
  });
}

export interface FinishedDiff {
  readonly stored: StoredResult;
  readonly summary: OperationReport;
}

/** Puts the parts together: one patch in the order of tables and keys. `parts` are the slices' data in their order. */
export async function finishDiff(work: DiffSliceWork, parts: readonly unknown[]): Promise<FinishedDiff> {
  const { setting, unit, results } = work;
  const { header, hash } = readForm<FinishData>(unit.slice, FORM);
  const read = parts.map((part) => readForm<PartData>(part, FORM));
  const tables = joinTables(
    header.tables.length,
    read.flatMap(({ records }) => records),
  );
  const stored = await results.combineResults({
    signal: setting.context.signal,
    name: `${unit.id}.${unit.token}`,
    header,
    parts: read.flatMap(({ objectKey }) => objectKey ?? []),
    end: async () => ({
      complete: true,
      checksums: {
        hash,
        tables: header.tables.map(({ name }, at) => ({
          name,
          source: tables[at]?.checksum.source ?? null,
          target: tables[at]?.checksum.target ?? null,
        })),
      },
    }),
  });
  setting.reached?.("result-written");
  return { stored, summary: NOTHING }; // the slices have counted
}

/** Parts that the whole patch has made needless. */
export function partsOf(parts: readonly unknown[]): string[] {
  return parts.flatMap((part) => readForm<PartData>(part, FORM).objectKey ?? []);
}

interface HeldDiff extends HeldRun {
  readonly diff: SlicedDiff;
  readonly prepared: PreparedDiff;
}

function heldDiff(diff: SlicedDiff, more: Pick<HeldDiff, "prepared" | "opener">): HeldDiff {
  const { instant } = diff;
  const snapshots: HeldSnapshot[] =
    instant === null
      ? []
      : [
          { side: "source", snapshotId: instant.source },
          { side: "target", snapshotId: instant.target },
        ];
  return {
    diff,
    ...more,
    snapshots,
    broken: () => diff.broken,
    close: async () => {
      await diff.close();
      return [];
    },
  };
}

function instantOf(snapshots: readonly HeldSnapshot[]) {
  const of = (side: HeldSnapshot["side"]) => snapshots.find((each) => each.side === side)?.snapshotId;
  const [source, target] = [of("source"), of("target")];
  if (source === undefined || target === undefined) throw instantLost();
  return { source, target };
}

function instantLost(): CodedError {
  return new CodedError(
    "run.instant_lost",
    "One side of the instant that the run reads is not held any more.",
    {
      hint: "It is planned anew, at a new instant, by the next attempt.",
      retryable: true,
    },
  );
}

/** Outlives the unit that opens it, so the unit's signal must not end it. */
async function inputOf(
  { context }: OperationSetting,
  { source, target, options }: PreparedDiff,
): Promise<DiffInput> {
  const ctx: RunContext = { ...context, signal: new AbortController().signal };
  const first = await openAnyEndpoint(source, target);
  return { ctx, options, source: first, target: await openAnyEndpoint(target, source) };
}

interface Finished {
  readonly slice: DiffSlice;
  readonly stored: StoredResult;
  readonly records: readonly SliceTableRecord[];
}

function sliceResult(diff: SlicedDiff, { slice, stored, records }: Finished): SliceResult {
  const names = diff.tables.map(({ patchTable }) => patchTable.name);
  const counts = records.map((record) => rowCounts(record.counts));
  const data: PartData = {
    form: FORM,
    records,
    objectKey: stored.operations === 0 ? null : stored.objectKey,
  };
  return {
    data,
    rows: records.reduce((sum, record) => sum + record.counts.sourceRows, 0),
    bytes: stored.bytes,
    checksum: stored.hash,
    summary: {
      ...NOTHING,
      counts: counts.reduce(addRows, NO_ROWS),
      tables: slice.tables.map(({ table }, at) => ({ name: names[table] ?? "", ...(counts[at] ?? NO_ROWS) })),
      bytes: records.reduce((sum, record) => sum + record.changedBytes, 0),
    },
  };
}

function addRows(one: typeof NO_ROWS, other: typeof NO_ROWS): typeof NO_ROWS {
  return {
    ...NO_ROWS,
    inserted: one.inserted + other.inserted,
    updated: one.updated + other.updated,
    deleted: one.deleted + other.deleted,
    unchanged: one.unchanged + other.unchanged,
  };
}
