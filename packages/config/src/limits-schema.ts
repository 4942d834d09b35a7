import { durationSchema } from "@syncline/jobs";
import { z } from "zod";

const SIZE = /^(\d{1,9})(B|KB|MB|GB|TB)$/;
const BYTES: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes of `500MB` or `20GB`; null when it is no size. */
export function parseSize(text: string): number | null {
  const found = SIZE.exec(text);
  return found === null ? null : Number(found[1]) * (BYTES[found[2] ?? ""] as number);
}

export const sizeSchema = z.string().refine((text) => parseSize(text) !== null, "a size like 500MB or 20GB");

/** What a server process may take (RUN7). */
export const limitsSchema = z.strictObject({
  workUnits: z.int().min(1).max(64).default(2).describe("Work units that one process does at once."),
  perServer: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("Work units at once that use the same server, over all processes."),
  memory: sizeSchema
    .default("1GB")
    .describe("Above this resident size a process takes no further work unit."),
  dumps: z
    .strictObject({
      maxAge: durationSchema.default("30d"),
      maxSize: sizeSchema.default("20GB"),
      minFree: sizeSchema.default("1GB").describe("Free space below which no dump is begun."),
    })
    .prefault({})
    .describe("The dump folder; the newest whole dump of each job is always kept."),
  results: z
    .strictObject({ maxAge: durationSchema.default("14d"), maxSize: sizeSchema.default("20GB") })
    .prefault({})
    .describe("Stored results of comparisons."),
  history: z
    .strictObject({
      events: durationSchema
        .default("7d")
        .describe("Events, for readers that come back; and how far back alerts can look, at most a day."),
      runs: durationSchema.default("90d").describe("Ended runs with their units and attempts."),
    })
    .prefault({})
    .describe(
      "How long the control database remembers. Stored patches have their own time; the audit log and conflicts that wait stay.",
    ),
  requestSize: sizeSchema.default("1MB").describe("Bodies that are read whole."),
  uploadSize: sizeSchema.default("10GB").describe("Bodies that are streamed: imports and patches."),
  requestsPerMinute: z.int().min(1).max(1_000_000).default(6000).describe("By API key."),
});
export type LimitsDocument = z.output<typeof limitsSchema>;
