import { runs } from "@syncline/api";
import {
  cancelRun,
  getRun,
  listAttempts,
  listRuns,
  listUnits,
  pauseRun,
  resumeRun,
  retryRun,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { finishedRun } from "@syncline/runtime/services";
import type { Asked, Router } from "../http/router.ts";
import { serviceMetrics } from "../service-metrics.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertRunPlaces } from "../work/assert-places.ts";
import { presentAttempt, presentRun, presentUnit } from "./present.ts";

export function runRoutes(router: Router, parts: ServiceParts): void {
  const { events, metrics } = parts;
  const counted = serviceMetrics(metrics);
  router.on(runs.listRuns, async ({ cp, call, query }) => {
    const { state, since, ...rest } = query;
    const { items, next } = await listRuns(cp, call.scope, {
      ...rest,
      ...(state === undefined ? {} : { states: state }),
      ...(since === undefined ? {} : { since: new Date(since) }),
    });
    return { items: items.map(presentRun), next };
  });
  router.on(runs.getRun, async ({ cp, call, params }) =>
    presentRun(await getRun(cp, call.scope, { runId: params.id })),
  );
  router.on(runs.listUnits, async ({ cp, call, params, query }) => {
    const { items, next } = await listUnits(cp, call.scope, { ...query, runId: params.id });
    return { items: items.map(presentUnit), next };
  });
  router.on(runs.listAttempts, async ({ cp, call, params }) => ({
    items: (await listAttempts(cp, call.scope, { runId: params.id })).map(presentAttempt),
  }));
  router.on(runs.cancelRun, async (asked) => {
    const { cp, call, params } = asked;
    await assertRunPlaces(parts, asked, params.id);
    const run = await cancelRun(cp, call, { runId: params.id });
    if (run.finishedAt !== null) counted.runFinished(finishedRun(run));
    return presentRun(run);
  });
  const controls = [
    [runs.pauseRun, pauseRun],
    [runs.resumeRun, resumeRun],
  ] as const;
  for (const [route, verb] of controls)
    router.on(route, async (asked) => {
      const { cp, call, params } = asked;
      await assertRunPlaces(parts, asked, params.id);
      return presentRun(await verb(cp, call, { runId: params.id }));
    });
  router.on(runs.retryRun, async (asked) => {
    const { cp, call, params } = asked;
    await assertRunPlaces(parts, asked, params.id);
    return presentRun(await retryRun(cp, call, { runId: params.id }));
  });
  const stream = async (asked: Asked<unknown>, runId: string | null) => {
    const body = await events.open({
      scope: asked.call.scope,
      holder: asked.identity,
      runId,
      // A run's events are told from its beginning: who asks after its end would wait for one that never comes.
      after: lastEventId(asked.headers.get("last-event-id")) ?? (runId === null ? null : 0),
      until: asked.identity.expiresAt,
    });
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
      },
    });
  };
  router.on(runs.runEvents, async (asked) => {
    await getRun(asked.cp, asked.call.scope, { runId: asked.params.id });
    return stream(asked, asked.params.id);
  });
  router.on(runs.allEvents, (asked) => stream(asked, null));
}

function lastEventId(header: string | null): number | null {
  if (header === null || header === "") return null;
  const id = Number(header);
  if (/^\d{1,16}$/.test(header) && Number.isSafeInteger(id)) return id;
  throw new CodedError("request.invalid", "The Last-Event-ID is not one that this server gave.");
}
