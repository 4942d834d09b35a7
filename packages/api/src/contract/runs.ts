import { FINAL_STATES, JOB_KINDS, jobSchema, RUN_STATES, RUN_TRIGGERS } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, storedErrorSchema, timeSchema } from "./schemas.ts";
import { rowCountsSchema } from "./timeline.ts";

const tag = "runs";

const FINAL: ReadonlySet<string> = FINAL_STATES;
export const isFinalState = (state: string): boolean => FINAL.has(state);

const count = z.number().int();

const progressSchema = z.object({
  phase: z.string(),
  rows: count,
  bytes: count,
  rowsPerSecond: z.number(),
  etaSeconds: z.tuple([z.number(), z.number()]).nullable(),
  unitsDone: count,
  unitsTotal: count,
  tables: z.array(
    z.object({
      name: z.string(),
      phase: z.string(),
      rows: count,
      bytes: count,
      estimatedRows: z.number().nullable(),
    }),
  ),
});

/** That what a write destroyed can be had again. */
export const receiptSchema = z.object({
  kind: z.enum(["inverse", "untouched"]),
  ledgerId: z.string().nullable(),
  counts: z.object({ inserts: count, updates: count, deletes: count }),
  digest: z.string().nullable(),
  verified: z.literal(true),
});

const summarySchema = z.object({
  outcome: z.enum(["succeeded", "partial", "conflicted"]),
  counts: rowCountsSchema,
  tables: z.array(
    rowCountsSchema.partial().extend({ name: z.string(), error: storedErrorSchema.nullable().optional() }),
  ),
  bytes: count,
  ledgerIds: z.array(z.string()),
  receipts: z.array(receiptSchema).optional(),
  patchId: z.string().nullable(),
  files: z.array(z.string()),
  notes: z.array(z.string()),
});

export const runSchema = z
  .object({
    id: idSchema,
    jobId: idSchema.nullable(),
    kind: z.enum(JOB_KINDS),
    definition: jobSchema,
    trigger: z.enum(RUN_TRIGGERS),
    state: z.enum(RUN_STATES),
    attempt: count,
    notBefore: timeSchema.nullable(),
    waitsFor: z.string().nullable().describe("Why a queued run does not run."),
    requestedBy: z.string(),
    progress: progressSchema.nullable(),
    summary: summarySchema.nullable(),
    error: storedErrorSchema.nullable(),
    retryOf: idSchema.nullable(),
    reviewId: idSchema.nullable().default(null).describe("The review under which it writes."),
    createdAt: timeSchema,
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
    version: count,
  })
  .meta({ id: "Run" });
export type RunAnswer = z.output<typeof runSchema>;

const unitSchema = z.object({
  id: idSchema,
  attempt: count,
  position: count,
  kind: z.enum(["whole", "plan", "slice", "finish"]),
  state: z.enum(["pending", "ready", "running", "done", "failed", "cancelled"]),
  worker: idSchema.nullable(),
  claims: count.describe("How often a worker took it; more than once: it was given out again."),
  losses: count.describe("How often its worker was lost in this attempt."),
  tables: z.array(z.string()).describe("That it covers, as far as it is of some tables alone."),
  rows: count,
  bytes: count,
  error: storedErrorSchema.nullable(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
});

const attemptSchema = z.object({
  number: count,
  outcome: z.string().nullable(),
  error: storedErrorSchema.nullable(),
  startedAt: timeSchema,
  finishedAt: timeSchema.nullable(),
});

export const listRuns = defineRoute("GET /runs", {
  tag,
  summary: "Runs, newest first",
  query: pageQuery.extend({
    jobId: idSchema.optional(),
    state: z.array(z.enum(RUN_STATES)).max(RUN_STATES.length).optional().describe("Any of these."),
    kind: z.enum(JOB_KINDS).optional(),
    text: z
      .string()
      .max(200)
      .optional()
      .describe("In the job's name, the source or the target, in any case."),
    since: timeSchema.optional().describe("Asked for at this instant or later."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(runSchema) },
});

export const getRun = defineRoute("GET /runs/{id}", {
  tag,
  summary: "One run",
  params: byId,
  answer: { kind: "json", status: 200, schema: runSchema },
});

export const listUnits = defineRoute("GET /runs/{id}/units", {
  tag,
  summary: "Work units of a run, in their order",
  params: byId,
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(unitSchema) },
});

export const listAttempts = defineRoute("GET /runs/{id}/attempts", {
  tag,
  summary: "Tries of a run",
  params: byId,
  answer: { kind: "json", status: 200, schema: z.object({ items: z.array(attemptSchema) }) },
});

const controlled = { tag, params: byId, answer: { kind: "json", status: 200, schema: runSchema } } as const;

export const cancelRun = defineRoute("POST /runs/{id}/cancel", {
  ...controlled,
  summary: "Cancel; what is committed already is reported as done",
});
export const pauseRun = defineRoute("POST /runs/{id}/pause", {
  ...controlled,
  summary: "Pause; finished work units are kept",
});
export const resumeRun = defineRoute("POST /runs/{id}/resume", {
  ...controlled,
  summary: "Go on with a paused run",
});
export const retryRun = defineRoute("POST /runs/{id}/retry", {
  tag,
  summary: "A new run of what failed",
  params: byId,
  answer: { kind: "json", status: 201, schema: runSchema },
  idempotent: true,
});

const eventsOf = {
  tag: "events",
  description:
    "Server-sent events; each has an id, a type and JSON. Send the last id as `Last-Event-ID` to go on after it. " +
    "A `resync` event says that events were left out: read the state again.",
  answer: { kind: "events", status: 200 },
} as const;

export const runEvents = defineRoute("GET /runs/{id}/events", {
  ...eventsOf,
  summary: "What has happened to a run, from its beginning, and what does, live",
  params: byId,
});
export const allEvents = defineRoute("GET /events", {
  ...eventsOf,
  summary: "What happens, live",
});

/** The data of one event. */
export const eventSchema = z.object({
  id: count,
  runId: idSchema.nullable(),
  type: z.string(),
  payload: z.unknown(),
  at: timeSchema,
});
export type ServerEvent = z.output<typeof eventSchema>;
