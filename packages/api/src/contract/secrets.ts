import { z } from "zod";
import { defineRoute } from "./route.ts";

const keySchema = z.object({
  id: z.string().nullable().describe("Of a master key, not the key; null: not sealed yet."),
  current: z.boolean().describe("Seals what is new in the process that answers."),
  known: z.boolean().describe("Opens in the process that answers."),
  secrets: z.int(),
});

export const secretsStatus = defineRoute("GET /secrets", {
  tag: "operation",
  summary: "How many secrets are sealed under which master key",
  answer: { kind: "json", status: 200, schema: z.object({ keys: z.array(keySchema) }) },
});

export const rewrapSecrets = defineRoute("POST /secrets/rewrap", {
  tag: "operation",
  summary: "Wrap every sealed secret under the current master key",
  description: "Some rows at a time, while everything goes on; safe to repeat.",
  answer: {
    kind: "json",
    status: 200,
    schema: z.object({
      rewrapped: z.int(),
      failed: z.int().describe("Under a key that is not known, or damaged."),
      keys: z.array(keySchema),
    }),
  },
});
