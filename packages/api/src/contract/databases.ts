import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, textSchema, timeSchema } from "./schemas.ts";

const tag = "databases";

const databaseSchema = z.object({
  server: z.string(),
  address: z.string().nullable().describe("host:port/database; null when it could not be read."),
  environment: z.string().nullable(),
  tenancy: z.string(),
  protection: z.string().nullable(),
  origin: z.enum(["api", "config"]),
  tenants: z.array(z.string()).nullable().describe("With `tenants=true`; null when they were not asked for."),
  problem: z.string().nullable().describe("Code of the error that kept the tenants from being listed."),
});

export const listDatabases = defineRoute("GET /databases", {
  tag,
  summary: "Servers of the configuration and those added here, with their tenants on request",
  query: z.strictObject({
    tenants: z.enum(["true", "false"]).default("false"),
    server: textSchema.optional(),
  }),
  answer: { kind: "json", status: 200, schema: z.object({ items: z.array(databaseSchema) }) },
});

const testAnswer = {
  kind: "json",
  status: 200,
  schema: z.object({
    ok: z.boolean(),
    address: z.string().nullable(),
    version: z.string().nullable(),
    durationMs: z.number(),
    protection: z.string().nullable(),
    problem: z.object({ code: z.string(), detail: z.string(), hint: z.string().nullable() }).nullable(),
  }),
} as const;

export const testDatabase = defineRoute("POST /databases/test", {
  tag,
  summary: "Connect to a server or place and say what answered",
  body: {
    kind: "json",
    schema: z
      .strictObject({ server: textSchema.optional(), locator: textSchema.optional() })
      .refine(({ server, locator }) => (server === undefined) !== (locator === undefined), {
        message: "expected either server or locator",
      }),
  },
  answer: testAnswer,
});

const tableSchema = z
  .object({
    schema: z.string(),
    name: z.string(),
    kind: z.enum(["table", "partitioned", "view", "materialized view", "foreign"]),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string().describe("As PostgreSQL writes it, as `numeric(10,2)`."),
        nullable: z.boolean(),
        generated: z.boolean().describe("Computed from others: neither compared nor written."),
      }),
    ),
    key: z
      .object({
        name: z.string(),
        kind: z.enum(["primary", "unique"]),
        columns: z.array(z.string()),
        nullable: z.boolean().describe("Rows with NULL in it have no identity."),
      })
      .nullable()
      .describe("What identifies its rows; null: nothing does."),
    withoutKey: z.string().nullable().describe("Why there is no key, in a phrase."),
    estimatedRows: z.int().min(0).nullable().describe("The planner's; null: never analysed."),
    bytes: z.int().min(0).describe("Its main fork and TOAST, of all tenants."),
    unreadable: z.string().nullable().describe("Why its rows cannot all be read; null: they can."),
  })
  .meta({ id: "Table" });

export const listTables = defineRoute("GET /databases/tables", {
  tag,
  summary: "Tables of a place with their columns and keys",
  description:
    "Connects and reads the catalog, never rows. Sizes are those of whole tables, whatever the tenant.",
  query: z.strictObject({
    locator: textSchema.describe("[server:]tenant:tables"),
    name: z.string().max(200).optional().describe("Only tables whose name contains this, in any case."),
    limit: z.coerce.number().int().min(1).max(2000).default(1000),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      place: z.string().describe("The locator with its server's name."),
      schema: z.string().describe("Where names without a schema are looked up."),
      tenantColumn: z.string().nullable().describe("Column tenancy: tells whose a row is."),
      total: z.int().describe("Of which `items` has the first, in order of name."),
      items: z.array(tableSchema),
    }),
  },
});

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, - and _");
const tenancy = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("schema") }),
  z.strictObject({ kind: z.literal("database") }),
  z.strictObject({ kind: z.literal("column"), column: textSchema, schema: textSchema.default("public") }),
]);
const protection = z.enum(["open", "protected", "readonly"]);

export const serverSchema = z.object({
  id: idSchema,
  name: z.string(),
  shown: z.string().describe("Host and database; the credentials are sealed and never shown."),
  tenancy,
  protection: protection.nullable(),
  environment: z.string().nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});

export const listServers = defineRoute("GET /servers", {
  tag: "servers",
  summary: "Servers that were added here",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(serverSchema) },
});

export const createServer = defineRoute("POST /servers", {
  tag: "servers",
  summary: "Add a server; its URL is sealed",
  body: {
    kind: "json",
    schema: z.strictObject({
      name,
      url: z.string().min(1).max(4096).describe("postgres://user:password@host:port/database"),
      tenancy: tenancy.default({ kind: "schema" }),
      protection: protection.optional(),
      environment: name.optional(),
    }),
  },
  answer: { kind: "json", status: 201, schema: serverSchema },
  idempotent: true,
});

export const testServerUrl = defineRoute("POST /servers/test", {
  tag: "servers",
  summary: "Connect to a server before it is added; nothing is kept",
  body: {
    kind: "json",
    schema: z.strictObject({
      url: z.string().min(1).max(4096).describe("postgres://user:password@host:port/database"),
      protection: protection.optional(),
      name: name.optional().describe("Of the server that it is to be; finds the protection of its place."),
    }),
  },
  answer: testAnswer,
});

export const getServer = defineRoute("GET /servers/{id}", {
  tag: "servers",
  summary: "One server",
  params: byId,
  answer: { kind: "json", status: 200, schema: serverSchema },
});

export const updateServer = defineRoute("PATCH /servers/{id}", {
  tag: "servers",
  summary: "Change a server",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      url: z.string().min(1).max(4096).optional(),
      tenancy: tenancy.optional(),
      protection: protection.nullable().optional(),
      environment: name.nullable().optional(),
    }),
  },
  answer: { kind: "json", status: 200, schema: serverSchema },
});

export const removeServer = defineRoute("DELETE /servers/{id}", {
  tag: "servers",
  summary: "Remove a server",
  params: byId,
  answer: { kind: "empty", status: 204 },
});
