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
  answer: {
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
