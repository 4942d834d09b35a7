import { z } from "zod";
import { durationSchema } from "./duration.ts";

export const retrySchema = z.strictObject({
  attempts: z.int().min(1).max(50).default(5).describe("Tries in all; the last failure makes a dead letter."),
  first: durationSchema.default("5s").describe("Pause before the second try."),
  factor: z.number().min(1).max(10).default(2),
  longest: durationSchema.default("10m"),
});

export type RetryPolicy = z.output<typeof retrySchema>;
