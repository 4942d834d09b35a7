import { runs } from "@syncline/api";
import { cancelRun, getRun, listRuns, pauseRun, resumeRun, retryRun } from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import { presentRun } from "./present.ts";

export function runRoutes(router: Router): void {
  router.on(runs.listRuns, async ({ cp, call, query }) => {
    const { state, ...rest } = query;
    const { items, next } = await listRuns(cp, call.scope, {
      ...rest,
      ...(state === undefined ? {} : { states: [state] }),
    });
    return { items: items.map(presentRun), next };
  });
  router.on(runs.getRun, async ({ cp, call, params }) =>
    presentRun(await getRun(cp, call.scope, { runId: params.id })),
  );
  router.on(runs.cancelRun, async ({ cp, call, params }) =>
    presentRun(await cancelRun(cp, call, { runId: params.id })),
  );
  router.on(runs.pauseRun, async ({ cp, call, params }) =>
    presentRun(await pauseRun(cp, call, { runId: params.id })),
  );
  router.on(runs.resumeRun, async ({ cp, call, params }) =>
    presentRun(await resumeRun(cp, call, { runId: params.id })),
  );
  router.on(runs.retryRun, async ({ cp, call, params }) =>
    presentRun(await retryRun(cp, call, { runId: params.id })),
  );
}
