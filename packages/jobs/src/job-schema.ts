import { z } from "zod";
import { durationSchema, parseDuration } from "./duration.ts";
import type { JOB_KINDS } from "./job-kinds.ts";
import { retrySchema } from "./retry-schema.ts";
import { scheduleSchema } from "./schedule-schema.ts";

const text = z.string().min(1).max(4096);
const jobName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, - and _, 63 at most");
const locator = text.describe("Endpoint locator: [server:]tenant:tables, a directory, or a connection URL.");
const columns = z.array(text).max(1600);
const filter = z.record(z.string(), z.unknown()).describe('Filter document: {"where": {…}}.');

const common = {
  name: jobName.describe("Unique in its project: lower-case letters, digits, - and _."),
  description: z.string().max(2000).optional().describe("For people."),
  enabled: z.boolean().default(true).describe("false: its schedule creates no runs."),
  schedule: scheduleSchema.optional().describe("When runs are created by themselves."),
  retry: retrySchema.prefault({}),
  timeout: durationSchema
    .refine((text) => (parseDuration(text) ?? 0) > 0, "a duration above 0")
    .optional()
    .describe("A run that takes longer is ended and counts as failed."),
};

const rows = {
  schema: z.array(text).max(1000).default([]).describe("Table name patterns, * as wildcard."),
  filter: filter.optional(),
  mask: text.optional().describe("Name of a mask set of the config."),
  ignoreFields: columns.default([]).describe("Columns that are left out, or left alone in the target."),
  mapTable: z.record(text, text).default({}).describe("Target table by source table."),
  mapColumn: z.record(text, text).default({}).describe('Target column by "table.column" of the source.'),
  key: z.record(text, columns.min(1)).default({}).describe("Columns that identify a row, by table."),
  parallel: z.int().min(1).max(16).default(2).describe("Connections to each side."),
};

const comparison = {
  ...rows,
  source: locator,
  target: locator,
  fields: columns.min(1).optional().describe("Compare only these columns."),
  ignoreTimestamps: z.boolean().default(false).describe("Leave out timestampFields of the config."),
  ignoreSystemFields: z.boolean().default(false).describe("Leave out systemFields of the config."),
  tolerance: z.record(text, text).default({}).describe("Differences up to this count as equal, by column."),
  maxDifferences: z.int().min(1).optional().describe("Stop after so many; the result is then incomplete."),
  maxPercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe("Stop when a greater share of the rows differs."),
  slices: z
    .union([z.literal("auto"), z.int().min(1).max(1024)])
    .default("auto")
    .describe("Work units that a large table is cut into; any replica takes one."),
};

/** What every kind that writes understands. */
const writing = {
  dryRun: z.boolean().default(false),
  triggers: z.enum(["auto", "on", "off"]).default("auto"),
  includeCascades: z.boolean().default(false),
  lockTimeout: durationSchema.default("10s"),
  confirm: text.optional().describe("Name of the target's server, which a protected target wants to hear."),
};

export const LANDING = ["replace", "merge", "append", "skip-existing", "timestamp", "three-way"] as const;

/** How bi-sync and merge tell conflicts and settle them (DATA-PLANE §7). */
export const conflictRulesSchema = z.strictObject({
  detection: z
    .enum(["changed-fields", "key", "all-values", "timestamp"])
    .default("changed-fields")
    .describe("What makes a row changed on both sides a conflict."),
  resolution: z
    .enum(["manual", "newest", "source", "target", "ignore"])
    .default("manual")
    .describe("manual: to the inbox, the row is held as it is on both sides."),
  skew: durationSchema
    .default("0s")
    .describe("Timestamps that are no further apart do not say which row is newer."),
});

export const diffJobSchema = z.strictObject({ ...common, ...comparison, kind: z.literal("diff") });
export const watchJobSchema = z.strictObject({
  ...common,
  ...comparison,
  kind: z.literal("watch"),
  alertAbove: z.int().min(0).default(0).describe("Alerts when more rows than this differ."),
});
export const applyJobSchema = z.strictObject({
  ...common,
  ...writing,
  kind: z.literal("apply"),
  patch: text.describe("Id of a stored patch."),
  target: locator,
  strategy: z.enum(["manual", "ours", "theirs"]).default("manual"),
});
export const undoJobSchema = z.strictObject({
  ...common,
  ...writing,
  kind: z.literal("undo"),
  ledgerId: text.describe("What `syncline log` calls the application."),
  target: locator,
  strategy: z.enum(["manual", "ours", "theirs"]).default("manual"),
});
export const copyJobSchema = z.strictObject({
  ...common,
  ...rows,
  ...writing,
  kind: z.literal("copy"),
  source: locator,
  target: locator,
  strategy: z.enum(LANDING).default("replace"),
  base: locator.optional(),
  dataset: text.optional(),
  incremental: z.boolean().default(false),
  includeSchemas: z.boolean().default(false),
  slices: comparison.slices,
});
export const mergeJobSchema = z.strictObject({
  ...common,
  ...rows,
  ...writing,
  kind: z.literal("merge"),
  source: locator,
  target: locator,
  base: locator,
  conflicts: conflictRulesSchema.prefault({}),
});
export const biSyncJobSchema = z.strictObject({
  ...common,
  ...rows,
  ...writing,
  kind: z.literal("bi-sync"),
  source: locator,
  target: locator,
  direction: z.enum(["both", "source-to-target", "target-to-source"]).default("both"),
  conflicts: conflictRulesSchema.prefault({}),
  maxDeletePercent: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .describe(
      "A cycle that would delete more than 10 rows and a greater share of a table stops. 100: any share.",
    ),
  maxDeletes: z.int().min(0).optional().describe("A cycle that would delete more rows of a side stops."),
});
export const exportJobSchema = z.strictObject({
  ...common,
  kind: z.literal("export"),
  source: locator,
  file: text.describe("Name inside the dump folder; {time} becomes the run's instant."),
  format: z.enum(["ndjson", "json", "yaml", "csv", "sql"]).optional(),
  dataset: text.optional(),
  filter: filter.optional(),
  mask: text.optional(),
  recipients: z.array(text).max(100).default([]).describe("age public keys."),
});
export const importJobSchema = z.strictObject({
  ...common,
  ...writing,
  kind: z.literal("import"),
  file: text.describe("Name inside the dump folder."),
  target: locator,
  strategy: z.enum(["replace", "merge", "append", "timestamp", "three-way"]).default("replace"),
  base: locator.optional(),
  allow: text
    .optional()
    .describe("File inside the dump folder that lists the root keys that may be touched."),
});

/** A job as the config's `jobs`, the API and the control plane hold it. */
export const jobSchema = z.discriminatedUnion("kind", [
  diffJobSchema,
  watchJobSchema,
  applyJobSchema,
  undoJobSchema,
  copyJobSchema,
  mergeJobSchema,
  biSyncJobSchema,
  exportJobSchema,
  importJobSchema,
]);

export type JobDefinition = z.output<typeof jobSchema>;
export type JobInput = z.input<typeof jobSchema>;
export type JobOf<Kind extends (typeof JOB_KINDS)[number]> = Extract<JobDefinition, { kind: Kind }>;
export type ConflictRules = z.output<typeof conflictRulesSchema>;
