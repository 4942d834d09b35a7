import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";
import { grantSchema, sessionList } from "./sign-in.ts";

const MOST_GRANTS = 200;
const HOURS_OF_A_WEEK = 168;

const strictGrant = z.strictObject({
  role: grantSchema.shape.role,
  projectId: idSchema.nullable().default(null),
  environmentId: idSchema.nullable().default(null),
});
const grantsSchema = z.array(strictGrant).max(MOST_GRANTS);
const emailSchema = z.string().min(3).max(320);
const nameSchema = z.string().min(1).max(200);
const hoursSchema = z.int().min(1).max(720).default(HOURS_OF_A_WEEK).describe("How long the link works.");

/** With what they are called. */
export const namedGrantSchema = grantSchema.extend({
  project: z.string().nullable(),
  environment: z.string().nullable(),
});

const personSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  grants: z.array(namedGrantSchema),
  hasPassword: z.boolean(),
  createdBy: z.string(),
  createdAt: timeSchema,
  lastSignInAt: timeSchema.nullable(),
  deactivatedAt: timeSchema.nullable(),
});

const invitationSchema = z.object({
  id: idSchema,
  kind: z.enum(["invitation", "reset"]),
  email: z.string().nullable(),
  userId: idSchema.nullable().describe("Of a link that sets a new password."),
  grants: z.array(grantSchema),
  state: z.enum(["open", "used", "revoked", "expired"]),
  createdBy: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
const linkSchema = z.object({
  token: z.string().describe("Shown this once."),
  url: z.string().describe("What the person opens."),
  invitation: invitationSchema,
});
const link = { kind: "json", status: 201, schema: linkSchema } as const;

export const listPeople = defineRoute("GET /people", {
  tag: "people",
  summary: "People of the organization, newest first",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(personSchema) },
});

export const createPerson = defineRoute("POST /people", {
  tag: "people",
  summary: "Add a person who signs in through the identity provider",
  body: {
    kind: "json",
    schema: z.strictObject({ email: emailSchema, name: nameSchema, grants: grantsSchema }),
  },
  answer: { kind: "json", status: 201, schema: personSchema },
});

export const getPerson = defineRoute("GET /people/{id}", {
  tag: "people",
  summary: "A person",
  params: byId,
  answer: { kind: "json", status: 200, schema: personSchema },
});

export const updatePerson = defineRoute("PATCH /people/{id}", {
  tag: "people",
  summary: "Name, roles, and whether the account is active",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      name: nameSchema.optional(),
      active: z.boolean().optional(),
      grants: grantsSchema.optional().describe("All that they are to have."),
      addGrants: grantsSchema.optional().describe("Beside what they have."),
      removeGrants: grantsSchema.optional().describe("Of what they have."),
    }),
  },
  answer: { kind: "json", status: 200, schema: personSchema },
});

export const resetPassword = defineRoute("POST /people/{id}/reset", {
  tag: "people",
  summary: "A link by which the person sets a new password",
  params: byId,
  body: { kind: "json", schema: z.strictObject({ hours: z.int().min(1).max(72).default(24) }) },
  answer: link,
});

export const listSessions = defineRoute("GET /people/{id}/sessions", {
  tag: "people",
  summary: "Browsers in which a person is signed in",
  params: byId,
  answer: sessionList,
});

export const endSessions = defineRoute("DELETE /people/{id}/sessions", {
  tag: "people",
  summary: "Sign a person out everywhere",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

export const listInvitations = defineRoute("GET /invitations", {
  tag: "people",
  summary: "Links that were sent, without their tokens",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(invitationSchema) },
});

export const invite = defineRoute("POST /invitations", {
  tag: "people",
  summary: "A link that makes one account with these roles",
  body: {
    kind: "json",
    schema: z.strictObject({ email: emailSchema, grants: grantsSchema, hours: hoursSchema }),
  },
  answer: link,
});

export const resendInvitation = defineRoute("POST /invitations/{id}/resend", {
  tag: "people",
  summary: "Another link instead of the one that was sent",
  params: byId,
  body: { kind: "json", schema: z.strictObject({ hours: hoursSchema }) },
  answer: link,
});

export const revokeInvitation = defineRoute("DELETE /invitations/{id}", {
  tag: "people",
  summary: "End a link at once",
  params: byId,
  answer: { kind: "empty", status: 204 },
});
