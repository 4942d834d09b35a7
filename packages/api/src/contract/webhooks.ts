import { z } from "zod";
import { defineRoute } from "./route.ts";
import { byId, idSchema, pageOf, pageQuery, timeSchema } from "./schemas.ts";

const tag = "webhooks";

const eventTypes = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(50)
  .describe("Types of alerts, as in alerts.webhooks of the config; run.* for all that begin so, * for all.");

const webhookSchema = z.object({
  id: idSchema,
  name: z.string(),
  url: z.string().describe("Without credentials and query."),
  events: z.array(z.string()),
  origin: z.enum(["api", "config"]),
  enabled: z.boolean(),
  createdAt: timeSchema,
});

const deliverySchema = z.object({
  id: idSchema,
  eventType: z.string(),
  state: z.enum(["waiting", "sending", "delivered", "dead"]),
  tries: z.int(),
  nextTryAt: timeSchema,
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  createdAt: timeSchema,
  deliveredAt: timeSchema.nullable(),
});

export const listWebhooks = defineRoute("GET /webhooks", {
  tag,
  summary: "Where alerts go",
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(webhookSchema) },
});

export const createWebhook = defineRoute("POST /webhooks", {
  tag,
  summary: "Add a webhook; its signing secret is shown this once",
  body: {
    kind: "json",
    schema: z.strictObject({
      name: z.string().min(1).max(200),
      url: z.url().max(2048),
      events: eventTypes,
      enabled: z.boolean().default(true),
    }),
  },
  answer: {
    kind: "json",
    status: 201,
    schema: z.object({ secret: z.string(), webhook: webhookSchema }),
  },
  idempotent: true,
});

export const updateWebhook = defineRoute("PATCH /webhooks/{id}", {
  tag,
  summary: "Change a webhook",
  params: byId,
  body: {
    kind: "json",
    schema: z.strictObject({
      url: z.url().max(2048).optional(),
      events: eventTypes.optional(),
      enabled: z.boolean().optional(),
    }),
  },
  answer: { kind: "json", status: 200, schema: webhookSchema },
});

export const removeWebhook = defineRoute("DELETE /webhooks/{id}", {
  tag,
  summary: "Remove a webhook",
  params: byId,
  answer: { kind: "empty", status: 204 },
});

export const testWebhook = defineRoute("POST /webhooks/{id}/test", {
  tag,
  summary: "Send a test message",
  params: byId,
  answer: { kind: "json", status: 202, schema: z.object({ deliveryId: idSchema }) },
});

export const listDeliveries = defineRoute("GET /webhooks/{id}/deliveries", {
  tag,
  summary: "Messages to a webhook, newest first",
  params: byId,
  query: pageQuery,
  answer: { kind: "json", status: 200, schema: pageOf(deliverySchema) },
});
