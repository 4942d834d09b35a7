import { grants, HEALTHS, type Overview, overview } from "@syncline/api";
import {
  type ConflictGroup,
  countConflicts,
  countWaitingReviews,
  type JobStanding,
  jobStandings,
  type ListedReview,
  type LiveRun,
  listEnvironments,
  listReviews,
  liveRuns,
} from "@syncline/control-plane";
import { parseEndpointLocator } from "@syncline/core";
import { redactUrls } from "@syncline/observability";
import type { Workspace } from "@syncline/runtime";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { DailyTrends } from "../work/daily-trends.ts";
import { differencesOf, hasFailed, healthOf } from "../work/pair-health.ts";
import { iso, isoOrNull } from "./present.ts";

const MOST_PAIRS = 500;
const MOST_RUNS = 50;
const FIRST_REVIEWS = 5;

type Asking = Asked<typeof overview.getOverview>;
type Pair = Overview["pairs"][number];

export function overviewRoutes(router: Router, { workspaces }: ServiceParts): void {
  const trends = new DailyTrends();
  router.on(overview.getOverview, async (asked) => {
    const { cp, call, identity } = asked;
    const mayReadRuns = grants(identity.scopes, "runs:read");
    const [standings, live, days, environments, reviews, workspace, conflicts] = await Promise.all([
      jobStandings(cp, call.scope),
      mayReadRuns ? liveRuns(cp, call.scope, { limit: MOST_RUNS }) : { items: [], total: 0 },
      trends.of(cp, call.scope),
      listEnvironments(cp, call.scope, { limit: 500 }),
      waitingReviews(asked),
      workspaces.of(call.scope, cp),
      countConflicts(cp, call.scope, { state: "open" }),
    ]);
    const failed = standings.items.filter(hasFailed);
    return {
      at: iso(new Date()),
      jobs: standings.total,
      pairs: standings.items
        .flatMap((each) => pairOf(each, workspace))
        .sort(worstFirst)
        .slice(0, MOST_PAIRS),
      running: live.items.map(presentLive),
      runningCount: live.total,
      needs: {
        reviews,
        conflicts: { count: conflicts.total, ...waitingRows(conflicts.groups) },
        failed: mayReadRuns ? failed.flatMap(presentFailed) : [],
        paused: live.items.filter(({ state }) => state === "paused").map(presentPaused),
        frozen: environments.items.flatMap(({ name, frozenAt, frozenBy, frozenReason }) =>
          frozenAt === null
            ? []
            : [{ name, at: iso(frozenAt), by: frozenBy ?? "", reason: frozenReason ?? "" }],
        ),
      },
      trends: [...days],
    };
  });
}

async function waitingReviews({ cp, call, identity }: Asking): Promise<Overview["needs"]["reviews"]> {
  const { userId } = identity;
  if (userId === null || !grants(identity.scopes, "reviews:read")) return { count: 0, items: [] };
  const [count, { items }] = await Promise.all([
    countWaitingReviews(cp, call.scope, { userId }),
    listReviews(cp, call.scope, { waitingFor: userId, limit: FIRST_REVIEWS }),
  ]);
  return { count, items: items.map(presentWaiting) };
}

function presentWaiting(review: ListedReview): Overview["needs"]["reviews"]["items"][number] {
  const { id, number, title, target, environment, required, given, createdBy, createdAt, expiresAt } = review;
  const times = { createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
  return { id, number, title, target: redactUrls(target), environment, required, given, createdBy, ...times };
}

function pairOf(standing: JobStanding, workspace: Workspace): Pair[] {
  const { jobId, name, kind, enabled, source, target, newest, openConflicts, nextFireAt } = standing;
  if (source === null || target === null) return [];
  const environments = {
    source: environmentOf(source, workspace),
    target: environmentOf(target, workspace),
  };
  return [
    {
      jobId,
      name,
      kind,
      enabled,
      source: redactUrls(source),
      target: redactUrls(target),
      environments,
      ...healthOf(standing),
      differences: differencesOf(standing),
      openConflicts,
      liveRunId: newest !== null && newest.finishedAt === null ? newest.id : null,
      lastRun:
        newest === null
          ? null
          : {
              id: newest.id,
              state: newest.state,
              createdAt: iso(newest.createdAt),
              finishedAt: isoOrNull(newest.finishedAt),
            },
      nextFireAt: isoOrNull(nextFireAt),
    },
  ];
}

/** Of the server that a locator names; null where it names none, or one that is gone. */
function environmentOf(locator: string, { config, server: chosen }: Workspace): string | null {
  let server: string | null = null;
  try {
    const parsed = parseEndpointLocator(locator);
    if (parsed.kind !== "tenant") return null;
    server = parsed.server ?? chosen ?? config.current;
  } catch {
    return null;
  }
  if (server === null) return null;
  return (config.servers.get(server) ?? config.remotes.get(server))?.environment ?? null;
}

const worstFirst = (one: Pair, other: Pair) =>
  HEALTHS.indexOf(one.health) - HEALTHS.indexOf(other.health) || (one.name < other.name ? -1 : 1);

/** As the inbox has them, most first: of jobs, and of runs without one. */
function waitingRows(
  groups: readonly ConflictGroup[],
): Pick<Overview["needs"]["conflicts"], "jobs" | "runs"> {
  return {
    jobs: groups.flatMap(({ jobId, name, kind, count }) =>
      jobId === null || name === null || kind === null ? [] : [{ jobId, name, kind, count }],
    ),
    runs: groups.flatMap(({ runId, kind, count }) =>
      runId === null || kind === null ? [] : [{ runId, kind, count }],
    ),
  };
}

function presentFailed({ jobId, name, kind, decided }: JobStanding): Overview["needs"]["failed"] {
  if (decided === null) return [];
  const { id: runId, state, error, finishedAt, createdAt } = decided;
  return [{ jobId, name, kind, runId, state, error, at: iso(finishedAt ?? createdAt) }];
}

function presentPaused({ id, jobId, name, kind, createdAt }: LiveRun): Overview["needs"]["paused"][number] {
  return { runId: id, jobId, name, kind, createdAt: iso(createdAt) };
}

function presentLive(run: LiveRun): Overview["running"][number] {
  const { source, target, progress, notBefore, createdAt, startedAt, ...rest } = run;
  return {
    ...rest,
    source: source === null ? null : redactUrls(source),
    target: target === null ? null : redactUrls(target),
    progress: progress as Overview["running"][number]["progress"],
    notBefore: isoOrNull(notBefore),
    createdAt: iso(createdAt),
    startedAt: isoOrNull(startedAt),
  };
}
