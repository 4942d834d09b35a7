import { type AnswerOf, jobs } from "@syncline/api";
import {
  createJob,
  deleteJob,
  findJobByHook,
  getJob,
  type Job,
  listJobs,
  listSchedules,
  rotateHook,
  type ScheduleRecord,
  updateJob,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { nextSlot, type Schedule, scheduleProblem } from "@syncline/jobs";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { checkDefinition } from "../work/check-definition.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { presentJob, presentRun } from "./present.ts";

const PREVIEWED = 5;

export function jobRoutes(router: Router, parts: ServiceParts): void {
  const aliases = ["/api/jobs"];
  router.on(
    jobs.listJobs,
    async ({ cp, call, query }) => {
      const { items, next } = await listJobs(cp, call.scope, query);
      return { items: await Promise.all(items.map((job) => present({ cp, call }, job))), next };
    },
    { aliases },
  );
  router.on(
    jobs.createJob,
    async ({ cp, call, body }) => {
      checkDefinition(body, await parts.workspaces.of(call.scope, cp));
      return present({ cp, call }, await createJob(cp, call, { definition: body }));
    },
    { aliases },
  );
  router.on(jobs.getJob, async ({ cp, call, params }) =>
    present({ cp, call }, await getJob(cp, call.scope, { jobId: params.id })),
  );
  router.on(jobs.updateJob, async ({ cp, call, params, body }) => {
    checkDefinition(body.definition, await parts.workspaces.of(call.scope, cp));
    return present({ cp, call }, await updateJob(cp, call, { jobId: params.id, ...body }));
  });
  router.on(jobs.deleteJob, async ({ cp, call, params }) => {
    await deleteJob(cp, call, { jobId: params.id });
    return new Response(null, { status: 204 });
  });
  router.on(
    jobs.runJob,
    async ({ cp, call, params }) => {
      const { id: jobId, definition, origin } = await getJob(cp, call.scope, { jobId: params.id });
      const trusted = origin === "config";
      return presentRun(await startRun(parts, { cp, call, jobId, definition, trigger: "manual", trusted }));
    },
    {
      after: (run, { cp, call, query, signal }) => waitForRun(run, { cp, call, signal, seconds: query.wait }),
    },
  );
  router.on(jobs.rotateHook, async ({ cp, call, params }) => {
    const { token } = await rotateHook(cp, call, { jobId: params.id });
    return { token, path: `/api/v1/hooks/${token}` };
  });
  router.on(jobs.previewJobSchedule, async ({ cp, call, params }) => {
    const { definition } = await getJob(cp, call.scope, { jobId: params.id });
    return { times: definition.schedule === undefined ? [] : preview(definition.schedule) };
  });
  router.on(jobs.previewSchedule, async ({ body }) => {
    const wrong = scheduleProblem(body.schedule);
    if (wrong !== null) throw new CodedError("request.invalid", `The schedule cannot be used: ${wrong}.`);
    return { times: preview(body.schedule) };
  });
  hookRoute(router, parts);
}

/** The token is the credential; who calls is the hook itself. */
function hookRoute(router: Router, parts: ServiceParts): void {
  router.on(jobs.callHook, async ({ cp, params, requestId, remember }) => {
    const job = await findJobByHook(cp, params.token);
    if (job === null) throw new CodedError("resource.not_found", "There is no such hook.");
    const { id: jobId, definition, organizationId, projectId, origin } = job;
    const call = { scope: { organizationId, projectId }, actor: `hook:${jobId}`, requestId };
    const trusted = origin === "config";
    const { value } = await remember(call, async (joined) => {
      const input = { cp: joined, call, jobId, definition, trigger: "hook", trusted } as const;
      return { runId: (await startRun(parts, input)).id };
    });
    return value as AnswerOf<typeof jobs.callHook>;
  });
}

async function present({ cp, call }: Pick<Asked<unknown>, "cp" | "call">, job: Job) {
  return presentJob(job, await scheduleOf({ cp, call }, job));
}

async function scheduleOf(
  { cp, call }: Pick<Asked<unknown>, "cp" | "call">,
  { id: jobId, definition }: Job,
): Promise<ScheduleRecord | null> {
  if (definition.schedule === undefined) return null;
  const { items } = await listSchedules(cp, call.scope, { jobId, limit: 1 });
  return items[0]?.schedule ?? null;
}

function preview(schedule: Schedule): string[] {
  const times: string[] = [];
  let at: Date | null = new Date();
  while (times.length < PREVIEWED) {
    at = nextSlot(schedule, at);
    if (at === null) break;
    times.push(at.toISOString());
  }
  return times;
}
