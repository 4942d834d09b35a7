import { REVIEW_STATES } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { jobs } from "./jobs.ts";
import { organizations } from "./organizations.ts";
import { patches } from "./patches.ts";
import { ofPerson, users } from "./people.ts";
import { ofProject } from "./projects.ts";
import { runs } from "./runs.ts";

export type { ReviewState } from "@syncline/core";

/** Where a comment stands; without a table it is about the whole. */
export interface CommentAnchor {
  readonly table?: string;
  /** As `formatRowKey` prints it. */
  readonly key?: string;
  readonly column?: string;
  /** Position of a statement in the patch's SQL. */
  readonly statement?: number;
}

/** A write that people look at before it happens: what exactly, on what, in which state. */
export const reviews = controlSchema.table(
  "reviews",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    /** Within the organization, from 1. */
    number: bigint({ mode: "number" }).notNull(),
    title: text().notNull(),
    description: text().notNull().default(""),
    /** The run that is asked for. */
    definition: jsonb().$type<JobDefinition>().notNull(),
    /** Of a saved job: it may run as often as it likes until the review ends. */
    jobId: uuid().references(() => jobs.id, { onDelete: "set null" }),
    patchId: uuid().references(() => patches.id, { onDelete: "set null" }),
    /** Printed locator. */
    target: text().notNull(),
    /** Of the target's server, if it has one. */
    environment: text(),
    /** sha256 over the definition and the patch's hash, hex. */
    contentHash: text().notNull(),
    /** sha256 over the target's identity, the tables' definitions and the rows that would be written, hex. */
    targetFingerprint: text().notNull(),
    state: text({ enum: REVIEW_STATES }).notNull().default("open"),
    /** Why it is in that state. */
    stateReason: text(),
    /** Approvals that it takes. */
    required: integer().notNull(),
    /** Persons who may not approve: who asked, made the patch or wrote the job. */
    authors: uuid().array().notNull(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    decidedAt: at(),
    expiresAt: at().notNull(),
    /** The last run under it. */
    runId: uuid().references(() => runs.id, { onDelete: "set null" }),
  },
  (table) => [
    ofProject("reviews_owner", table),
    index("reviews_by_age").on(table.organizationId, table.createdAt, table.id),
    index("reviews_of_content").on(table.organizationId, table.contentHash),
    index("reviews_of_job").on(table.jobId),
    index("reviews_live").on(table.expiresAt).where(sql`state IN ('open', 'approved')`),
  ],
);

/** An approval or a refusal by one person, of exactly one content and state of the target. */
export const reviewDecisions = controlSchema.table(
  "review_decisions",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    reviewId: uuid()
      .notNull()
      .references(() => reviews.id, { onDelete: "cascade" }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    actor: text().notNull(),
    decision: text({ enum: ["approve", "refuse"] }).notNull(),
    reason: text().notNull(),
    contentHash: text().notNull(),
    targetFingerprint: text().notNull(),
    /** Of what was approved, by the person's key, base64; null for refusals. */
    signature: text(),
    /** The statement that is signed, as its bytes were. */
    statement: text(),
    publicKey: text(),
    at: createdAt(),
    /** A later decision of the same person counts instead. */
    superseded: boolean().notNull().default(false),
  },
  (table) => [
    ofPerson("review_decisions_person", table),
    index("review_decisions_of").on(table.reviewId, table.at),
  ],
);

export const reviewComments = controlSchema.table(
  "review_comments",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    reviewId: uuid()
      .notNull()
      .references(() => reviews.id, { onDelete: "cascade" }),
    /** The first comment of its thread. */
    threadId: uuid(),
    anchor: jsonb().$type<CommentAnchor>(),
    body: text().notNull(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
    /** Of a thread's first comment. */
    resolvedAt: at(),
    resolvedBy: text(),
  },
  (table) => [index("review_comments_of").on(table.reviewId, table.createdAt, table.id)],
);
