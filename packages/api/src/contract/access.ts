import { z } from "zod";
import { SCOPES } from "../permissions.ts";
import { namedGrantSchema } from "./people.ts";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";

const keySchema = z.object({
  id: idSchema,
  publicId: z.string(),
  name: z.string(),
  projectId: idSchema.nullable().describe("Null: all projects."),
  userId: idSchema.nullable().default(null).describe("The person it stands for; null: a program's own."),
  scopes: z.array(z.string()),
  rotates: idSchema.nullable(),
  createdBy: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema.nullable(),
  lastUsedAt: timeSchema.nullable(),
  revokedAt: timeSchema.nullable(),
});
const newKeySchema = z.object({ key: z.string().describe("Shown this once."), record: keySchema });

export const me = defineRoute("GET /me", {
  tag: "access",
  summary: "Who asks, and what they may do in the project",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      actor: z.string(),
      keyId: idSchema.nullable().describe("Null: a session."),
      sessionId: idSchema.nullable().default(null).describe("Null: a key."),
      user: z
        .object({ id: idSchema, email: z.string(), name: z.string(), hasPassword: z.boolean() })
        .nullable()
        .default(null)
        .describe("The person who asks; null: a program's key."),
      grants: z.array(namedGrantSchema).default([]).describe("The person's roles."),
      organizationId: idSchema,
      projectId: idSchema,
      scopes: z.array(z.string()).describe("In the whole project."),
      environments: z
        .record(z.string(), z.array(z.string()))
        .default({})
        .describe("Scopes in single environments of the project, by name."),
      organizationScopes: z
        .array(z.string())
        .default([])
        .describe("For what all projects share: people, webhooks, the audit log."),
      csrf: z.string().nullable().default(null).describe("What pages send as `X-Syncline-CSRF`."),
      expiresAt: timeSchema.nullable(),
      version: z.string(),
      features: z.array(z.string()).default([]).describe("What the operator has switched on."),
    }),
  },
});

export const listKeys = defineRoute("GET /keys", {
  tag: "access",
  summary: "API keys, without their secrets",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(keySchema) },
});

export const createKey = defineRoute("POST /keys", {
  tag: "access",
  summary: "Make an API key; it can do no more than the one that makes it",
  body: {
    kind: "json",
    schema: z.strictObject({
      name: z.string().min(1).max(200),
      scopes: z.array(z.enum([...SCOPES, "*"])).min(1),
      expiresAt: timeSchema.optional(),
      allProjects: z.boolean().default(false),
    }),
  },
  answer: { kind: "json", status: 201, schema: newKeySchema },
});

export const rotateKey = defineRoute("POST /keys/{id}/rotate", {
  tag: "access",
  summary: "Make the key that replaces this one; both live until the older one's end",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      overlapSeconds: z
        .int()
        .min(0)
        .max(2_592_000)
        .default(86_400)
        .describe("How long the older one lives on."),
    }),
  },
  answer: { kind: "json", status: 201, schema: newKeySchema },
});

export const revokeKey = defineRoute("DELETE /keys/{id}", {
  tag: "access",
  summary: "Revoke a key at once",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

const slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, - and _");
const projectSchema = z.object({ id: idSchema, slug: z.string(), name: z.string(), createdAt: timeSchema });

export const listProjects = defineRoute("GET /projects", {
  tag: "projects",
  summary: "Projects of the organization",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(projectSchema) },
});

export const createProject = defineRoute("POST /projects", {
  tag: "projects",
  summary: "Create a project",
  body: { kind: "json", schema: z.strictObject({ slug, name: z.string().min(1).max(200) }) },
  answer: { kind: "json", status: 201, schema: projectSchema },
});

export const listWorkers = defineRoute("GET /workers", {
  tag: "operation",
  summary: "Processes that take work units",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      items: z.array(
        z.object({
          id: idSchema,
          name: z.string(),
          version: z.string(),
          startedAt: timeSchema,
          heartbeatAt: timeSchema,
          draining: z.boolean(),
        }),
      ),
    }),
  },
});

export const takeProfile = defineRoute("POST /admin/profile", {
  tag: "operation",
  summary: "CPU profile or heap snapshot of the process that answers",
  body: {
    kind: "json",
    schema: z.strictObject({
      kind: z.enum(["cpu", "heap"]),
      seconds: z.int().min(1).max(60).default(10).describe("For cpu."),
    }),
  },
  answer: { kind: "bytes", status: 200, contentTypes: ["application/json"] },
});

export const listMyKeys = defineRoute("GET /me/keys", {
  tag: "sign-in",
  summary: "One's own keys, without their secrets",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(keySchema) },
});

export const createMyKey = defineRoute("POST /me/keys", {
  tag: "sign-in",
  summary: "Make a key that stands for oneself; it can do what one may at each moment, at most",
  body: {
    kind: "json",
    schema: z.strictObject({
      name: z.string().min(1).max(200),
      scopes: z
        .array(z.enum([...SCOPES, "*"]))
        .min(1)
        .default(["*"]),
      expiresAt: timeSchema.optional(),
    }),
  },
  answer: { kind: "json", status: 201, schema: newKeySchema },
});

export const revokeMyKey = defineRoute("DELETE /me/keys/{id}", {
  tag: "sign-in",
  summary: "Revoke one of one's own keys at once",
  params: byId,
  answer: { kind: "empty", status: 204 },
});
