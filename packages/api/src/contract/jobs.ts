import { JOB_KINDS, jobSchema, RUN_STATES, scheduleSchema } from "@syncline/jobs";
import { z } from "zod";
import { waitQuery } from "./diffs.ts";
import { defineRoute } from "./route.ts";
import { runSchema } from "./runs.ts";
import { byId, idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";

export { jobTimeline } from "./timeline.ts";

const tag = "jobs";
const definitionSchema = jobSchema.meta({ id: "JobDefinition" });

export const storedJobSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    kind: z.enum(JOB_KINDS),
    definition: definitionSchema,
    origin: z.enum(["api", "config"]).describe("config: follows the config file; cannot be changed here."),
    enabled: z.boolean(),
    version: z.int(),
    hasHook: z.boolean(),
    lastRun: z
      .object({
        id: idSchema,
        state: z.enum(RUN_STATES),
        createdAt: timeSchema,
        finishedAt: timeSchema.nullable(),
      })
      .nullable()
      .describe("The newest, whatever became of it; null: there is none, or the caller may not read runs."),
    nextFireAt: timeSchema.nullable(),
    lastFiredAt: timeSchema.nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: "Job" });

export const listJobs = defineRoute("GET /jobs", {
  tag,
  summary: "Jobs, newest first",
  query: pageQuery.extend({
    kind: z.enum(JOB_KINDS).optional(),
    name: z.string().max(63).optional(),
    text: z
      .string()
      .max(200)
      .optional()
      .describe("In the name, the description, the source or the target, in any case."),
    enabled: z.enum(["true", "false"]).optional(),
    lastState: z
      .array(z.enum(RUN_STATES))
      .max(RUN_STATES.length)
      .optional()
      .describe("Whose newest run is in any of these."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(storedJobSchema) },
});

export const createJob = defineRoute("POST /jobs", {
  tag,
  summary: "Create a job",
  body: { kind: "json", schema: definitionSchema },
  answer: { kind: "json", status: 201, schema: storedJobSchema },
  idempotent: true,
});

export const tryJob = defineRoute("POST /jobs/try", {
  tag,
  summary: "Run a definition once without saving it and without writing a row",
  description:
    "What writes is a dry run, whatever the definition says; comparisons are what they always are. An export has " +
    "nothing to try. What a bi-sync job would do is told by what its places agreed on, so it is named by `jobId`.",
  query: waitQuery,
  body: {
    kind: "json",
    schema: z.strictObject({
      definition: definitionSchema,
      jobId: idSchema.optional().describe("The saved job that the definition is a change of."),
    }),
  },
  answer: { kind: "json", status: 202, schema: runSchema },
  idempotent: true,
});

export const getJob = defineRoute("GET /jobs/{id}", {
  tag,
  summary: "One job",
  params: byId,
  answer: { kind: "json", status: 200, schema: storedJobSchema },
});

export const updateJob = defineRoute("PUT /jobs/{id}", {
  tag,
  summary: "Replace a job's definition",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      version: z.int().describe("That of the job that the change was made from."),
      definition: definitionSchema,
      reason: z.string().trim().min(1).max(2000).optional().describe("Why; shown in the job's timeline."),
    }),
  },
  answer: { kind: "json", status: 200, schema: storedJobSchema },
});

export const deleteJob = defineRoute("DELETE /jobs/{id}", {
  tag,
  summary: "Delete a job; its runs stay",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

export const runJob = defineRoute("POST /jobs/{id}/run", {
  tag,
  summary: "Run a job now",
  params: byId,
  query: z.strictObject({
    wait: z.coerce.number().int().min(0).max(60).default(0).describe("Seconds to wait for the end."),
    allowDeletes: z
      .enum(["true", "false"])
      .default("false")
      .describe("bi-sync: this run may delete any number of rows, whatever the job's limits."),
  }),
  answer: { kind: "json", status: 202, schema: runSchema },
  idempotent: true,
});

export const rotateHook = defineRoute("POST /jobs/{id}/hook", {
  tag,
  summary: "Make a new incoming webhook; the old one stops working",
  params: byId,
  answer: {
    kind: "json",
    status: 201,
    schema: z.object({
      token: z.string(),
      path: z.string().describe("POST there. Shown this once: who knows it can start the job."),
    }),
  },
});

const fireTimesSchema = z.object({ times: z.array(timeSchema).describe("The next five.") });

export const previewJobSchedule = defineRoute("GET /jobs/{id}/schedule", {
  tag,
  summary: "When a job will run",
  params: byId,
  answer: { kind: "json", status: 200, schema: fireTimesSchema },
});

export const previewSchedule = defineRoute("POST /schedule/preview", {
  tag,
  summary: "When a schedule would fire",
  body: { kind: "json", schema: z.strictObject({ schedule: scheduleSchema }) },
  answer: { kind: "json", status: 200, schema: fireTimesSchema },
});

export const callHook = defineRoute("POST /hooks/{token}", {
  tag,
  summary: "Incoming webhook: run the job whose token this is",
  description: "Needs no other credentials. The body is not read.",
  params: z.strictObject({ token: z.string().min(1).max(200) }),
  answer: { kind: "json", status: 202, schema: z.object({ runId: idSchema }) },
  idempotent: true,
});
