import { diffJobSchema } from "@syncline/jobs";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { runSchema } from "./runs.ts";
import { byId, idSchema, pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

const tag = "diffs";

/** What a job says of itself and a request does not. */
const JOB_ONLY = { name: true, kind: true, description: true, enabled: true, schedule: true } as const;
export const diffRequestSchema = diffJobSchema.omit(JOB_ONLY);

export const waitQuery = z.strictObject({
  wait: z.coerce.number().int().min(0).max(60).default(0).describe("Seconds to wait for the end."),
});

export const patchSchema = z
  .object({
    id: idSchema,
    runId: idSchema.nullable(),
    origin: z.enum(["diff", "upload", "resolution"]),
    source: z.string(),
    target: z.string(),
    hash: z.string().describe("sha256 of the whole patch, hex."),
    complete: z.boolean(),
    operations: z.int(),
    bytes: z.int(),
    summary: z.unknown().describe("Counts per table and kind."),
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
  kind: z.enum(["insert", "update", "delete"]),
  key: z.unknown(),
  columns: z.array(z.string()).describe("Changed columns of an update."),
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  count: z.int().describe("How many identical rows, where rows have no key."),
  cut: z
    .array(z.object({ side: z.enum(["key", "old", "new"]), column: z.string(), length: z.int() }))
    .describe("Values that a list shows the beginning of, with their whole length."),
});

export const listChanges = defineRoute("GET /patches/{id}/changes", {
  tag,
  summary: "Changed rows of a stored patch, filtered and paged",
  params: byId,
  query: pageQuery.extend({
    table: textSchema.optional(),
    kind: z.enum(["insert", "update", "delete"]).optional(),
    column: textSchema.optional().describe("Updates that change this column."),
    key: textSchema.optional().describe("Rows whose key starts like this."),
    text: textSchema.optional().describe("Rows that hold this text, small and capital letters alike."),
  }),
  answer: { kind: "json", status: 200, schema: pageOf(changeSchema) },
});

export const getChange = defineRoute("GET /patches/{id}/changes/{n}", {
  tag,
  summary: "One changed row, whole",
  params: z.strictObject({ id: idSchema, n: z.coerce.number().int().min(0) }),
  answer: { kind: "json", status: 200, schema: changeSchema },
});
