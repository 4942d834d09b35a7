import type { Schedule } from "@syncline/jobs";
import { index, jsonb, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { jobs } from "./jobs.ts";
import { organizations } from "./organizations.ts";

/** When a job creates runs: one a job, absent when it is disabled or has none. */
export const schedules = controlSchema.table(
  "schedules",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    jobId: uuid()
      .notNull()
      .unique()
      .references(() => jobs.id, { onDelete: "cascade" }),
    schedule: jsonb().$type<Schedule>().notNull(),
    /** The next slot; null where it has none, as after a notification or past the last date. */
    nextFireAt: at(),
    lastFiredAt: at(),
    /** When the next slot was worked out last; null for a schedule that is new or was changed. */
    plannedAt: at(),
    createdAt: createdAt(),
  },
  (table) => [index("schedules_due").on(table.nextFireAt)],
);

/** A slot that was dealt with. Its key makes that happen once, whoever does it. */
export const scheduleSlots = controlSchema.table(
  "schedule_slots",
  {
    organizationId: ownedBy(() => organizations.id),
    scheduleId: uuid()
      .notNull()
      .references(() => schedules.id, { onDelete: "cascade" }),
    fireAt: at().notNull(),
    outcome: text({ enum: ["fired", "missed", "busy"] }).notNull(),
    runId: uuid(),
    decidedAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.scheduleId, table.fireAt] })],
);
