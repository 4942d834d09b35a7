import { isDeepStrictEqual } from "node:util";
import { CodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { and, eq, isNull, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { found } from "../ids.ts";
import { changedFields } from "../jobs/changed-fields.ts";
import { writeSchedule } from "../jobs/write-schedule.ts";
import type { Job } from "../records.ts";
import { voidIfOther } from "../reviews/void-if-other.ts";
import { jobs, projects } from "../schema/index.ts";
import { endJob } from "./delete-job.ts";

export interface SyncedJobs {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly unchanged: number;
}

/**
 * Makes a project's jobs of the config what the config says, by name. Several servers with one file may do so at once;
 * of servers with different files the last one stands.
 * @throws CodedError `config.invalid` when a name is taken by a job of the API
 */
export async function syncConfigJobs(
  cp: ControlPlane,
  call: Call,
  { definitions }: { readonly definitions: readonly JobDefinition[] },
): Promise<SyncedJobs> {
  const { projectId, organizationId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const { tx } = change;
    const mine = and(eq(projects.id, projectId), eq(projects.organizationId, organizationId));
    const [project] = await tx.select({ id: projects.id }).from(projects).where(mine).for("no key update");
    found(project, "project", projectId);
    const rows = await tx
      .select()
      .from(jobs)
      .where(and(eq(jobs.projectId, projectId), isNull(jobs.deletedAt)))
      .orderBy(jobs.id)
      .for("update");
    const created: string[] = [];
    const updated: string[] = [];
    for (const definition of definitions) {
      const job = rows.find(({ name }) => name === definition.name);
      if (job?.origin === "api") throw taken(definition.name);
      if (job === undefined) created.push(await insertJob(change, call, definition));
      else if (await updateChanged(change, call, { job, definition })) updated.push(definition.name);
    }
    const names = new Set(definitions.map(({ name }) => name));
    const gone = rows.filter((job) => job.origin === "config" && !names.has(job.name));
    for (const job of gone) await endJob(change, call, job);
    const deleted = gone.map(({ name }) => name);
    return { created, updated, deleted, unchanged: definitions.length - created.length - updated.length };
  });
}

function taken(name: string): CodedError {
  return new CodedError(
    "config.invalid",
    `Job "${name}" of the config exists already: it was made through the API.`,
    {
      hint: "Rename one of them, or delete the one that was made through the API.",
    },
  );
}

async function insertJob(change: Change, call: Call, definition: JobDefinition): Promise<string> {
  const { name, kind, enabled } = definition;
  const { organizationId, projectId } = call.scope;
  const [job] = await change.tx
    .insert(jobs)
    .values({ organizationId, projectId, name, kind, definition, enabled, origin: "config" })
    .onConflictDoNothing()
    .returning();
  if (job === undefined) throw taken(name);
  await writeSchedule(change.tx, job);
  change.audit(call, {
    action: "job.create",
    subjectKind: "job",
    subjectId: job.id,
    detail: { name, kind, origin: "config" },
  });
  change.emit({ organizationId, type: "job.created", payload: { jobId: job.id, projectId, name, kind } });
  return name;
}

async function updateChanged(
  change: Change,
  call: Call,
  { job, definition }: { job: Job; definition: JobDefinition },
): Promise<boolean> {
  if (isDeepStrictEqual(job.definition, JSON.parse(JSON.stringify(definition)))) return false;
  const { name, kind, enabled } = definition;
  const [next] = await change.tx
    .update(jobs)
    .set({ kind, enabled, definition, version: sql`${jobs.version} + 1`, updatedAt: now })
    .where(eq(jobs.id, job.id))
    .returning();
  if (next === undefined) throw new Error(`job ${job.id} vanished under its lock`);
  await writeSchedule(change.tx, next);
  await voidIfOther(change, call, { job, next });
  const { organizationId, projectId } = call.scope;
  change.audit(call, {
    action: "job.update",
    subjectKind: "job",
    subjectId: job.id,
    detail: {
      name,
      kind,
      version: next.version,
      origin: "config",
      fields: changedFields(job.definition, next.definition),
    },
  });
  change.emit({ organizationId, type: "job.updated", payload: { jobId: job.id, projectId, name, kind } });
  return true;
}
