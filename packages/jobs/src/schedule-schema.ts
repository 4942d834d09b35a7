import { z } from "zod";
import { durationSchema } from "./duration.ts";

export const MISSED_POLICIES = ["skip", "once", "all"] as const;
export type MissedPolicy = (typeof MISSED_POLICIES)[number];

const missed = z
  .enum(MISSED_POLICIES)
  .default("once")
  .describe("What becomes of slots that passed while nobody could fire them.");

const cronSchedule = z.strictObject({
  cron: z.string().min(1).max(200).describe("Five fields: minute, hour, day of month, month, day of week."),
  timeZone: z.string().min(1).max(64).default("UTC").describe("IANA name, such as Europe/Berlin."),
  missed,
});
const intervalSchedule = z.strictObject({
  every: durationSchema.describe(
    "At least one minute; slots are multiples since 1970, so that replicas agree.",
  ),
  missed,
});
const listenSchedule = z.strictObject({
  listen: z
    .strictObject({
      server: z.string().min(1).describe("Name of the server that sends the notifications."),
      channel: z.string().min(1).max(63).describe("What NOTIFY names."),
      quiet: durationSchema.default("1s").describe("Notifications within this time make one run."),
    })
    .describe(
      "A run when the server sends a notification; one, too, whenever listening begins, for what was sent before.",
    ),
});

/** When runs are created by themselves. An incoming webhook needs no schedule. */
export const scheduleSchema = z.union([cronSchedule, intervalSchedule, listenSchedule]);
export type Schedule = z.output<typeof scheduleSchema>;
