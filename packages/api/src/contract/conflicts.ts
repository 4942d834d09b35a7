import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

const tag = "conflicts";
const STATES = ["open", "resolved", "applied", "superseded"] as const;

const conflictSchema = z.object({
  id: idSchema,
  jobId: idSchema.nullable(),
  runId: idSchema.nullable(),
  table: z.string(),
  keyText: z.string(),
  kind: z.string(),
  columns: z.array(z.string()),
  state: z.enum(STATES),
  createdAt: timeSchema,
  seenAt: timeSchema,
  closedAt: timeSchema.nullable(),
});

const wholeConflictSchema = conflictSchema.extend({
  document: z.unknown().describe("Base, ours and theirs as in a conflict file."),
});

const choiceSchema = z.strictObject({
  choice: z.enum(["ours", "theirs", "base", "row"]),
  row: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe("For `row`: columns as they shall be; null for no row."),
  seen: z.string().max(200).optional().describe("`versions` of the document that the choice is about."),
});

export const listConflicts = defineRoute("GET /conflicts", {
  tag,
  summary: "Rows that wait for a decision",
  query: pageQuery.extend({
    state: z.enum(STATES).optional(),
    jobId: idSchema.optional(),
    table: textSchema.optional(),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(conflictSchema) },
});

export const getConflict = defineRoute("GET /conflicts/{id}", {
  tag,
  summary: "One conflict with its rows",
  params: byId,
  answer: { kind: "json", status: 200, schema: wholeConflictSchema },
});

export const resolveConflict = defineRoute("POST /conflicts/{id}/resolve", {
  tag,
  summary: "Choose; the next run writes the choice, a cycle to both sides",
  params: byId,
  body: { kind: "json", schema: choiceSchema },
  answer: { kind: "json", status: 200, schema: conflictSchema },
});

export const resolveConflicts = defineRoute("POST /conflicts/resolve", {
  tag,
  summary: "Choose the same for many",
  body: {
    kind: "json",
    schema: z.strictObject({
      ids: z.array(idSchema).min(1).max(1000),
      choice: z.enum(["ours", "theirs", "base"]),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      resolved: z.array(idSchema),
      refused: z.array(z.object({ id: idSchema, code: z.string(), detail: z.string() })),
    }),
  },
});

const pairSchema = z.object({
  jobId: idSchema,
  source: z.string(),
  target: z.string(),
  cycle: z.number().int().describe("Cycles that came to their end."),
  advancedAt: timeSchema.nullable(),
  createdAt: timeSchema,
});

export const getPair = defineRoute("GET /jobs/{id}/pair", {
  tag,
  summary: "What a bi-sync job keeps in step, and how often it did",
  params: byId,
  answer: { kind: "json", status: 200, schema: pairSchema },
});

export const resetPair = defineRoute("POST /jobs/{id}/pair/reset", {
  tag,
  summary: "Forget what both places agreed on; the next cycle is a first contact",
  params: byId,
  answer: { kind: "empty", status: 204 },
});
