import { resolveUrl } from "@syncline/config";
import {
  advancePair,
  decidedConflicts,
  type Pair,
  type RunSummary,
  upsertPair,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { JobOf } from "@syncline/jobs";
import { openBase } from "../../endpoint-registry.ts";
import { type BiSyncBooks, type CycleEnd, endBiSync, runBiSync } from "../../operations/bi-sync/index.ts";
import { keyTextOf } from "../../operations/moves/key-text.ts";
import { metTables } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** A cycle ends in one transaction with its unit, so that the base and the run never tell different things. */
export async function executeBiSync(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "bi-sync");
  const { jobId } = work.claim.run;
  if (jobId === null)
    throw new CodedError(
      "request.invalid",
      "Two places are kept in step by a job: what they agree on is kept for it.",
      {
        hint: "Create the job, then run it.",
      },
    );
  const pair = await pairOf(work, jobId, job);
  const openPairBase = () => openBaseOf(work, pair);
  if (work.claim.mode === "inspect") return inspect(work, job, openPairBase);
  const ended: { summary: RunSummary | null } = { summary: null };
  const books: BiSyncBooks = {
    openBase: openPairBase,
    decisions: () =>
      decidedConflicts(work.tools.controlPlane, {
        organizationId: work.claim.run.organizationId,
        jobId,
        runId: work.claim.run.id,
      }),
    finish: async (end) => {
      ended.summary = await finish(work, { pair, jobId, end });
    },
  };
  const report = await runBiSync(work.setting, job, books);
  if (ended.summary === null) return summarized(report);
  return { summary: ended.summary, finished: true };
}

function pairOf(
  { claim, tools }: UnitWork,
  jobId: string,
  { source, target }: JobOf<"bi-sync">,
): Promise<Pair> {
  const { organizationId } = claim.run;
  return upsertPair(tools.controlPlane, { organizationId, jobId, source, target });
}

async function openBaseOf({ tools, setting, claim }: UnitWork, { baseSchema }: Pair) {
  const { environment } = setting.workspace;
  const connection = await resolveUrl(tools.databaseUrl, {
    env: environment,
    signal: setting.context.signal,
    about: "the control database",
  });
  return openBase({ connection, schema: baseSchema, token: claim.token, signal: setting.context.signal });
}

interface Finish {
  readonly pair: Pair;
  readonly jobId: string;
  readonly end: CycleEnd;
}

async function finish(
  work: UnitWork,
  { pair, jobId, end: { statements, report } }: Finish,
): Promise<RunSummary> {
  const { claim, tools, setting } = work;
  const { run, unit, token } = claim;
  const { summary, rows = 0 } = summarized(report);
  const { open, left, decided, recovered, tables } = report.result;
  const finished = await advancePair(tools.controlPlane, {
    pairId: pair.id,
    statements,
    conflicts: {
      organizationId: run.organizationId,
      jobId,
      runId: run.id,
      tables: metTables(work, tables),
      open: open.map(({ name, versions, conflict, columns }) => ({
        keyText: keyTextOf(name),
        versions,
        conflict,
        columnTypes: columns,
      })),
      left,
      decided: decided.map(({ table, name, state }) => ({ table, keyText: keyTextOf(name), state })),
      recovered,
    },
    finish: { unitId: unit.id, token, outcome: { kind: "done", output: { summary }, rows } },
  });
  if (finished.kind === "refused" || summary === null)
    throw new CodedError("target.locked", "The unit was taken over by another worker.", {
      hint: "Another worker continues this job; nothing is to be done here.",
    });
  setting.reached?.("base-advanced");
  return summary;
}

/** The run is being cancelled: what a dead worker wrote to either side is told, and the base takes it. */
async function inspect(
  work: UnitWork,
  job: JobOf<"bi-sync">,
  openPairBase: BiSyncBooks["openBase"],
): Promise<UnitResult> {
  const recovered = await endBiSync(work.setting, job, { openBase: openPairBase });
  const ledgerIds = [recovered?.target, recovered?.source].filter((id) => typeof id === "string");
  if (ledgerIds.length === 0)
    throw new CodedError("interrupted", "The cycle was cancelled before anything was written.");
  const none = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };
  const notes = [
    "The cycle was cancelled after one side or both were written; the next one goes on from there.",
  ];
  return {
    summary: {
      outcome: "partial",
      counts: none,
      tables: [],
      bytes: 0,
      ledgerIds,
      patchId: null,
      files: [],
      notes,
    },
  };
}
