import { ROLES } from "@syncline/core";
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, timeSchema } from "./schemas.ts";

const passwordSchema = z.string().min(1).max(1024);
const emailSchema = z.string().min(3).max(320);
const nameSchema = z.string().min(1).max(200);
const tokenSchema = z.string().min(1).max(200);
const returnSchema = z.string().max(2000).describe("Path of this server to go to afterwards.");

const signedInSchema = z.object({
  userId: idSchema,
  csrf: z.string().describe("What pages send as `X-Syncline-CSRF`."),
  expiresAt: timeSchema,
});
const signedIn = { kind: "json", status: 200, schema: signedInSchema } as const;

export const methods = defineRoute("GET /sign-in/methods", {
  tag: "sign-in",
  summary: "How people can sign in here",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      password: z
        .boolean()
        .describe("False: cookies would travel without TLS, or the operator switched it off."),
      oidc: z.object({ name: z.string() }).nullable(),
    }),
  },
});

export const signIn = defineRoute("POST /sign-in", {
  tag: "sign-in",
  summary: "Sign in with a password",
  description: "Sets the session's cookie; the session that the browser had until now ends.",
  body: { kind: "json", schema: z.strictObject({ email: emailSchema, password: passwordSchema }) },
  answer: signedIn,
});

export const signOut = defineRoute("POST /sign-out", {
  tag: "sign-in",
  summary: "End the session that asks",
  answer: { kind: "empty", status: 204 },
});

export const startOidc = defineRoute("POST /sign-in/oidc", {
  tag: "sign-in",
  summary: "Begin to sign in at the identity provider",
  body: {
    kind: "json",
    schema: z.strictObject({
      returnTo: returnSchema.default("/"),
      invitation: tokenSchema.optional().describe("Token of the invitation that is accepted so."),
    }),
  },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({ url: z.url().describe("Where the browser goes now.") }),
  },
});

export const finishOidc = defineRoute("GET /sign-in/oidc/callback", {
  tag: "sign-in",
  summary: "Where the identity provider sends the browser back",
  query: z.strictObject({
    code: z.string().max(4096).optional(),
    state: z.string().max(400).optional(),
    iss: z.string().max(2000).optional(),
    authuser: z.string().max(200).optional(),
    hd: z.string().max(300).optional(),
    prompt: z.string().max(200).optional(),
    session_state: z.string().max(2000).optional(),
    scope: z.string().max(2000).optional(),
    error: z.string().max(200).optional(),
    error_description: z.string().max(2000).optional(),
    error_uri: z.string().max(2000).optional(),
  }),
  answer: { kind: "redirect", status: 302 },
});

export const setup = defineRoute("POST /setup", {
  tag: "sign-in",
  summary: "Become the first administrator, with the link that the server printed",
  body: {
    kind: "json",
    schema: z.strictObject({
      token: tokenSchema,
      email: emailSchema,
      name: nameSchema,
      password: passwordSchema,
    }),
  },
  answer: signedIn,
});

export const lookAtInvitation = defineRoute("POST /invitations/look", {
  tag: "sign-in",
  summary: "Whom a link is for, while it works",
  body: { kind: "json", schema: z.strictObject({ token: tokenSchema }) },
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      kind: z.enum(["invitation", "reset", "setup"]),
      email: z.string().nullable(),
      organization: z.string(),
      expiresAt: timeSchema,
    }),
  },
});

export const acceptInvitation = defineRoute("POST /invitations/accept", {
  tag: "sign-in",
  summary: "Make the account that a link is for, or set a new password, and sign in",
  body: {
    kind: "json",
    schema: z.strictObject({
      token: tokenSchema,
      name: nameSchema.optional().describe("Of a new account."),
      password: passwordSchema,
    }),
  },
  answer: signedIn,
});

export const renameMe = defineRoute("PATCH /me", {
  tag: "sign-in",
  summary: "Change one's own name",
  body: { kind: "json", schema: z.strictObject({ name: nameSchema }) },
  answer: { kind: "empty", status: 204 },
});

export const changePassword = defineRoute("POST /me/password", {
  tag: "sign-in",
  summary: "Change one's own password; other sessions end",
  body: { kind: "json", schema: z.strictObject({ current: passwordSchema, password: passwordSchema }) },
  answer: { kind: "empty", status: 204 },
});

export const sessionSchema = z.object({
  id: idSchema,
  method: z.enum(["password", "oidc"]),
  address: z.string().nullable(),
  agent: z.string().nullable(),
  createdAt: timeSchema,
  lastSeenAt: timeSchema,
  expiresAt: timeSchema,
  current: z.boolean().describe("The one that asks."),
});
export const sessionList = {
  kind: "json",
  status: 200,
  schema: z.object({ items: z.array(sessionSchema) }),
} as const;

export const listMySessions = defineRoute("GET /me/sessions", {
  tag: "sign-in",
  summary: "Browsers in which one is signed in",
  answer: sessionList,
});

export const endMySessions = defineRoute("DELETE /me/sessions", {
  tag: "sign-in",
  summary: "Sign out everywhere else",
  answer: { kind: "empty", status: 204 },
});

export const endMySession = defineRoute("DELETE /me/sessions/{id}", {
  tag: "sign-in",
  summary: "Sign out in one browser",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

/** A role and where it holds. */
export const grantSchema = z.object({
  role: z.enum(ROLES),
  projectId: idSchema.nullable().describe("Null: all projects."),
  environmentId: idSchema.nullable().describe("Null: all environments of the project."),
});
