import {
  applyJobSchema,
  copyJobSchema,
  exportJobSchema,
  importJobSchema,
  undoJobSchema,
} from "@syncline/jobs";
import { z } from "zod";
import { PATCH_MEDIA_TYPE, waitQuery } from "./diffs.ts";
import { defineRoute } from "./route.ts";
import { receiptSchema, runSchema } from "./runs.ts";
import { textSchema } from "./schemas.ts";

const tag = "transfers";

/** What a job says of itself and a request does not. */
const JOB_ONLY = { name: true, kind: true, description: true, enabled: true, schedule: true } as const;

const started = { tag, query: waitQuery, idempotent: true } as const;
const run = { kind: "json", status: 202, schema: runSchema } as const;

export const applyPatch = defineRoute("POST /apply", {
  ...started,
  summary: "Apply a stored patch",
  body: { kind: "json", schema: applyJobSchema.omit(JOB_ONLY) },
  answer: run,
});

const switchText = z.enum(["true", "false"]).default("false");

export const applyFile = defineRoute("POST /apply/file", {
  ...started,
  summary: "Store the patch file in the body and apply it",
  query: waitQuery.extend({
    target: textSchema,
    strategy: z.enum(["manual", "ours", "theirs"]).default("manual"),
    dryRun: switchText,
    includeCascades: switchText,
    triggers: z.enum(["auto", "on", "off"]).default("auto"),
    confirm: textSchema.optional(),
  }),
  body: { kind: "bytes", contentTypes: [PATCH_MEDIA_TYPE, "application/octet-stream"] },
  answer: run,
});

const batchRow = z.record(z.string().min(1).max(255), z.string().max(16_777_216).nullable());

/** One wish about one row. Values are texts that PostgreSQL reads as the column's type. */
const batchOperationSchema = z.strictObject({
  op: z.enum(["insert", "update", "delete"]),
  table: textSchema,
  key: batchRow.default({}).describe("May be left out of an insert."),
  old: batchRow.default({}).describe("What must hold of the row before; the rest is taken as it is now."),
  new: batchRow.default({}).describe("What an insert leaves out gets the column's default."),
});

export const applyBatch = defineRoute("POST /apply/batch", {
  tag,
  summary: "Insert, update and delete single rows, and hear of each what became of it",
  description:
    "Sent again under its Idempotency-Key, what was written is not written again: its items are `already`, with the " +
    "same `ledgerIds`.",
  body: {
    kind: "json",
    schema: z.strictObject({
      target: textSchema,
      operations: z.array(batchOperationSchema).min(1).max(10_000),
      atomic: z.boolean().default(true).describe("All in one transaction, or each by itself, in order."),
      strategy: z.enum(["manual", "ours", "theirs"]).default("manual"),
      dryRun: z.boolean().default(false),
      triggers: z.enum(["auto", "on", "off"]).default("auto"),
      includeCascades: z.boolean().default(false),
      confirm: textSchema.optional(),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      target: z.string(),
      outcome: z.enum(["applied", "partial", "refused"]),
      items: z.array(
        z.object({
          status: z.enum(["applied", "already", "skipped", "conflict", "violation", "error", "held"]),
          key: z.record(z.string(), z.string().nullable()).nullable(),
          problem: z
            .object({ code: z.string(), message: z.string(), hint: z.string().nullable() })
            .nullable(),
        }),
      ),
      ledgerIds: z.array(z.string()),
      receipts: z.array(receiptSchema).optional(),
      notes: z.array(z.string()),
    }),
  },
  idempotent: true,
});

export const undo = defineRoute("POST /undo", {
  ...started,
  summary: "Undo what was applied",
  body: { kind: "json", schema: undoJobSchema.omit(JOB_ONLY) },
  answer: run,
});

export const copy = defineRoute("POST /copy", {
  ...started,
  summary: "Copy rows from one place to another",
  body: { kind: "json", schema: copyJobSchema.omit(JOB_ONLY) },
  answer: run,
});

const appliedSchema = z.object({
  inserted: z.int(),
  updated: z.int(),
  deleted: z.int(),
  alreadyApplied: z.int(),
  skipped: z.int(),
});

const ledgerEntrySchema = z.object({
  id: z.string(),
  patchId: z.string(),
  hash: z.string(),
  kind: z.enum(["apply", "undo"]),
  undoes: z.string().nullable(),
  appliedAt: z.string(),
  actor: z.string().nullable(),
  reason: z.string().nullable(),
  strategy: z.string(),
  complete: z.boolean(),
  source: z.string(),
  counts: appliedSchema,
  tables: z.array(appliedSchema.extend({ name: z.string() })),
  undoState: z.enum(["applied", "partial", "undone"]),
  undoneBy: z.string().nullable(),
  undoneAt: z.string().nullable(),
  receipt: receiptSchema.nullable().default(null),
});

export const readLog = defineRoute("GET /log", {
  tag,
  summary: "What was applied to a place, newest first",
  query: z.strictObject({ target: textSchema, limit: z.coerce.number().int().min(1).max(1000).default(50) }),
  answer: { kind: "json", status: 200, schema: z.object({ items: z.array(ledgerEntrySchema) }) },
});

/** Forms of one stream; CSV is a directory of files. */
const STREAM_FORMATS = ["ndjson", "json", "yaml", "sql"] as const;
const streamFormat = z.enum(STREAM_FORMATS);
export const EXPORT_TYPES: Readonly<Record<(typeof STREAM_FORMATS)[number], string>> = {
  ndjson: "application/x-ndjson",
  json: "application/json",
  yaml: "application/yaml",
  sql: "application/sql",
};
const EXPORT_CONTENT_TYPES = Object.values(EXPORT_TYPES);

export const exportRows = defineRoute("POST /export", {
  tag,
  summary: "Read rows of one instant, streamed",
  description:
    "An error in the middle ends the connection without the last chunk: the file is not complete then. " +
    "CSV, which is a directory of files, and encrypted files are made by export jobs.",
  body: {
    kind: "json",
    schema: exportJobSchema
      .omit({ ...JOB_ONLY, file: true, recipients: true, retry: true, timeout: true })
      .extend({ format: streamFormat.optional() }),
  },
  answer: { kind: "bytes", status: 200, contentTypes: EXPORT_CONTENT_TYPES },
});

export const readRows = defineRoute("GET /rows", {
  tag,
  summary: "Rows of a place at one instant, for another Syncline",
  description: "The form of docs/formats/rows-stream.md. A stream without its end line is not complete.",
  query: z.strictObject({
    locator: textSchema,
    schema: z
      .array(textSchema)
      .max(1000)
      .default([])
      .describe("Pattern of table names; may come several times."),
    filter: z.string().max(1_000_000).optional().describe("A filter document as JSON."),
    mask: textSchema.optional(),
  }),
  answer: { kind: "bytes", status: 200, contentTypes: ["application/x-ndjson"] },
});

export const importRows = defineRoute("POST /import", {
  tag,
  summary: "Write rows from the file in the body, in one transaction",
  query: z.strictObject({
    target: textSchema,
    strategy: importJobSchema.shape.strategy,
    format: streamFormat.optional(),
    dryRun: switchText,
    includeCascades: switchText,
    triggers: z.enum(["auto", "on", "off"]).default("auto"),
    confirm: textSchema.optional(),
  }),
  body: { kind: "bytes", contentTypes: [...EXPORT_CONTENT_TYPES, "application/octet-stream"] },
  answer: { kind: "json", status: 200, schema: z.object({ summary: runSchema.shape.summary.unwrap() }) },
  idempotent: true,
});
