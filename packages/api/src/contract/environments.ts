import { z } from "zod";
import { defineRoute } from "./route.ts";
import { idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";

const tag = "environments";
const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, - and _");
const byName = z.strictObject({ name: z.string().min(1).max(200) });

const environmentSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    createdAt: timeSchema,
    approvals: z.int().describe("As it is stored; the config may demand more."),
    approvalSeconds: z.int(),
    signatures: z.boolean(),
    frozen: z
      .object({ at: timeSchema, by: z.string(), reason: z.string() })
      .nullable()
      .describe("Nothing is written there meanwhile."),
  })
  .meta({ id: "Environment" });

export const listEnvironments = defineRoute("GET /environments", {
  tag,
  summary: "Environments of the project",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(environmentSchema) },
});

export const createEnvironment = defineRoute("POST /environments", {
  tag,
  summary: "Create an environment",
  body: { kind: "json", schema: z.strictObject({ name }) },
  answer: { kind: "json", status: 201, schema: environmentSchema },
});

export const updateEnvironment = defineRoute("PATCH /environments/{name}", {
  tag,
  summary: "Say what a write to an environment takes",
  params: byName,
  body: {
    kind: "json",
    schema: z.strictObject({
      approvals: z.int().min(0).max(20).optional().describe("By others than the author; 0: none."),
      approvalSeconds: z.int().min(60).max(31_536_000).optional().describe("How long a review holds."),
      signatures: z.boolean().optional().describe("Patches need the signatures of as many approvers."),
    }),
  },
  answer: { kind: "json", status: 200, schema: environmentSchema },
});

export const freezeEnvironment = defineRoute("POST /environments/{name}/freeze", {
  tag,
  summary: "Let nothing be written to an environment",
  params: byName,
  body: { kind: "json", schema: z.strictObject({ reason: z.string().trim().min(1).max(500) }) },
  answer: { kind: "json", status: 200, schema: environmentSchema },
});

export const thawEnvironment = defineRoute("DELETE /environments/{name}/freeze", {
  tag,
  summary: "Let writes go on",
  params: byName,
  answer: { kind: "json", status: 200, schema: environmentSchema },
});
