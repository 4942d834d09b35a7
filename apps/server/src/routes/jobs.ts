import { type AnswerOf, grants, jobs, type Permission } from "@syncline/api";
import {
  createJob,
  deleteJob,
  findJobByHook,
  getJob,
  type Job,
  jobTimeline,
  lastRuns,
  listJobs,
  listSchedules,
  rotateHook,
  type ScheduleRecord,
  TIMELINE_KINDS,
  type TimelineKind,
  updateJob,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { type JobDefinition, nextSlot, type Schedule, scheduleProblem, WRITING_KINDS } from "@syncline/jobs";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, type PlacesAsked } from "../work/assert-places.ts";
import { checkDefinition } from "../work/check-definition.ts";
import { keptPatch } from "../work/result-of.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { type JobAnswer, presentJob, presentRun } from "./present.ts";
import { presentTimelineItem } from "./present-timeline.ts";

const PREVIEWED = 5;

/** Of a timeline, what takes more than seeing the job. */
const HIDDEN_KINDS: readonly (readonly [TimelineKind, Permission])[] = [
  ["run", "runs:read"],
  ["review", "reviews:read"],
];

export function jobRoutes(router: Router, parts: ServiceParts): void {
  const aliases = ["/api/jobs"];
  const assertJobPlaces = async (asked: PlacesAsked, jobId: string) => {
    const { definition } = await getJob(asked.cp, asked.call.scope, { jobId });
    await assertDefinitionPlaces(parts, asked, definition);
  };
  router.on(
    jobs.listJobs,
    async (asked) => {
      const { enabled, lastState, ...query } = asked.query;
      const readsRuns = mayReadRuns(asked);
      const { items, next } = await listJobs(asked.cp, asked.call.scope, {
        ...query,
        ...(enabled === undefined ? {} : { enabled: enabled === "true" }),
        ...(lastState === undefined || !readsRuns ? {} : { lastStates: lastState }),
      });
      return { items: await presented(asked, items), next };
    },
    { aliases },
  );
  router.on(
    jobs.createJob,
    async (asked) => {
      const { cp, call, body } = asked;
      checkDefinition(body, await parts.workspaces.of(call.scope, cp));
      await assertDefinitionPlaces(parts, asked, body);
      return present(asked, await createJob(cp, call, { definition: body }));
    },
    { aliases },
  );
  router.on(
    jobs.tryJob,
    async (asked) => {
      const { cp, call, body } = asked;
      const definition = tried(body.definition);
      await assertDefinitionPlaces(parts, asked, definition);
      if (definition.kind === "apply") await keptPatch({ cp, call }, definition.patch);
      const jobId = definition.kind === "bi-sync" ? await keptInStepBy(asked, body.jobId) : undefined;
      return presentRun(
        await startRun(parts, {
          cp,
          call,
          definition,
          trigger: "manual",
          ...(jobId === undefined ? {} : { jobId }),
        }),
      );
    },
    {
      after: (run, { cp, call, query, signal }) => waitForRun(run, { cp, call, signal, seconds: query.wait }),
    },
  );
  const keptInStepBy = async (asked: PlacesAsked, jobId: string | undefined): Promise<string> => {
    if (jobId === undefined)
      throw new CodedError("request.invalid", "What a new bi-sync job would do cannot be tried.", {
        hint: "What its places agree on is kept for the saved job: save it without a schedule, then try it.",
      });
    await assertJobPlaces(asked, jobId);
    return jobId;
  };
  router.on(jobs.getJob, async (asked) =>
    present(asked, await getJob(asked.cp, asked.call.scope, { jobId: asked.params.id })),
  );
  router.on(jobs.updateJob, async (asked) => {
    const { cp, call, params, body } = asked;
    await assertJobPlaces(asked, params.id);
    checkDefinition(body.definition, await parts.workspaces.of(call.scope, cp));
    await assertDefinitionPlaces(parts, asked, body.definition);
    return present(asked, await updateJob(cp, call, { jobId: params.id, ...body }));
  });
  router.on(jobs.deleteJob, async (asked) => {
    const { cp, call, params } = asked;
    await assertJobPlaces(asked, params.id);
    await deleteJob(cp, call, { jobId: params.id });
    return new Response(null, { status: 204 });
  });
  router.on(
    jobs.runJob,
    async (asked) => {
      const { cp, call, params, query } = asked;
      const job = await getJob(cp, call.scope, { jobId: params.id });
      await assertDefinitionPlaces(parts, asked, job.definition);
      const { id: jobId, origin } = job;
      const definition = query.allowDeletes === "true" ? withDeletes(job.definition) : job.definition;
      const trusted = origin === "config";
      return presentRun(await startRun(parts, { cp, call, jobId, definition, trigger: "manual", trusted }));
    },
    {
      after: (run, { cp, call, query, signal }) => waitForRun(run, { cp, call, signal, seconds: query.wait }),
    },
  );
  router.on(jobs.rotateHook, async (asked) => {
    const { cp, call, params } = asked;
    await assertJobPlaces(asked, params.id);
    const { token } = await rotateHook(cp, call, { jobId: params.id });
    return { token, path: `/api/v1/hooks/${token}` };
  });
  router.on(jobs.jobTimeline, async ({ cp, call, identity, params, query }) => {
    const { kind = TIMELINE_KINDS, ...page } = query;
    const hidden = HIDDEN_KINDS.filter(([, scope]) => !grants(identity.scopes, scope)).map(([name]) => name);
    const kinds = kind.filter((each) => !hidden.includes(each));
    const { items, next } = await jobTimeline(cp, call.scope, { ...page, jobId: params.id, kinds });
    return { items: items.map(presentTimelineItem), next };
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

/** As it is run to see what it would do: dry, now, and not again when it fails. @throws CodedError `request.invalid` */
function tried(definition: JobDefinition): JobDefinition {
  if (definition.kind === "export")
    throw new CodedError("request.invalid", "An export changes no rows: there is nothing to try.", {
      hint: "Save the job and run it; the file is written to the dump folder.",
    });
  const { schedule: _, retry, ...once } = definition;
  const dry = WRITING_KINDS.has(definition.kind) ? { dryRun: true } : {};
  return { ...once, ...dry, retry: { ...retry, attempts: 1 } } as JobDefinition;
}

/** The definition for a run in which somebody has seen that the rows shall go. @throws CodedError `request.invalid` */
function withDeletes(definition: JobDefinition): JobDefinition {
  if (definition.kind !== "bi-sync")
    throw new CodedError(
      "request.invalid",
      `allowDeletes is about bi-sync jobs; job "${definition.name}" is of the kind ${definition.kind}.`,
    );
  const { maxDeletes, ...rest } = definition;
  return { ...rest, maxDeletePercent: 100 };
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

type AskedOfJobs = Pick<Asked<unknown>, "cp" | "call" | "identity">;

const mayReadRuns = ({ identity }: AskedOfJobs) => grants(identity.scopes, "runs:read");

async function present(asked: AskedOfJobs, job: Job): Promise<JobAnswer> {
  const [shown] = await presented(asked, [job]);
  if (shown === undefined) throw new Error("a job is not presented");
  return shown;
}

/** With their schedules, and their last runs for who may read them. */
async function presented(asked: AskedOfJobs, shown: readonly Job[]): Promise<JobAnswer[]> {
  const ids = shown.map(({ id }) => id);
  const [schedules, last] = await Promise.all([
    schedulesOf(asked, shown),
    mayReadRuns(asked) ? lastRuns(asked.cp, asked.call.scope, ids) : new Map(),
  ]);
  return shown.map((job) => presentJob(job, { schedule: schedules.get(job.id), lastRun: last.get(job.id) }));
}

/** By job. */
async function schedulesOf(
  { cp, call }: Pick<Asked<unknown>, "cp" | "call">,
  jobsShown: readonly Job[],
): Promise<ReadonlyMap<string, ScheduleRecord>> {
  const jobIds = jobsShown.filter(({ definition }) => definition.schedule !== undefined).map(({ id }) => id);
  if (jobIds.length === 0) return new Map();
  const { items } = await listSchedules(cp, call.scope, { jobIds, limit: jobIds.length });
  return new Map(items.map(({ schedule, job }) => [job.id, schedule]));
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
