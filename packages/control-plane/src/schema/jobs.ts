import { JOB_KINDS, type JobDefinition } from "@syncline/jobs";
import { sql } from "drizzle-orm";
import { boolean, integer, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

export const jobs = controlSchema.table(
  "jobs",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    name: text().notNull(),
    kind: text({ enum: JOB_KINDS }).notNull(),
    definition: jsonb().$type<JobDefinition>().notNull(),
    /** `config`: follows the config file and cannot be edited through the API. */
    origin: text({ enum: ["api", "config"] }).notNull(),
    enabled: boolean().notNull().default(true),
    /** Grows with every change; an update names the one that it was made from. */
    version: integer().notNull().default(1),
    /** HMAC of the incoming webhook's token. */
    hookDigest: text().unique(),
    /** The person whose wording it is, if one wrote it. */
    userId: uuid(),
    createdAt: createdAt(),
    updatedAt: at().notNull().defaultNow(),
    deletedAt: at(),
  },
  (table) => [
    ofProject("jobs_owner", table),
    uniqueIndex("jobs_name").on(table.projectId, table.name).where(sql`deleted_at IS NULL`),
  ],
);
