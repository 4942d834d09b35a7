import { z } from "zod";
import { defineRoute } from "./route.ts";
import { idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";

const placeSchema = z.int().min(0).describe("Place in the organization's chain, from 1.");
const hashSchema = z.string().describe("sha256, hexadecimal digits.");
const signerSchema = z.string().regex(/^ed25519:[A-Za-z0-9+/]{43}=$/, "ed25519: and a key in base64");

const signedSchema = z.strictObject({
  statement: z.string().max(1024).describe("Canonical JSON; its bytes are what is signed."),
  publicKey: z.string().max(100).describe("ed25519: and base64."),
  signature: z.string().max(200).describe("Base64."),
});

export const listAudit = defineRoute("GET /audit", {
  tag: "audit",
  summary: "Who did what, newest first",
  query: pageQuery.extend({
    action: z.string().max(100).optional().describe("As `job.create`, or `run.*` for all that begin so."),
    actor: z
      .string()
      .max(400)
      .optional()
      .describe("As entries name it: `key:…`, `user:…`, `user:… key:…`; `person` finds all of somebody."),
    person: z.string().max(400).optional().describe("E-mail address or id of a person, whatever they used."),
    subjectKind: z.string().max(100).optional(),
    subjectId: z.string().max(200).optional(),
    project: z.string().max(100).optional().describe("Slug; all projects when left out."),
    from: timeSchema.optional(),
    to: timeSchema.optional().describe("This instant is not part of it."),
    order: z.enum(["newest", "oldest"]).default("newest"),
  }),
  answer: {
    kind: "json",
    status: 200,
    schema: pageOf(
      z.object({
        id: z.int(),
        seq: placeSchema.nullable(),
        actor: z.string(),
        userId: idSchema.nullable().describe("The person behind it; null for programs."),
        projectId: idSchema.nullable(),
        action: z.string(),
        subjectKind: z.string(),
        subjectId: z.string().nullable(),
        detail: z.unknown(),
        requestId: z.string().nullable(),
        at: timeSchema,
        hash: hashSchema.nullable(),
      }),
    ),
  },
});

export const exportAudit = defineRoute("GET /audit/export", {
  tag: "audit",
  summary: "The audit log with its checkpoints, one JSON object a line",
  description:
    "What each line holds is in docs/formats/audit-log.md; `syncline audit verify FILE` needs no server.",
  query: z.strictObject({
    from: timeSchema.optional(),
    to: timeSchema.optional().describe("This instant is not part of it."),
  }),
  answer: { kind: "bytes", status: 200, contentTypes: ["application/x-ndjson"] },
});

export const listCheckpoints = defineRoute("GET /audit/checkpoints", {
  tag: "audit",
  summary: "Signed checkpoints of the audit log, newest first",
  query: pageQuery,
  answer: {
    kind: "json",
    status: 200,
    schema: pageOf(signedSchema.extend({ seq: placeSchema, hash: hashSchema, at: timeSchema })),
  },
});

const faultSchema = z.object({
  kind: z.enum(["edited", "missing", "reordered", "inserted", "truncated", "restamped", "checkpoint"]),
  seq: placeSchema.describe("Of the first entry that is wrong."),
  until: placeSchema.describe("Last place that may be wrong, where that is all that can be said."),
  message: z.string(),
});

export const verifyAudit = defineRoute("POST /audit/verify", {
  tag: "audit",
  summary: "Verify the audit log, as the server sees it",
  description: "Who does not trust the server verifies an export: `syncline audit verify`.",
  body: {
    kind: "json",
    schema: z.strictObject({
      checkpoints: z.array(signedSchema).max(100).default([]).describe("That the caller kept."),
      signers: z
        .array(signerSchema)
        .max(20)
        .default([])
        .describe("Keys that count; none: those of the server."),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      ok: z.boolean(),
      entries: z.int(),
      last: placeSchema,
      lastHash: hashSchema,
      covered: placeSchema.describe("Up to there checkpoints vouch."),
      checkpoints: z.object({ table: z.int(), store: z.int(), held: z.int() }),
      signers: z.array(z.string()),
      fault: faultSchema.nullable(),
      faults: z.array(faultSchema),
    }),
  },
});

export const rotateAuditKey = defineRoute("POST /audit/key/rotate", {
  tag: "audit",
  summary: "Sign checkpoints with another key from now on; the older one vouches for it",
  answer: { kind: "json", status: 200, schema: z.object({ from: z.string(), to: z.string() }) },
});
