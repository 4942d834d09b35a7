import { sql } from "drizzle-orm";
import { bigint, index, jsonb, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { jobs } from "./jobs.ts";
import { organizations } from "./organizations.ts";
import { runs } from "./runs.ts";

/** Two places that a bi-sync job keeps in step, and where their last agreed base lies. */
export const pairs = controlSchema.table("pairs", {
  id: id(),
  organizationId: ownedBy(() => organizations.id),
  jobId: uuid()
    .notNull()
    .unique()
    .references(() => jobs.id, { onDelete: "cascade" }),
  source: text().notNull(),
  target: text().notNull(),
  /** Schema of the control database with the base's tables. */
  baseSchema: text().notNull().unique(),
  /** Cycles that advanced the base. */
  cycle: bigint({ mode: "number" }).notNull().default(0),
  advancedAt: at(),
  createdAt: createdAt(),
});

/** A row that both sides changed and no rule settled. The values are customers' data: shown only to who may. */
export const conflicts = controlSchema.table(
  "conflicts",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    jobId: uuid().references(() => jobs.id, { onDelete: "cascade" }),
    runId: uuid().references(() => runs.id, { onDelete: "set null" }),
    tableName: text().notNull(),
    /** The row's key as canonical text, with which it is found again. */
    keyText: text().notNull(),
    kind: text().notNull(),
    columns: text().array().notNull(),
    /** `{key, base, ours, theirs, counts, table}` as in a conflict file. */
    document: jsonb().notNull(),
    state: text({ enum: ["open", "resolved", "applied", "superseded"] })
      .notNull()
      .default("open"),
    createdAt: createdAt(),
    /** When a cycle met it last. */
    seenAt: at().notNull().defaultNow(),
    closedAt: at(),
  },
  (table) => [
    uniqueIndex("conflicts_open")
      .on(table.jobId, table.tableName, table.keyText)
      .where(sql`state IN ('open', 'resolved')`),
    index("conflicts_of_run").on(table.runId),
    index("conflicts_of_job").on(table.jobId, table.createdAt),
    index("conflicts_closed").on(table.organizationId, table.closedAt),
    index("conflicts_by_age").on(table.organizationId, table.state, table.createdAt, table.id),
  ],
);

/** What was chosen for a conflict and who chose it. */
export const resolutions = controlSchema.table(
  "resolutions",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    conflictId: uuid()
      .notNull()
      .references(() => conflicts.id, { onDelete: "cascade" }),
    choice: text({ enum: ["ours", "theirs", "base", "row"] }).notNull(),
    /** The typed row, for `row`. */
    row: jsonb(),
    /** The row as it was when chosen; another one voids the choice. */
    seen: text().notNull(),
    resolvedBy: text().notNull(),
    resolvedAt: createdAt(),
  },
  (table) => [index("resolutions_of").on(table.conflictId)],
);
