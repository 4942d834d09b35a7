import { JOB_KINDS } from "@syncline/jobs";
import { z } from "zod";
import { patchSchema } from "./diffs.ts";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

const tag = "conflicts";
const SIDES = ["ours", "theirs", "base"] as const;
const STATES = ["open", "resolved", "applied", "superseded"] as const;

const conflictSchema = z.object({
  id: idSchema,
  jobId: idSchema.nullable(),
  runId: idSchema.nullable(),
  table: z.string(),
  keyText: z.string(),
  kind: z.string(),
  key: z
    .record(z.string(), z.string().nullable())
    .describe("Empty for a row without a key. Long values are cut."),
  columns: z.array(z.string()).describe("Undecided ones; empty when the row as a whole is undecided."),
  state: z.enum(STATES),
  createdAt: timeSchema,
  seenAt: timeSchema,
  closedAt: timeSchema.nullable(),
  resolution: z
    .object({
      id: idSchema,
      choice: z.enum(["ours", "theirs", "base", "row"]),
      resolvedBy: z.string(),
      resolvedAt: timeSchema,
    })
    .nullable()
    .describe("The newest decision."),
});

const sidesSchema = z
  .object({
    ours: z.string().nullable().describe("The target."),
    theirs: z.string().nullable().describe("The source; of a patch, where it was made from."),
    base: z.string().nullable().describe("Where the rows of before are, if in a place."),
    patch: idSchema.nullable().describe("The patch that theirs is of."),
  })
  .describe("Which place each side is.");

const wholeConflictSchema = conflictSchema.extend({
  document: z.unknown().describe("Base, ours and theirs as in a conflict file."),
  jobName: z.string().nullable(),
  jobKind: z.enum(JOB_KINDS).nullable().describe("What the run that met it does."),
  sides: sidesSchema,
  choices: z
    .array(z.object({ choice: z.enum(SIDES), refused: z.string().nullable() }))
    .describe("Whether a whole side can be chosen, and why not."),
  decisions: z
    .array(
      z.object({
        id: idSchema,
        choice: z.enum(["ours", "theirs", "base", "row"]),
        row: z.record(z.string(), z.string().nullable()).nullable(),
        resolvedBy: z.string(),
        resolvedAt: timeSchema,
      }),
    )
    .describe("Newest first."),
});

const choiceSchema = z.strictObject({
  choice: z.enum(["ours", "theirs", "base", "row"]),
  row: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe("For `row`: columns as they shall be; null for no row."),
  seen: z.string().max(200).optional().describe("`versions` of the document that the choice is about."),
  decision: idSchema
    .nullable()
    .optional()
    .describe("The newest decision that was shown; null for none. A newer one refuses the choice with 409."),
});

const filterShape = {
  jobId: idSchema.optional(),
  runId: idSchema.optional().describe("The run that met them last."),
  table: textSchema.optional(),
  kind: textSchema.optional(),
  column: textSchema.optional().describe("One of the undecided columns."),
  key: textSchema.optional().describe("Text within a value of the key, without regard to case."),
};

