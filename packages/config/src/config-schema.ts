import { jobSchema } from "@syncline/jobs";
import { z } from "zod";
import { alertsSchema } from "./alerts-schema.ts";
import { DEFAULT_SYSTEM_FIELDS, DEFAULT_TIMESTAMP_FIELDS } from "./config.ts";
import { datasetSchema } from "./datasets-schema.ts";
import { environmentSchema } from "./environments-schema.ts";
import { FEATURE_NAMES, type FeatureName } from "./feature-flags.ts";
import { flowsSchema } from "./flows-schema.ts";
import { limitsSchema } from "./limits-schema.ts";
import { maskTablesSchema } from "./masks-schema.ts";

const text = z.string().min(1);
const name = z.string().regex(/^[^\0]+$/, "a name without NUL");

const reference = z.union([
  z.strictObject({ env: text.describe("Name of an environment variable.") }),
  z.strictObject({
    file: text.describe("A file, relative to the config file; one newline at its end is cut."),
  }),
  z.strictObject({
    command: z
      .array(text)
      .min(1)
      .describe("A program and its arguments, run without a shell; its output is the value."),
    timeoutMs: z
      .int()
      .min(1)
      .max(600_000)
      .default(10_000)
      .describe("Milliseconds until the command is stopped."),
  }),
]);
const textOrReference = z.union([text, reference]);

const sslMode = z.enum(["disable", "prefer", "require", "verify-ca", "verify-full"]);

const tenancy = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("schema") }),
  z.strictObject({ kind: z.literal("database") }),
  z.strictObject({
    kind: z.literal("column"),
    column: name.describe("The column that says whose row it is."),
    schema: name.default("public").describe("The schema of the shared tables."),
  }),
]);

const exportSchema = z.strictObject({
  requireEncryption: z.boolean().describe("Refuse exports that are not encrypted to a recipient."),
});

export const serverSchema = z.strictObject({
  url: textOrReference
    .optional()
    .describe(
      "postgres://user@host:5432/database, best by reference when it holds a password; or https://… of another Syncline server.",
    ),
  apiKey: reference.optional().describe("Of another Syncline server, by reference only."),
  host: textOrReference.optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: textOrReference.optional(),
  user: textOrReference.optional(),
  password: reference.optional().describe("By reference only."),
  tls: z.union([sslMode, z.strictObject({ mode: sslMode, rootCert: text.optional() })]).optional(),
  tenancy: tenancy.default({ kind: "schema" }).describe("What this server's tenants are."),
  environment: text.optional().describe("A label such as production or staging."),
  protection: z
    .enum(["open", "protected", "readonly"])
    .optional()
    .describe("Default: open on this machine, protected elsewhere."),
  replicaOf: text.optional().describe("The server whose standby this is."),
  export: exportSchema.optional().describe("What holds for exports of this server."),
});

const fields = z.array(name);

export const maskSetSchema = z.strictObject({
  key: reference
    .optional()
    .describe(
      "Secret of at least 16 bytes: the same key gives the same masks. Without one each run takes its own.",
    ),
  tables: maskTablesSchema,
});

/** The whole file. Sections that this version does not know are refused, never ignored. */
export const configSchema = z.strictObject({
  version: z.literal(1),
  current: text.optional().describe("The server meant when a locator names none."),
  servers: z.record(name, serverSchema).default({}),
  environments: z
    .record(name, environmentSchema)
    .default({})
    .describe("What holds for the servers that name this environment: approvals, signatures, freezes."),
  timestampFields: fields
    .default([...DEFAULT_TIMESTAMP_FIELDS])
    .describe("Columns that --ignore-timestamps leaves out."),
  systemFields: fields
    .default([...DEFAULT_SYSTEM_FIELDS])
    .describe("Columns that --ignore-system-fields leaves out."),
  flows: flowsSchema
    .default({ default: "allow", allow: [] })
    .describe("Which source may go to which target."),
  masks: z.record(name, maskSetSchema).default({}).describe("Masks for --mask, by name."),
  datasets: z
    .record(name, datasetSchema)
    .default({})
    .describe("Root tables and what belongs to them, for export, import and copy."),
  export: exportSchema
    .optional()
    .describe("What holds for exports of servers that do not say it themselves."),
  jobs: z
    .array(jobSchema)
    .max(1000)
    .default([])
    .describe("What `syncline server` and `syncline service` run."),
  limits: limitsSchema.prefault({}).describe("What a server process may take."),
  alerts: alertsSchema.prefault({}).describe("Who hears of failures."),
  features: z
    .strictObject(
      Object.fromEntries(FEATURE_NAMES.map((name) => [name, z.boolean().optional()])) as {
        [name in FeatureName]: z.ZodOptional<z.ZodBoolean>;
      },
    )
    .prefault({})
    .describe("What of a server is switched on and off; SYNCLINE_FEATURES wins."),
});

export type ConfigInput = z.input<typeof configSchema>;
export type ConfigDocument = z.output<typeof configSchema>;
export type ServerDocument = ConfigDocument["servers"][string];

/** Sections that the product will have; named so that the message can say so. */
export const LATER_SECTIONS: ReadonlySet<string> = new Set(["retention"]);

/** The file's JSON Schema, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: "syncline.yaml", ...z.toJSONSchema(configSchema, { io: "input" }) };
}
