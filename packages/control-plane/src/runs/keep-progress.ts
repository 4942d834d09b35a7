import { eq } from "drizzle-orm";
import type { Change } from "../database/change.ts";
import type { Run, WorkUnit } from "../records.ts";
import type { RunProgress, RunSummary, TableProgress } from "../run-records.ts";
import { runs } from "../schema/index.ts";

type CountedUnit = Pick<WorkUnit, "state" | "kind" | "rows" | "bytes">;

const NONE: RunProgress = {
  phase: "starting",
  rows: 0,
  bytes: 0,
  rowsPerSecond: 0,
  etaSeconds: null,
  unitsDone: 0,
  unitsTotal: 0,
  tables: [],
};

/** What all units of a run have done together. */
export function countUnits(units: readonly CountedUnit[]) {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    rows: sum(units.map(({ rows }) => rows)),
    bytes: sum(units.map(({ bytes }) => bytes)),
    unitsDone: units.filter(({ state }) => state === "done").length,
    unitsTotal: units.length,
  };
}

/** Below this share of the slices nothing is said of the end. */
const FIRST_SHARE = 0.05;

/** A range for the rest of a cut run, from the share of its slices that is done. */
export function etaOfSlices(
  units: readonly CountedUnit[],
  elapsedMs: number | null,
): RunProgress["etaSeconds"] {
  const slices = units.filter(({ kind }) => kind === "slice");
  const share = slices.filter(({ state }) => state === "done").length / Math.max(1, slices.length);
  if (elapsedMs === null || share < FIRST_SHARE) return null;
  const left = (Number(elapsedMs) / 1_000) * (1 / share - 1);
  return [Math.floor(left * 0.7), Math.ceil(left * 1.5) + 1];
}

export interface KeepProgress {
  readonly run: Run;
  readonly units: readonly CountedUnit[];
  /** Of a run that has ended with everything done: its figures are the last, and of what was expected all is there. */
  readonly ended: RunSummary | null;
}

/** Stores and tells how far a run is after units of it have ended, so that its last word is what it did. */
export async function keepProgress(change: Change, { run, units, ended }: KeepProgress): Promise<Run> {
  const before = run.progress ?? NONE;
  const progress: RunProgress = {
    ...before,
    ...countUnits(units),
    ...(ended === null
      ? {}
      : { phase: "done", etaSeconds: [0, 0] as const, tables: tablesOf(ended, before) }),
  };
  if (JSON.stringify(progress) === JSON.stringify(run.progress)) return run;
  await change.tx.update(runs).set({ progress }).where(eq(runs.id, run.id));
  change.emit({
    organizationId: run.organizationId,
    runId: run.id,
    type: "run.progress",
    payload: { runId: run.id, ...progress },
  });
  return { ...run, progress };
}

function tablesOf({ tables }: RunSummary, before: RunProgress): TableProgress[] {
  const told = new Map(before.tables.map((table) => [table.name, table]));
  return tables.map(({ name, inserted = 0, updated = 0, deleted = 0, unchanged = 0, ...more }) => {
    const counted = inserted + updated + deleted + unchanged + (more.skipped ?? 0) + (more.conflicts ?? 0);
    const rows = Math.max(counted, told.get(name)?.rows ?? 0);
    return { name, phase: "done", rows, bytes: told.get(name)?.bytes ?? 0, estimatedRows: rows };
  });
}
