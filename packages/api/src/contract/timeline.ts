import { JOB_KINDS, RUN_STATES, RUN_TRIGGERS } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, storedErrorSchema, timeSchema } from "./schemas.ts";

const count = z.int();

/** What a list of runs says of rows. */
export const rowCountsSchema = z.object({
  inserted: count,
  updated: count,
  deleted: count,
  unchanged: count,
  skipped: count,
  conflicts: count,
});

const entry = {
  id: z.string().describe("Unique in its timeline."),
  at: timeSchema,
  by: z.string().describe("As the audit log names who did it."),
};

const runEntry = z.object({
  ...entry,
  kind: z.literal("run"),
  run: z.object({
    id: idSchema,
    kind: z.enum(JOB_KINDS),
    state: z.enum(RUN_STATES),
    trigger: z.enum(RUN_TRIGGERS),
    attempt: count,
    retryOf: idSchema.nullable(),
    reviewId: idSchema.nullable(),
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
    counts: rowCountsSchema.nullable(),
    patchId: idSchema.nullable(),
    error: storedErrorSchema.nullable(),
  }),
});

const editEntry = z.object({
  ...entry,
  kind: z.literal("edit"),
  change: z.enum(["created", "updated", "enabled", "disabled", "deleted"]),
  version: count.nullable(),
  origin: z.enum(["api", "config"]),
  reason: z.string().nullable(),
  fields: z.array(
    z.object({
      field: z.string().describe("Of the definition."),
      before: z.unknown(),
      after: z.unknown(),
      kept: z.boolean().describe("false: what it was is not kept, as of a filter, which may name rows."),
    }),
  ),
});

const reviewEntry = z.object({
  ...entry,
  kind: z.literal("review"),
  event: z.enum(["opened", "approved", "refused", "used", "applied", "voided", "expired", "withdrawn"]),
  review: z.object({ id: idSchema, number: count, title: z.string(), environment: z.string().nullable() }),
  runId: idSchema.nullable().describe("The run under it, for used and applied."),
  reason: z.string().nullable(),
});

const conflictsEntry = z.object({
  ...entry,
  kind: z.literal("conflicts"),
  choice: z.enum(["ours", "theirs", "base", "row"]),
  count: count.describe("Decided so by the same person within a minute."),
  tables: z.array(z.string()),
});

const hookEntry = z.object({ ...entry, kind: z.literal("hook"), change: z.enum(["rotated", "removed"]) });

const pairEntry = z.object({
  ...entry,
  kind: z.literal("pair"),
  cycle: count.nullable().describe("That was forgotten."),
});

export const timelineEntrySchema = z
  .discriminatedUnion("kind", [runEntry, editEntry, reviewEntry, conflictsEntry, hookEntry, pairEntry])
  .meta({ id: "TimelineEntry" });
export type TimelineEntry = z.output<typeof timelineEntrySchema>;

export const jobTimeline = defineRoute("GET /jobs/{id}/timeline", {
  tag: "jobs",
  summary: "What happened to a job, newest first: runs, edits, reviews, decisions",
  description:
    "Runs are there for who may read runs, reviews for who may read reviews; names and counts only.",
  params: byId,
  query: pageQuery.extend({
    kind: z
      .array(z.enum(["run", "edit", "review", "conflicts", "hook", "pair"]))
      .max(6)
      .optional()
      .describe("Only these."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(timelineEntrySchema) },
});
