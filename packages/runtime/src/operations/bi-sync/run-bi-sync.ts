import type { ConflictDecision } from "@syncline/control-plane";
import {
  type BaseStore,
  type ConflictAbout,
  type RecoveredCycle,
  recoverCycle,
  type SyncCycleInput,
  type SyncSide,
  syncCycle,
} from "@syncline/engine";
import { type JobOf, parseDuration } from "@syncline/jobs";
import { openTables, openTarget } from "../../endpoint-registry.ts";
import { createChangeSpool } from "../../files/index.ts";
import type { Place } from "../../place.ts";
import type { OperationSetting } from "../contract.ts";
import { keyTextOf } from "../moves/key-text.ts";
import { columnMapOf } from "../rows/column-map.ts";
import { type BiSyncPlaces, biSyncPlaces } from "./bi-sync-places.ts";
import { type BiSyncReport, biSyncReport } from "./bi-sync-report.ts";

/** What outlives a cycle. */
export interface BiSyncBooks {
  /** Closed by the operation. */
  openBase(): Promise<BaseStore>;
  decisions(): Promise<readonly ConflictDecision[]>;
  /** The end of a cycle, in one transaction with the statements. Not called by a dry run. */
  finish(end: CycleEnd): Promise<void>;
}

export interface CycleEnd {
  readonly statements: readonly string[];
  readonly report: BiSyncReport;
}

const DEFAULT_LOCK_TIMEOUT_MS = 10_000;

/**
 * One cycle: what each place did since both agreed last reaches the other one; conflicts are settled by the job's rules,
 * by decisions, or wait for people as a result.
 * @throws CodedError when it cannot be done; what one side was written by then, the next cycle knows
 */
export async function runBiSync(
  setting: OperationSetting,
  job: JobOf<"bi-sync">,
  books: BiSyncBooks,
): Promise<BiSyncReport> {
  const places = await biSyncPlaces(setting, job);
  const labels = { source: places.source.label, target: places.target.label };
  const decide = decider(await books.decisions());
  const base = await books.openBase();
  try {
    const result = await syncCycle({
      ...cycleOf(setting, job),
      ...sidesOf(setting, places),
      base,
      decide,
      createSpool: createChangeSpool,
      ...(setting.reached === undefined ? {} : { reached: setting.reached }),
      finish: (statements, ended) => books.finish({ statements, report: biSyncReport(ended, labels) }),
    });
    return biSyncReport(result, labels);
  } finally {
    await base.close();
  }
}

/** Ends a cycle that died, without another one. */
export async function endBiSync(
  setting: OperationSetting,
  job: JobOf<"bi-sync">,
  books: Pick<BiSyncBooks, "openBase">,
): Promise<RecoveredCycle | null> {
  const places = await biSyncPlaces(setting, job);
  const base = await books.openBase();
  try {
    return await recoverCycle({ ...sidesOf(setting, places), base });
  } finally {
    await base.close();
  }
}

function cycleOf(
  { context, workspace, fence, applicationId }: OperationSetting,
  job: JobOf<"bi-sync">,
): Omit<SyncCycleInput, "base" | "source" | "target"> {
  return {
    ctx: context,
    direction: job.direction,
    conflicts: {
      ...job.conflicts,
      timestampFields: workspace.config.timestampFields,
      timestampSkewMs: parseDuration(job.conflicts.skew) ?? 0,
    },
    deleteLimit: { percent: job.maxDeletePercent, rows: job.maxDeletes ?? null },
    diff: {
      tableMap: new Map(Object.entries(job.mapTable)),
      columnMap: columnMapOf(Object.entries(job.mapColumn)),
      tablePatterns: job.schema,
      ignoreFields: job.ignoreFields,
      keys: new Map(Object.entries(job.key)),
      parallel: job.parallel,
    },
    apply: {
      dryRun: job.dryRun,
      triggers: job.triggers,
      includeCascades: job.includeCascades,
      allowDdl: false,
      lockTimeoutMs: parseDuration(job.lockTimeout) ?? DEFAULT_LOCK_TIMEOUT_MS,
      fence,
    },
    applicationSeed: applicationId ?? Buffer.from(context.randomBytes(16)).toString("hex"),
  };
}

function sidesOf(setting: OperationSetting, { source, target }: BiSyncPlaces) {
  return { source: sideOf(setting, source), target: sideOf(setting, target) };
}

function sideOf({ context }: OperationSetting, place: Place): SyncSide {
  return {
    openRows: (names) => openTables(place, names),
    openTarget: () => openTarget(place, context.signal),
  };
}

/** A decision counts as long as the row is the one that it was made about. */
function decider(decisions: readonly ConflictDecision[]): NonNullable<SyncCycleInput["decide"]> {
  const name = (table: string, keyText: string) => JSON.stringify([table, keyText]);
  const known = new Map(decisions.map((each) => [name(each.table, each.keyText), each]));
  return ({ name: row, versions, table }: ConflictAbout) => {
    const decision = known.get(name(table.name, keyTextOf(row)));
    return decision?.seen === versions ? decision.resolution : undefined;
  };
}