export const listConflicts = defineRoute("GET /conflicts", {
  tag,
  summary: "Rows that wait for a decision",
  query: pageQuery.extend({
    state: z.enum(STATES).optional(),
    ...filterShape,
    order: z
      .enum(["newest", "place"])
      .default("newest")
      .describe("`place`: those of one job or run together, then by table and key."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(conflictSchema) },
});

const facetSchema = z.array(z.object({ value: z.string(), count: z.number().int() }));

export const countConflicts = defineRoute("GET /conflicts/counts", {
  tag,
  summary: "How many there are, by job, state, table, kind and column",
  description: "Each part counts what the rest of the filter leaves; most first, at most 200 values of each.",
  query: z.strictObject({ state: z.enum(STATES).optional(), ...filterShape }),
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      total: z.number().int().describe("What the whole filter chooses."),
      groups: z.array(
        z.object({
          jobId: idSchema.nullable(),
          runId: idSchema.nullable().describe("Of those without a job."),
          name: z.string().nullable(),
          kind: z.enum(JOB_KINDS).nullable(),
          sides: sidesSchema,
          count: z.number().int(),
        }),
      ),
      states: facetSchema,
      tables: facetSchema,
      kinds: facetSchema,
      columns: facetSchema,
    }),
  },
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

const ruleSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("side"), side: z.enum(SIDES) }).describe("Every row as this side has it."),
  z
    .strictObject({ kind: z.literal("newest"), column: textSchema })
    .describe("The side whose column has the later instant or the greater number."),
  z
    .strictObject({
      kind: z.literal("cells"),
      cells: z
        .record(z.string().min(1).max(4096), z.enum(SIDES))
        .refine((cells) => Object.keys(cells).length > 0, "names no column")
        .refine((cells) => Object.keys(cells).length <= 1000, "names more than 1,000 columns"),
    })
    .describe("Rows of which only these columns differ, each column from its side; others are left."),
]);

const wishShape = {
  filter: z.strictObject({
    state: z.enum(["open", "resolved"]).default("open"),
    ...filterShape,
    ids: z.array(idSchema).min(1).max(1000).optional(),
  }),
  rule: ruleSchema,
};

const cellSchema = z
  .string()
  .nullable()
  .optional()
  .describe("Left out where it is not known. Long values are cut.");

const previewedSchema = z.object({
  id: idSchema,
  table: z.string(),
  key: z.record(z.string(), z.string().nullable()),
  kind: z.string(),
  choice: z.enum(["ours", "theirs", "base", "row"]).nullable().describe("Null: the rule leaves it."),
  result: z
    .enum(["row", "no-row"])
    .nullable()
    .describe("Whether there is a row once the choice is carried out."),
  reason: z.string().nullable().describe("Why it is left."),
  detail: z.string().nullable(),
  cells: z
    .array(z.object({ column: z.string(), ours: cellSchema, theirs: cellSchema, chosen: cellSchema }))
    .describe("Columns that differ, at most 20."),
});

export const previewRule = defineRoute("POST /conflicts/resolve/preview", {
  tag,
  summary: "What a rule would choose for many, without choosing it",
  body: {
    kind: "json",
    schema: z.strictObject({ ...wishShape, show: z.number().int().min(0).max(100).default(20) }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      count: z.number().int().describe("Conflicts of the filter."),
      decided: z.number().int(),
      left: z.number().int(),
      digest: z.string().describe("For the request that does it."),
      choices: z.array(z.object({ choice: z.string(), count: z.number().int() })),
      reasons: z.array(z.object({ reason: z.string(), count: z.number().int() })),
      firstDecided: z.array(previewedSchema),
      firstLeft: z.array(previewedSchema),
    }),
  },
});

export const resolveByRule = defineRoute("POST /conflicts/resolve/rule", {
  tag,
  summary: "Choose for many by a rule, as it was previewed",
  description:
    "All of them or none: 409 when the set, a row, a decision or a choice is another one than in the preview.",
  body: {
    kind: "json",
    schema: z.strictObject({
      ...wishShape,
      count: z.number().int().min(0),
      digest: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({ decided: z.number().int(), left: z.number().int() }),
  },
});

export const makePatch = defineRoute("POST /conflicts/patch", {
  tag,
  summary: "A patch that brings the target to what was decided",
  description:
    "Of a patch that met changed rows: the same patch as decided. Of a merge, copy or import: its held rows as decided. Old values are the target's when the conflicts came up, so the patch is refused where a row was changed since.",
  body: {
    kind: "json",
    schema: z.strictObject({
      jobId: idSchema.optional(),
      runId: idSchema.optional().describe("Of a run without a job."),
      rows: z
        .enum(["all", "decided"])
        .default("all")
        .describe(
          "`all` is refused while conflicts are open; `decided` holds the decided rows and nothing else.",
        ),
    }),
  },
  answer: { kind: "json", status: 201, schema: patchSchema },
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
