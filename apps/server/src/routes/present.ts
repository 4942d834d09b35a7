import {
  type AnswerOf,
  type diffs,
  grants,
  type jobs,
  type people,
  type RunAnswer,
  type runs,
} from "@syncline/api";
import type {
  Attempt,
  Job,
  LastRun,
  PatchRecord,
  Run,
  ScheduleRecord,
  SessionRecord,
  WorkUnit,
} from "@syncline/control-plane";
import { redactUrlsIn } from "@syncline/observability";
import type { Identity } from "../http/identity.ts";

/** Rows of the control plane as answers: what is not named here stays inside. */

export const iso = (at: Date): string => at.toISOString();
export const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null;

export type JobAnswer = AnswerOf<typeof jobs.getJob>;
export type PatchAnswer = AnswerOf<typeof diffs.getPatch>;
type UnitAnswer = AnswerOf<typeof runs.listUnits>["items"][number];
type SessionAnswer = AnswerOf<typeof people.listSessions>["items"][number];
type AttemptAnswer = AnswerOf<typeof runs.listAttempts>["items"][number];

/** A definition without the passwords of connection URLs. */
const shown = <T>(definition: T): T => redactUrlsIn(definition) as T;

interface AboutJob {
  readonly schedule: ScheduleRecord | undefined;
  readonly lastRun: LastRun | undefined;
}

export function presentJob(job: Job, { schedule, lastRun }: AboutJob): JobAnswer {
  return {
    id: job.id,
    name: job.name,
    kind: job.kind,
    definition: shown(job.definition),
    origin: job.origin,
    enabled: job.enabled,
    version: job.version,
    hasHook: job.hookDigest !== null,
    lastRun:
      lastRun === undefined
        ? null
        : {
            id: lastRun.id,
            state: lastRun.state,
            createdAt: iso(lastRun.createdAt),
            finishedAt: isoOrNull(lastRun.finishedAt),
          },
    nextFireAt: isoOrNull(schedule?.nextFireAt ?? null),
    lastFiredAt: isoOrNull(schedule?.lastFiredAt ?? null),
    createdAt: iso(job.createdAt),
    updatedAt: iso(job.updatedAt),
  };
}

export function presentRun(run: Run): RunAnswer {
  return {
    id: run.id,
    jobId: run.jobId,
    kind: run.kind,
    definition: shown(run.definition),
    trigger: run.trigger,
    state: run.state,
    attempt: run.attempt,
    notBefore: isoOrNull(run.notBefore),
    waitsFor: run.waitsFor,
    requestedBy: run.requestedBy,
    progress: run.progress as RunAnswer["progress"],
    summary: run.summary as RunAnswer["summary"],
    error: run.error,
    retryOf: run.retryOf,
    reviewId: run.reviewId,
    createdAt: iso(run.createdAt),
    startedAt: isoOrNull(run.startedAt),
    finishedAt: isoOrNull(run.finishedAt),
    version: run.version,
  };
}

export function presentUnit(unit: WorkUnit): UnitAnswer {
  return {
    id: unit.id,
    attempt: unit.attempt,
    position: unit.position,
    kind: unit.kind,
    state: unit.state,
    worker: unit.worker,
    claims: unit.claims,
    losses: unit.losses,
    tables: coveredBy(unit.slice),
    rows: unit.rows,
    bytes: unit.bytes,
    error: unit.error,
    createdAt: iso(unit.createdAt),
    startedAt: isoOrNull(unit.startedAt),
    finishedAt: isoOrNull(unit.finishedAt),
  };
}

/** As whoever planned the run noted it. */
function coveredBy(slice: unknown): string[] {
  const tables = (slice as { readonly covers?: { readonly tables?: unknown } } | null)?.covers?.tables;
  return Array.isArray(tables) ? tables.filter((name) => typeof name === "string") : [];
}

export function presentAttempt(attempt: Attempt): AttemptAnswer {
  return {
    number: attempt.number,
    outcome: attempt.outcome,
    error: attempt.error,
    startedAt: iso(attempt.startedAt),
    finishedAt: isoOrNull(attempt.finishedAt),
  };
}

/** What of a selection's filter names rows is for who may read them. */
export function presentPatch(patch: PatchRecord, { identity }: { readonly identity: Identity }): PatchAnswer {
  return {
    id: patch.id,
    runId: patch.runId,
    origin: patch.origin,
    source: patch.source,
    target: patch.target,
    hash: patch.hash,
    complete: patch.complete,
    operations: patch.operations,
    bytes: patch.bytes,
    summary: countsOf(patch),
    selectedFrom: selectedFrom(patch, grants(identity.scopes, "rows:read")),
    createdBy: patch.createdBy,
    createdAt: iso(patch.createdAt),
    expiresAt: isoOrNull(patch.expiresAt),
    removedAt: isoOrNull(patch.removedAt),
  };
}

/** A selection is kept with the counts. */
export function countsOf({ summary }: Pick<PatchRecord, "summary">): object {
  const { selectedFrom: _, ...counts } = summary as { readonly selectedFrom?: unknown };
  return counts;
}

function selectedFrom({ summary }: PatchRecord, mayReadRows: boolean): PatchAnswer["selectedFrom"] {
  const { selectedFrom = null } = summary as { readonly selectedFrom?: PatchAnswer["selectedFrom"] };
  if (selectedFrom === null || mayReadRows) return selectedFrom;
  const { key: _, text: __, values: ___, ...names } = selectedFrom.filter;
  return { ...selectedFrom, filter: names };
}

export function presentSession(session: SessionRecord, asking: string | null): SessionAnswer {
  const { id, method, address, agent, createdAt, lastSeenAt, expiresAt } = session;
  return {
    id,
    method,
    address,
    agent,
    createdAt: iso(createdAt),
    lastSeenAt: iso(lastSeenAt),
    expiresAt: iso(expiresAt),
    current: id === asking,
  };
}
