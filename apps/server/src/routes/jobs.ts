import { jobs } from "@syncline/api";
import { createJob, createRun, getJob, listJobs, updateJob } from "@syncline/control-plane";
import type { Router } from "../http/router.ts";
import { presentJob, presentRun } from "./present.ts";

export function jobRoutes(router: Router): void {
  router.on(
    jobs.listJobs,
    async ({ cp, call, query }) => {
      const { items, next } = await listJobs(cp, call.scope, query);
      return { items: items.map((job) => presentJob(job, null)), next };
    },
    { aliases: ["/api/jobs"] },
  );
  router.on(
    jobs.createJob,
    async ({ cp, call, body }) => presentJob(await createJob(cp, call, { definition: body }), null),
    { aliases: ["/api/jobs"] },
  );
  router.on(jobs.getJob, async ({ cp, call, params }) =>
    presentJob(await getJob(cp, call.scope, { jobId: params.id }), null),
  );
  router.on(jobs.updateJob, async ({ cp, call, params, body }) =>
    presentJob(await updateJob(cp, call, { jobId: params.id, ...body }), null),
  );
  router.on(jobs.runJob, async ({ cp, call, params }) =>
    presentRun(await createRun(cp, call, { jobId: params.id, trigger: "manual" })),
  );
}
