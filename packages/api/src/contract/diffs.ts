import { diffJobSchema } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { runSchema } from "./runs.ts";
import { byId, idSchema, pageOf, pageQuery, storedErrorSchema, textSchema, timeSchema } from "./schemas.ts";

const tag = "diffs";

/** What a job says of itself and a request does not. */
const JOB_ONLY = { name: true, kind: true, description: true, enabled: true, schedule: true } as const;
export const diffRequestSchema = diffJobSchema.omit(JOB_ONLY);

export const waitQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(60).default(0).describe("Seconds to wait for the end."),
});

const kindSchema = z.enum(["insert", "update", "delete"]);
const count = z.int().min(0);
const hashSchema = z.string().describe("sha256 of the whole patch, hex.");

/**
 * A condition on one column. Of an update the patch knows the columns that it changes and the key; others match nothing.
 */
export const valueConditionSchema = z.strictObject({
  column: textSchema,
  side: z
    .enum(["old", "new", "either"])
    .default("either")
    .describe("old: before, of updates and deletes. new: after, of updates and inserts."),
  test: z.enum(["equals", "contains"]).default("equals"),
  value: z
    .string()
    .max(4096)
    .nullable()
    .describe("null: is NULL, with equals. contains minds no case; equals does."),
});

/** Which changes; all that is given must hold. */
export const changeFilterSchema = z.strictObject({
  table: textSchema.optional(),
  kinds: z.array(kindSchema).min(1).max(3).optional(),
  column: textSchema.optional().describe("Updates that change this column."),
  key: textSchema.optional().describe("Rows whose key starts like this."),
  text: textSchema.optional().describe("Rows that hold this text, small and capital letters alike."),
  values: z.array(valueConditionSchema).min(1).max(8).optional(),
});
export type ChangeFilterAnswer = z.output<typeof changeFilterSchema>;

/** The same as parameters of a URL. */
const filterQuery = z.strictObject({
  table: textSchema.optional(),
  kind: z.array(kindSchema).max(3).optional().describe("May come several times."),
  column: changeFilterSchema.shape.column,
  key: changeFilterSchema.shape.key,
  text: changeFilterSchema.shape.text,
  value: z
    .array(z.string().min(1).max(8192))
    .max(8)
    .optional()
    .describe(
      'A condition on a column as JSON: {"column": "status", "side": "old", "test": "equals", "value": "paid"}. May come several times.',
    ),
});

const selectedFromSchema = z.object({
  patchId: idSchema,
  hash: hashSchema,
  filter: changeFilterSchema,
});

export const patchSchema = z
  .object({
    id: idSchema,
    runId: idSchema.nullable(),
    origin: z.enum(["diff", "upload", "resolution", "selection"]),
    source: z.string(),
    target: z.string(),
    hash: z.string().describe("sha256 of the whole patch, hex."),
    complete: z.boolean(),
    operations: z.int(),
    bytes: z.int(),
    summary: z.unknown().describe("Counts per table and kind."),
    selectedFrom: selectedFromSchema
      .nullable()
      .describe("What a selection was made from; what of its filter names rows is for who may read them."),
    createdBy: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable(),
    removedAt: timeSchema.nullable(),
  })
  .meta({ id: "Patch" });

export const startDiff = defineRoute("POST /diff", {
  tag,
  summary: "Compare two places; the result is kept as a patch",
  query: waitQuery,
  body: { kind: "json", schema: diffRequestSchema },
  answer: { kind: "json", status: 202, schema: runSchema },
  idempotent: true,
});

