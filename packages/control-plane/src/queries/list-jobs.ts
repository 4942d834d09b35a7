import type { JobKind } from "@syncline/jobs";
import { and, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import type { Job } from "../records.ts";
import type { RunState } from "../run-machine/run-states.ts";
import { jobs, runs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";

export interface ListJobsInput extends PageInput {
  readonly kind?: JobKind;
  readonly name?: string;
  /** In the name, the description, the source or the target, in any case. */
  readonly text?: string;
  readonly enabled?: boolean;
  /** Whose newest run is in any of these. */
  readonly lastStates?: readonly RunState[];
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
          input.text === undefined || input.text === "" ? undefined : named(input.text),
          input.enabled === undefined ? undefined : eq(jobs.enabled, input.enabled),
          input.lastStates === undefined ? undefined : inArray(newestState, [...input.lastStates]),
          olderThan(jobs, position),
        ),
      )
      .orderBy(desc(jobs.createdAt), desc(jobs.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}

const newestState = sql`(SELECT r.state FROM ${runs} r WHERE r.job_id = ${jobs}.id
  ORDER BY r.created_at DESC, r.id DESC LIMIT 1)`;

function named(text: string): SQL {
  const { name, definition } = jobs;
  const said = sql`lower(concat_ws(E'\\n', ${name}, ${definition}->>'description', ${definition}->>'source', ${definition}->>'target'))`;
  return sql`strpos(${said}, lower(${text})) > 0`;
}
