import type { JobKind } from "@syncline/jobs";
import { and, desc, eq, isNull } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { Job } from "../records.ts";
import { jobs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

export interface ListJobsInput extends PageInput {
  readonly kind?: JobKind;
  readonly name?: string;
}

/** Newest first. */
export async function listJobs(
  cp: ControlPlane,
  scope: Scope,
  input: ListJobsInput = {},
): Promise<Page<Job>> {
  const limit = readLimit(input);
  const position = readAge(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.organizationId, scope.organizationId),
          eq(jobs.projectId, scope.projectId),
          isNull(jobs.deletedAt),
          input.kind === undefined ? undefined : eq(jobs.kind, input.kind),
          input.name === undefined ? undefined : eq(jobs.name, input.name),
          olderThan(jobs, position),
        ),
      )
      .orderBy(desc(jobs.createdAt), desc(jobs.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}