export const listPatches = defineRoute("GET /patches", {
  tag,
  summary: "Stored patches, newest first",
  query: pageQuery.extend({
    runId: idSchema.optional(),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(patchSchema) },
});

export const PATCH_MEDIA_TYPE = "application/vnd.syncline.patch";

export const uploadPatch = defineRoute("POST /patches", {
  tag,
  summary: "Store a patch file",
  body: { kind: "bytes", contentTypes: [PATCH_MEDIA_TYPE, "application/octet-stream"] },
  answer: { kind: "json", status: 201, schema: patchSchema },
});

export const getPatch = defineRoute("GET /patches/{id}", {
  tag,
  summary: "One stored patch",
  params: byId,
  answer: { kind: "json", status: 200, schema: patchSchema },
});

export const deletePatch = defineRoute("DELETE /patches/{id}", {
  tag,
  summary: "Remove a stored patch's files",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

export const downloadPatch = defineRoute("GET /patches/{id}/file", {
  tag,
  summary: "The patch file",
  params: byId,
  answer: { kind: "bytes", status: 200, contentTypes: [PATCH_MEDIA_TYPE] },
});

/** A row as typed texts by column; the form is that of patch files. */
export const changeSchema = z.object({
  n: z.int().describe("Its number in the patch, from 0."),
  table: z.string(),
  kind: kindSchema,
  key: z.unknown(),
  columns: z.array(z.string()).describe("Changed columns of an update."),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  count: z.int().describe("How many identical rows, where rows have no key."),
  cut: z
    .array(z.object({ side: z.enum(["key", "old", "new"]), column: z.string(), length: z.int() }))
    .describe("Values that a list shows the beginning of, with their whole length."),
});

/** Filters by text or value search: their answers may not have come to the end yet. */
const SEARCHED =
  "With `text` or `value` the server searches for a moment at a time and remembers how far it came: ask again until it is done.";

export const listPatchTables = defineRoute("GET /patches/{id}/tables", {
  tag,
  summary: "Verdict by table: same, different, or not compared",
  description:
    "Tables without a change are known of patches that a run made, as are rows that are alike; of others only tables with changes.",
  params: byId,
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      patchId: idSchema,
      hash: hashSchema,
      complete: z.boolean(),
      total: count.describe("Changes of all tables."),
      tables: z.array(
        z.object({
          name: z.string(),
          state: z.enum(["same", "different", "failed"]),
          changes: z
            .object({ insert: count, update: count, delete: count })
            .describe(
              "As filters choose and selections count them: one may stand for several rows without a key.",
            ),
          inserts: count.describe("Rows."),
          updates: count,
          deletes: count,
          unchanged: count.nullable(),
          sourceRows: count.nullable().describe("null: not known, or the comparison stopped before its end."),
          targetRows: count.nullable(),
          error: storedErrorSchema.nullable(),
          key: z.array(z.string()).describe("Empty: rows have no key."),
          columns: z.array(z.object({ name: z.string(), type: z.string() })),
          changedColumns: z
            .array(
              z.object({
                name: z.string(),
                updates: count.describe("Updates that change it."),
                only: count.describe("Updates that change nothing else."),
              }),
            )
            .describe("Those that most updates change come first."),
        }),
      ),
    }),
  },
});

export const listChanges = defineRoute("GET /patches/{id}/changes", {
  tag,
  summary: "Changed rows of a stored patch, filtered and paged",
  description: SEARCHED,
  params: byId,
  query: pageQuery.extend({
    ...filterQuery.shape,
    offset: z.coerce
      .number()
      .int()
      .min(0)
      .optional()
      .describe("How many of what the filter chooses come before the page, instead of `after`."),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: pageOf(changeSchema).extend({
      hash: hashSchema,
      searching: z
        .boolean()
        .describe("With `offset`: the search has not come to the page's end yet; ask for it again."),
    }),
  },
});

export const countChanges = defineRoute("GET /patches/{id}/changes/count", {
  tag,
  summary: "How many changed rows a filter chooses",
  description: SEARCHED,
  params: byId,
  query: filterQuery,
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      count,
      exact: z.boolean().describe("false: so many were found up to now; ask again."),
      kinds: z.object({ insert: count, update: count, delete: count }),
      hash: hashSchema,
    }),
  },
});

export const findChange = defineRoute("GET /patches/{id}/changes/find", {
  tag,
  summary: "The change of one row, by its whole key, and its place among what a filter chooses",
  params: byId,
  query: filterQuery.extend({
    table: textSchema,
    row: z.array(z.string().max(4096)).min(1).max(32).describe("Values of the key's columns, in order."),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      n: count.nullable().describe("null: the patch does not change that row."),
      offset: count
        .nullable()
        .describe("null: the filter does not choose it, or the search has not come to it."),
      hash: hashSchema,
    }),
  },
});

export const exportChanges = defineRoute("GET /patches/{id}/changes/export", {
  tag,
  summary: "Changed rows of a stored patch as a file",
  description:
    "csv has a line for each value that changes, in which NULL is an empty field and an empty text is two quotes.",
  params: byId,
  query: filterQuery.extend({
    format: z.enum(["ndjson", "csv", "json", "sql", "html"]).default("ndjson").describe("Form of the file."),
  }),
  answer: {
    kind: "bytes",
    status: 200,
    contentTypes: ["application/x-ndjson", "text/csv", "application/json", "application/sql", "text/html"],
  },
});

