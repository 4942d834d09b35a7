import { sql } from "drizzle-orm";
import { bigint, boolean, index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";
import { runs } from "./runs.ts";

/** A stored patch: the result of a diff, an upload, a resolution, or a part of another one. The file lies in the object store. */
export const patches = controlSchema.table(
  "patches",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    runId: uuid().references(() => runs.id, { onDelete: "set null" }),
    origin: text({ enum: ["diff", "upload", "resolution", "selection"] }).notNull(),
    source: text().notNull(),
    target: text().notNull(),
    /** sha256 of the whole patch, hex. */
    hash: text().notNull(),
    complete: boolean().notNull(),
    operations: bigint({ mode: "number" }).notNull(),
    bytes: bigint({ mode: "number" }).notNull(),
    /** Counts per table and kind. */
    summary: jsonb().notNull(),
    objectKey: text().notNull(),
    /** The index beside it, for listing and filtering. */
    indexKey: text(),
    createdBy: text().notNull(),
    /** The person who made it, if one did. */
    userId: uuid(),
    createdAt: createdAt(),
    /** The files are removed then. */
    expiresAt: at(),
    removedAt: at(),
  },
  (table) => [
    ofProject("patches_owner", table),
    index("patches_of_run").on(table.runId),
    index("patches_expiring").on(table.expiresAt).where(sql`removed_at IS NULL`),
    index("patches_by_age").on(table.organizationId, table.createdAt, table.id),
  ],
);
