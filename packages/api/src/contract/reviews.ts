import { REVIEW_STATES } from "@syncline/core";
import { JOB_KINDS, jobSchema } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { runSchema } from "./runs.ts";
import { byId, idSchema, pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

const tag = "reviews";
const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const reasonSchema = z.string().max(2000);

const anchorSchema = z
  .strictObject({
    table: textSchema.optional(),
    key: textSchema
      .optional()
      .describe("As changes of the patch show it: a row. Left out for who may not read rows."),
    column: textSchema.optional(),
    statement: z
      .int()
      .min(0)
      .optional()
      .describe("Its number in the patch's SQL, from 1; 0: what comes before."),
  })
  .describe("Without a table or a statement it is about the whole.");

const commentSchema = z.object({
  id: idSchema,
  threadId: idSchema.nullable().describe("The first comment of its thread; null for that itself."),
  anchor: anchorSchema.nullable(),
  body: z.string(),
  createdBy: z.string(),
  createdAt: timeSchema,
  resolvedAt: timeSchema.nullable(),
  resolvedBy: z.string().nullable(),
});

const reviewFields = {
  id: idSchema,
  number: z.int(),
  title: z.string(),
  description: z.string(),
  state: z.enum(REVIEW_STATES),
  stateReason: z.string().nullable(),
  kind: z.enum(JOB_KINDS),
  jobId: idSchema.nullable().describe("Stands for every run of this job until it ends."),
  patchId: idSchema.nullable(),
  target: z.string(),
  environment: z.string().nullable(),
  content: digest.describe("Of what would be written; approving repeats it."),
  fingerprint: digest.describe("Of the target as it was; approving repeats it."),
  required: z.int(),
  given: z.int(),
  createdBy: z.string(),
  createdAt: timeSchema,
  decidedAt: timeSchema.nullable(),
  expiresAt: timeSchema,
  runId: idSchema.nullable().describe("The last run under it."),
  counts: z
    .object({ inserts: z.int(), updates: z.int(), deletes: z.int() })
    .nullable()
    .describe("Of the patch; null without one."),
  hazards: z.array(z.string()).describe("What to look at, as far as it is known before."),
};

export const reviewSchema = z.object(reviewFields).meta({ id: "Review" });

export const reviewDetailSchema = z
  .object({
    ...reviewFields,
    definition: jobSchema,
    summary: z.unknown().describe("Counts of the patch, by table; null without a patch."),
    authors: z.array(z.string()).describe("Who may not approve."),
    decisions: z.array(
      z.object({
        email: z.string(),
        name: z.string(),
        decision: z.enum(["approve", "refuse"]),
        reason: z.string(),
        at: timeSchema,
        superseded: z.boolean().describe("The same person decided anew."),
        counts: z.boolean(),
        publicKey: z.string().nullable(),
      }),
    ),
    comments: z.array(commentSchema),
    blocks: z.array(z.string()).describe("What keeps it from being written now; empty: nothing."),
  })
  .meta({ id: "ReviewDetail" });

export const listReviews = defineRoute("GET /reviews", {
  tag,
  summary: "Reviews, newest first",
  query: pageQuery.extend({
    state: z.enum(REVIEW_STATES).optional(),
    mine: z.enum(["true", "false"]).default("false").describe("Those that you asked for or made."),
    waiting: z.enum(["true", "false"]).default("false").describe("Open ones that wait for your decision."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(reviewSchema) },
});

export const openReview = defineRoute("POST /reviews", {
  tag,
  summary: "Ask for a write to be looked at",
  description:
    "Of a definition that is run once, of a saved job whose runs it stands for until it ends, or of what a retry of a run would write.",
  body: {
    kind: "json",
    schema: z
      .strictObject({
        title: z.string().trim().min(1).max(200),
        description: z.string().max(10_000).default(""),
        definition: jobSchema.optional(),
        job: idSchema.optional(),
        run: idSchema.optional(),
        expiresInSeconds: z
          .int()
          .min(1)
          .max(31_536_000)
          .optional()
          .describe("At most what the environment allows, which is the default."),
      })
      .refine(
        ({ definition, job, run }) =>
          [definition, job, run].filter((each) => each !== undefined).length === 1,
        "one of definition, job and run",
      ),
  },
  answer: { kind: "json", status: 201, schema: reviewDetailSchema },
  idempotent: true,
});

export const getReview = defineRoute("GET /reviews/{id}", {
  tag,
  summary: "One review with its decisions, comments and what blocks it",
  params: byId,
  answer: { kind: "json", status: 200, schema: reviewDetailSchema },
});

export const commentOnReview = defineRoute("POST /reviews/{id}/comments", {
  tag,
  summary: "Comment on a row, a cell, a table, a statement or the whole",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      body: z.string().trim().min(1).max(10_000),
      anchor: anchorSchema.optional(),
      thread: idSchema.optional().describe("Answers in the thread of this comment."),
    }),
  },
  answer: { kind: "json", status: 201, schema: commentSchema },
});

const byComment = byId.extend({ commentId: idSchema });

export const resolveComment = defineRoute("POST /reviews/{id}/comments/{commentId}/resolve", {
  tag,
  summary: "Close a thread of comments",
  params: byComment,
  answer: { kind: "json", status: 200, schema: commentSchema },
});

export const reopenComment = defineRoute("POST /reviews/{id}/comments/{commentId}/reopen", {
  tag,
  summary: "Open a thread of comments again",
  params: byComment,
  answer: { kind: "json", status: 200, schema: commentSchema },
});

const seen = {
  content: digest.describe("As the review showed it."),
  fingerprint: digest.describe("As the review showed it."),
};

export const approveReview = defineRoute("POST /reviews/{id}/approve", {
  tag,
  summary: "Approve exactly what was looked at, on the target as it was",
  params: byId,
  body: { kind: "json", schema: z.strictObject({ ...seen, reason: reasonSchema.default("") }) },
  answer: { kind: "json", status: 200, schema: reviewDetailSchema },
});

export const refuseReview = defineRoute("POST /reviews/{id}/refuse", {
  tag,
  summary: "Refuse, with a reason",
  params: byId,
  body: { kind: "json", schema: z.strictObject({ ...seen, reason: reasonSchema.trim().min(1) }) },
  answer: { kind: "json", status: 200, schema: reviewDetailSchema },
});

export const withdrawReview = defineRoute("POST /reviews/{id}/withdraw", {
  tag,
  summary: "Take back what you asked for",
  params: byId,
  body: { kind: "json", schema: z.strictObject({ reason: reasonSchema.optional() }) },
  answer: { kind: "json", status: 200, schema: reviewDetailSchema },
});

export const applyReview = defineRoute("POST /reviews/{id}/apply", {
  tag,
  summary: "Run what was approved",
  params: byId,
  query: z.strictObject({
    wait: z.coerce.number().int().min(0).max(60).default(0).describe("Seconds to wait for the end."),
  }),
  answer: { kind: "json", status: 202, schema: runSchema },
  idempotent: true,
});

export const listSigners = defineRoute("GET /signers", {
  tag,
  summary: "Public keys with which persons sign approvals",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      items: z.array(
        z.object({
          email: z.string(),
          name: z.string(),
          publicKey: z.string(),
          createdAt: timeSchema,
          retired: z.boolean(),
          deactivated: z.boolean(),
        }),
      ),
    }),
  },
});