export const getChange = defineRoute("GET /patches/{id}/changes/{n}", {
  tag,
  summary: "One changed row, whole",
  params: z.strictObject({ id: idSchema, n: z.coerce.number().int().min(0) }),
  answer: { kind: "json", status: 200, schema: changeSchema },
});

const binSchema = z.object({ from: z.number(), to: z.number(), count });

export const histogramOfPatch = defineRoute("GET /patches/{id}/histogram", {
  tag,
  summary: "Where along the key changes lie, and what they do to a column",
  params: byId,
  query: filterQuery.extend({
    table: textSchema,
    buckets: z.coerce.number().int().min(1).max(60).default(60).describe("Parts of the range."),
    of: textSchema.optional().describe("The column to look into; updates alone."),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      hash: hashSchema,
      table: z.string(),
      along: z
        .enum(["key", "order"])
        .describe("key: equal parts of the first key column's range. order: equal parts of the changes."),
      exact: z.boolean().describe("false: a search has not come to the end; ask again."),
      buckets: z.array(
        z.object({
          from: z.string().nullable().describe("First value of the key's first column."),
          to: z.string().nullable(),
          insert: count,
          update: count,
          delete: count,
        }),
      ),
      column: z
        .object({
          name: z.string(),
          type: z.string(),
          updates: count.describe("Updates that the filter chooses and that change it."),
          sampled: count.describe("How many of them were looked at, evenly spread."),
          pairs: z
            .array(z.object({ old: z.string().nullable(), new: z.string().nullable(), count }))
            .describe("What became what, the most frequent first. Long values are cut."),
          becameNull: count,
          wasNull: count,
          whitespaceOnly: count,
          caseOnly: count,
          numeric: z
            .object({
              count,
              min: z.number(),
              median: z.number(),
              max: z.number(),
              buckets: z.array(binSchema),
            })
            .nullable()
            .describe("Of the differences, new less old, where both are numbers."),
        })
        .nullable(),
    }),
  },
});

export const selectChanges = defineRoute("POST /patches/{id}/selection", {
  tag,
  summary: "Make a patch of exactly what a filter chooses",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      filter: changeFilterSchema,
      count: z
        .int()
        .min(1)
        .describe("As counted before; the patch is made of exactly so many, or not at all."),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
        .describe("Of the patch that was looked at."),
    }),
  },
  answer: { kind: "json", status: 201, schema: patchSchema },
});

export const listStatements = defineRoute("GET /patches/{id}/sql", {
  tag,
  summary: "The patch as SQL statements, paged",
  description: "The statements of `syncline patch sql`; comments of reviews name them by `n`.",
  params: byId,
  query: pageQuery.extend({
    direction: z
      .enum(["forward", "undo"])
      .default("forward")
      .describe("What it does, or what takes it back."),
    offset: z.coerce
      .number()
      .int()
      .min(0)
      .optional()
      .describe("Statements before the page, instead of `after`."),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: pageOf(
      z.object({
        n: count.describe("Its number in the script, from 1."),
        change: count.describe("Number of the change."),
        table: z.string(),
        kind: kindSchema,
        text: z.string(),
        cut: z.boolean().describe("Very long statements show their beginning; the file has them whole."),
      }),
    ).extend({
      hash: hashSchema,
      total: count,
      head: z.string().describe("What the script says before its statements."),
      tail: z.string(),
    }),
  },
});

export const downloadSql = defineRoute("GET /patches/{id}/sql/file", {
  tag,
  summary: "The patch as an SQL script",
  params: byId,
  query: z.strictObject({
    direction: z
      .enum(["forward", "undo"])
      .default("forward")
      .describe("What it does, or what takes it back."),
  }),
  answer: { kind: "bytes", status: 200, contentTypes: ["application/sql"] },
});

export const previewIgnore = defineRoute("POST /patches/{id}/ignore-preview", {
  tag,
  summary: "Which updates would be none if columns were ignored or tolerated",
  description: "Tolerances are looked into for a moment at a time: while `exact` is false, ask again.",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      ignoreFields: z
        .array(textSchema)
        .max(1600)
        .default([])
        .describe("As jobs name them: column or table.column."),
      tolerance: z.record(textSchema, textSchema).default({}).describe("As jobs name them."),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      hash: hashSchema,
      exact: z.boolean(),
      vanish: count.describe("Updates that would not be there."),
      remain: count,
      tables: z.array(z.object({ name: z.string(), vanish: count, remain: count })),
      notes: z.array(z.string()).describe("What would not do what it seems to."),
    }),
  },
});
