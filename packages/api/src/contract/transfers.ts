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
import { runSchema } from "./runs.ts";
import { pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

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

export const ledgerEntrySchema = z.object({
  id: z.string(),
  appliedAt: timeSchema,
  source: z.string().nullable(),
  counts: z.object({ inserted: z.int(), updated: z.int(), deleted: z.int(), skipped: z.int() }),
  undone: z.boolean(),
  undoes: z.string().nullable(),
});

export const readLog = defineRoute("GET /log", {
  tag,
  summary: "What was applied to a place, newest first",
  query: pageQuery.extend({ target: textSchema }),
  answer: { kind: "json", status: 200, schema: pageOf(ledgerEntrySchema) },
});

export const EXPORT_TYPES = {
  ndjson: "application/x-ndjson",
  json: "application/json",
  yaml: "application/yaml",
  csv: "text/csv",
  sql: "application/sql",
} as const;
const EXPORT_CONTENT_TYPES = Object.values(EXPORT_TYPES);

export const exportRows = defineRoute("POST /export", {
  tag,
  summary: "Read rows of one instant, streamed",
  description:
    "An error in the middle ends the connection without the last chunk: the file is not complete then.",
  body: {
    kind: "json",
    schema: exportJobSchema.omit({ ...JOB_ONLY, file: true, retry: true, timeout: true }),
  },
  answer: { kind: "bytes", status: 200, contentTypes: [...EXPORT_CONTENT_TYPES, "application/age"] },
});

export const importRows = defineRoute("POST /import", {
  tag,
  summary: "Write rows from the file in the body, in one transaction",
  query: z.strictObject({
    target: textSchema,
    strategy: importJobSchema.shape.strategy,
    format: z.enum(["ndjson", "json", "yaml", "csv", "sql"]).optional(),
    dryRun: switchText,
    includeCascades: switchText,
    triggers: z.enum(["auto", "on", "off"]).default("auto"),
    confirm: textSchema.optional(),
  }),
  body: { kind: "bytes", contentTypes: [...EXPORT_CONTENT_TYPES, "application/octet-stream"] },
  answer: { kind: "json", status: 200, schema: z.object({ summary: runSchema.shape.summary.unwrap() }) },
  idempotent: true,
});
