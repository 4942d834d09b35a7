import { durationSchema } from "@syncline/jobs";
import { z } from "zod";

/** Event types that webhooks can ask for. */
export const ALERT_EVENTS = [
  "run.failed",
  "run.dead",
  "run.partial",
  "run.conflicted",
  "run.succeeded",
  "watch.differences",
  "job.stale",
  "replica.lost",
  "audit.checkpoint",
  "review.opened",
  "review.approved",
  "review.refused",
  "review.applied",
  "review.voided",
  "review.expired",
  "review.withdrawn",
  "environment.frozen",
  "environment.thawed",
] as const;

export const alertsSchema = z.strictObject({
  staleAfter: durationSchema
    .optional()
    .describe("Alert when an enabled job with a schedule has not succeeded for this long."),
  webhooks: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "a name of lower-case letters, digits, - and _"),
        url: z.union([
          z.string().min(1),
          z.strictObject({ env: z.string().min(1) }),
          z.strictObject({ file: z.string().min(1) }),
        ]),
        secret: z
          .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })])
          .describe("Signing secret whsec_… by reference."),
        events: z
          .array(z.enum([...ALERT_EVENTS, "*"]))
          .min(1)
          .default([
            "run.failed",
            "run.dead",
            "run.partial",
            "run.conflicted",
            "watch.differences",
            "job.stale",
            "replica.lost",
          ]),
      }),
    )
    .max(50)
    .default([]),
  allowAddresses: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Private address ranges (CIDR) that the service may reach for webhooks, other Syncline servers and stored servers.",
    ),
});
export type AlertsDocument = z.output<typeof alertsSchema>;
