import { JOB_KINDS, type JobDefinition } from "@syncline/jobs";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { RUN_STATES, RUN_TRIGGERS } from "../run-machine/run-states.ts";
import { UNIT_KINDS, UNIT_STATES } from "../run-machine/unit-states.ts";
import type { RunProgress, RunSummary, StoredError } from "../run-records.ts";
import { at, controlSchema, createdAt, id, ownedBy } from "./columns.ts";
import { jobs } from "./jobs.ts";
import { organizations } from "./organizations.ts";
import { ofProject } from "./projects.ts";

export const runs = controlSchema.table(
  "runs",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    projectId: uuid().notNull(),
    /** Null: asked for without a job. */
    jobId: uuid().references(() => jobs.id, { onDelete: "set null" }),
    kind: text({ enum: JOB_KINDS }).notNull(),
    /** As it was when the run was created. */
    definition: jsonb().$type<JobDefinition>().notNull(),
    trigger: text({ enum: RUN_TRIGGERS }).notNull(),
    state: text({ enum: RUN_STATES }).notNull().default("queued"),
    /** Of the running or last try, from 1. */
    attempt: integer().notNull().default(1),
    /** The next try is not before this. */
    notBefore: at(),
    /** What a writing run has to itself, sorted; empty for reading ones. One entry for each ledger that it writes. */
    targetKeys: text().array().notNull().default(sql`'{}'::text[]`),
    /** Servers that it uses, for the limits per server. */
    serverKeys: text().array().notNull().default(sql`'{}'::text[]`),
    requestedBy: text().notNull(),
    /** The person who asked, if one did. */
    userId: uuid(),
    /** The review under which it writes. */
    reviewId: uuid(),
    /** Why a queued run does not run. */
    waitsFor: text(),
    progress: jsonb().$type<RunProgress>(),
    summary: jsonb().$type<RunSummary>(),
    error: jsonb().$type<StoredError>(),
    /** The run whose failed parts this one does again. */
    retryOf: uuid(),
    createdAt: createdAt(),
    startedAt: at(),
    finishedAt: at(),
    version: bigint({ mode: "number" }).notNull().default(1),
  },
  (table) => [
    ofProject("runs_owner", table),
    index("runs_by_age").on(table.organizationId, table.createdAt, table.id),
    index("runs_of_job").on(table.jobId, table.createdAt, table.id),
    index("runs_live").on(table.state, table.notBefore).where(sql`finished_at IS NULL`),
  ],
);

export const attempts = controlSchema.table(
  "attempts",
  {
    organizationId: ownedBy(() => organizations.id),
    runId: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    outcome: text(),
    error: jsonb().$type<StoredError>(),
    startedAt: createdAt(),
    finishedAt: at(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
);

/** Who writes to a target now: one run at a time. */
export const targetLocks = controlSchema.table(
  "target_locks",
  {
    organizationId: ownedBy(() => organizations.id),
    targetKey: text().notNull(),
    runId: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    /** What the run's slices show the target; a later run's is greater, so one that was given up cannot write any more. */
    fencingToken: bigint({ mode: "bigint" }).notNull(),
    takenAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.targetKey] }),
    index("target_locks_of_run").on(table.runId),
  ],
);

/** Part of a run that one worker takes under a lease. */
export const workUnits = controlSchema.table(
  "work_units",
  {
    id: id(),
    organizationId: ownedBy(() => organizations.id),
    runId: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer().notNull(),
    position: integer().notNull(),
    /** `whole`, `plan`, `slice`, `finish`: see docs/run-SPEC.md. */
    kind: text({ enum: UNIT_KINDS }).notNull(),
    /** What a slice covers; read by whoever planned it. */
    slice: jsonb(),
    state: text({ enum: UNIT_STATES }).notNull().default("ready"),
    worker: uuid(),
    /** Drawn at each claim from one sequence; only the unit's newest may write. */
    fencingToken: bigint({ mode: "bigint" }),
    leaseUntil: at(),
    /** How often it was claimed. */
    claims: integer().notNull().default(0),
    /** How often its lease ran out in this attempt. */
    losses: integer().notNull().default(0),
    /** Whoever had it last did not say whether rows were committed: the target's ledger knows. */
    unsettled: boolean().notNull().default(false),
    rows: bigint({ mode: "number" }).notNull().default(0),
    bytes: bigint({ mode: "number" }).notNull().default(0),
    checksum: text(),
    output: jsonb(),
    error: jsonb().$type<StoredError>(),
    /** When a message was sent last; the sweeper sends again. */
    dispatchedAt: at(),
    createdAt: createdAt(),
    startedAt: at(),
    finishedAt: at(),
  },
  (table) => [
    uniqueIndex("work_units_place").on(table.runId, table.attempt, table.position),
    index("work_units_live").on(table.state, table.leaseUntil).where(sql`state IN ('ready', 'running')`),
    index("work_units_of_worker").on(table.worker).where(sql`state = 'running'`),
  ],
);

/** Sessions that keep a run's instant open on a server: any of them may hand it on. */
export const snapshotHolders = controlSchema.table(
  "snapshot_holders",
  {
    organizationId: ownedBy(() => organizations.id),
    runId: uuid()
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" }),
    attempt: integer().notNull(),
    side: text({ enum: ["source", "target"] }).notNull(),
    worker: uuid().notNull(),
    snapshotId: text().notNull(),
    heldUntil: at().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.attempt, table.side, table.worker] })],
);

/** Processes that take work units. */
export const workers = controlSchema.table("workers", {
  id: id(),
  name: text().notNull(),
  version: text().notNull(),
  startedAt: createdAt(),
  heartbeatAt: at().notNull().defaultNow(),
  draining: boolean().notNull().default(false),
  /** It names for whom each of its transactions is; false for older ones, which row security would blind. */
  rowSecurity: boolean().notNull().default(false),
});

/** Who does a duty that exists once. The number grows with every election. */
export const leaderTerms = controlSchema.table("leader_terms", {
  duty: text().primaryKey(),
  term: bigint({ mode: "bigint" }).notNull(),
  worker: uuid().notNull(),
  since: createdAt(),
});
