import type { Overview } from "@syncline/api";
import type { JobStanding } from "@syncline/control-plane";
import type { JobKind } from "@syncline/jobs";

export type Health = Overview["pairs"][number]["health"];
type Differences = Overview["pairs"][number]["differences"];

export interface PairHealth {
  readonly health: Health;
  readonly reason: string;
}

/** Kinds whose counts are differences, not rows that were written. */
const COMPARING: ReadonlySet<JobKind> = new Set(["diff", "watch"]);
/** States in which somebody works on a run; paused ones wait for a person. */
const AT_WORK: ReadonlySet<string> = new Set(["queued", "running", "waiting", "pausing", "cancelling"]);

const number = new Intl.NumberFormat("en");
const rows = (count: number) => `${number.format(count)} ${count === 1 ? "row" : "rows"}`;

/** The worst that is known of a job comes first: a run under way does not hide it. */
export function healthOf(standing: JobStanding): PairHealth {
  const { decided, openConflicts, newest, tolerated } = standing;
  if (decided !== null && hasFailed(standing))
    return { health: "failing", reason: failureOf(decided.state, decided.error?.message ?? null) };
  if (openConflicts > 0)
    return {
      health: "conflicting",
      reason: `${rows(openConflicts)} ${openConflicts === 1 ? "waits" : "wait"} for a decision.`,
    };
  const found = differencesOf(standing);
  const count = found === null ? 0 : found.inserted + found.updated + found.deleted;
  if (found !== null && count > tolerated)
    return { health: "drifting", reason: `${found.complete ? "" : "At least "}${differ(count)}.` };
  if (newest !== null && AT_WORK.has(newest.state))
    return {
      health: "running",
      reason: newest.state === "queued" ? "A run waits to begin." : "A run is under way.",
    };
  if (decided === null) return { health: "unknown", reason: unknown(standing) };
  if (found?.complete === false)
    return { health: "unknown", reason: "The last comparison stopped before its end." };
  return { health: "in-step", reason: inStep(standing, count) };
}

/** What the job's last comparison found; null for kinds that compare nothing. */
export function differencesOf({ kind, whole }: JobStanding): Differences {
  if (!COMPARING.has(kind) || whole === null || whole.counts === null) return null;
  const { inserted, updated, deleted } = whole.counts;
  const { id: runId, patchId, complete, finishedAt, createdAt } = whole;
  const at = (finishedAt ?? createdAt).toISOString();
  return { inserted, updated, deleted, complete, runId, patchId, at };
}

/** The job's last run did not do what it should. A comparison that stopped at its limit did. */
export function hasFailed({ kind, decided }: JobStanding): boolean {
  if (decided?.state === "partial") return decided.broken || !COMPARING.has(kind);
  return decided?.state === "failed" || decided?.state === "dead";
}

function failureOf(state: string, message: string | null): string {
  if (state === "partial") return "The last run did a part of its tables only.";
  return message === null ? "The last run failed." : `The last run failed: ${message}`;
}

function unknown({ newest }: JobStanding): string {
  if (newest === null) return "It has not run yet.";
  if (newest.state === "paused") return "Its run is paused.";
  return "Its last runs were cancelled or skipped.";
}

const differ = (count: number) => `${rows(count)} ${count === 1 ? "differs" : "differ"}`;

function inStep({ kind, tolerated }: JobStanding, differences: number): string {
  if (!COMPARING.has(kind)) return "The last run succeeded.";
  if (differences === 0) return "Nothing differed.";
  return `${differ(differences)}; up to ${number.format(tolerated)} are put up with.`;
}
