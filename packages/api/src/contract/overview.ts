import { JOB_KINDS, RUN_STATES, RUN_TRIGGERS } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { idSchema, storedErrorSchema, timeSchema } from "./schemas.ts";

const count = z.int();

export const HEALTHS = ["failing", "conflicting", "drifting", "running", "unknown", "in-step"] as const;

const jobNamed = { jobId: idSchema, name: z.string(), kind: z.enum(JOB_KINDS) };

const pairHealthSchema = z.object({
  ...jobNamed,
  enabled: z.boolean(),
  source: z.string(),
  target: z.string(),
  environments: z
    .object({ source: z.string().nullable(), target: z.string().nullable() })
    .describe("Of the servers that the places name."),
  health: z.enum(HEALTHS).describe("running: a run is under way and nothing worse is known."),
  reason: z.string(),
  differences: z
    .object({
      inserted: count,
      updated: count,
      deleted: count,
      complete: z.boolean().describe("false: the comparison stopped before its end; there may be more."),
      runId: idSchema,
      patchId: idSchema.nullable(),
      at: timeSchema,
    })
    .nullable()
    .describe("That the job's last comparison found; null: it compares nothing, or has not yet."),
  openConflicts: count,
  liveRunId: idSchema.nullable(),
  lastRun: z
    .object({
      id: idSchema,
      state: z.enum(RUN_STATES),
      createdAt: timeSchema,
      finishedAt: timeSchema.nullable(),
    })
    .nullable(),
  nextFireAt: timeSchema.nullable(),
});

const liveRunSchema = z.object({
  id: idSchema,
  jobId: idSchema.nullable(),
  name: z.string(),
  kind: z.enum(JOB_KINDS),
  state: z.enum(RUN_STATES),
  trigger: z.enum(RUN_TRIGGERS),
  attempt: count,
  source: z.string().nullable(),
  target: z.string().nullable(),
  waitsFor: z.string().nullable(),
  notBefore: timeSchema.nullable(),
  requestedBy: z.string(),
  progress: z
    .object({
      phase: z.string(),
      rows: count,
      bytes: count,
      rowsPerSecond: z.number(),
      etaSeconds: z.tuple([z.number(), z.number()]).nullable(),
      unitsDone: count,
      unitsTotal: count,
    })
    .nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
});

const needsSchema = z.object({
  reviews: z
    .object({
      count,
      items: z.array(
        z.object({
          id: idSchema,
          number: count,
          title: z.string(),
          target: z.string(),
          environment: z.string().nullable(),
          required: count,
          given: count,
          createdBy: z.string(),
          createdAt: timeSchema,
          expiresAt: timeSchema,
        }),
      ),
    })
    .describe("Open ones that wait for the caller's decision."),
  conflicts: z.object({
    count,
    jobs: z.array(z.object({ ...jobNamed, count })),
    runs: z
      .array(z.object({ runId: idSchema, kind: z.enum(JOB_KINDS), count }))
      .describe("Met by runs without a job, such as the application of a patch."),
  }),
  failed: z
    .array(
      z.object({
        ...jobNamed,
        runId: idSchema,
        state: z.enum(RUN_STATES),
        error: storedErrorSchema.nullable(),
        at: timeSchema,
      }),
    )
    .describe("Jobs whose last run did not succeed."),
  paused: z.array(
    z.object({
      runId: idSchema,
      jobId: idSchema.nullable(),
      name: z.string(),
      kind: z.enum(JOB_KINDS),
      createdAt: timeSchema,
    }),
  ),
  frozen: z.array(z.object({ name: z.string(), at: timeSchema, by: z.string(), reason: z.string() })),
});

const daySchema = z.object({
  day: z.iso.date().describe("In UTC."),
  succeeded: count,
  failed: count,
  inserted: count,
  updated: count,
  deleted: count,
  conflictsOpened: count,
  conflictsClosed: count,
});

export const overviewSchema = z
  .object({
    at: timeSchema,
    jobs: count.describe("All that are saved."),
    pairs: z
      .array(pairHealthSchema)
      .describe("Saved jobs with a source and a target; worst first, 500 at most."),
    running: z.array(liveRunSchema).describe("Runs that have not ended; 50 at most."),
    runningCount: count,
    needs: needsSchema,
    trends: z.array(daySchema).describe("The last 14 days, oldest first; rows are those that runs wrote."),
  })
  .meta({ id: "Overview" });
export type Overview = z.output<typeof overviewSchema>;

export const getOverview = defineRoute("GET /overview", {
  tag: "overview",
  summary: "How everything stands: pairs, what runs, what waits for somebody, trends",
  description:
    "Runs are there for who may read runs, reviews for who may read reviews; names and counts only.",
  answer: { kind: "json", status: 200, schema: overviewSchema },
});
