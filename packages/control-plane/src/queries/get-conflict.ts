import type { JobDefinition } from "@syncline/jobs";
import { and, desc, eq } from "drizzle-orm";
import { type ConflictChoice, refusalOf } from "../conflicts/assert-choice.ts";
import type { ConflictDocument } from "../conflicts/conflict-document.ts";
import { definitionOfRun } from "../conflicts/definition-of-run.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { conflicts, jobs, resolutions, runs } from "../schema/index.ts";
import { conflictProject } from "./conflict-project.ts";

export type Conflict = typeof conflicts.$inferSelect;
export type Resolution = typeof resolutions.$inferSelect;

export interface WholeConflict extends Conflict {
  readonly document: ConflictDocument;
  /** Newest first. */
  readonly resolutions: readonly Resolution[];
  /** The job's, null without one. */
  readonly jobName: string | null;
  /** Of the job as it is, else of the run that met it; null when both are gone. */
  readonly definition: JobDefinition | null;
  readonly choices: readonly PossibleChoice[];
}

export interface PossibleChoice {
  readonly choice: Exclude<ConflictChoice, "row">;
  /** Why it cannot be chosen; null when it can. */
  readonly refused: string | null;
}

/** With its rows, which are customers' data. @throws CodedError `resource.not_found` */
export async function getConflict(
  cp: ControlPlane,
  scope: Scope,
  { conflictId }: { readonly conflictId: string },
): Promise<WholeConflict> {
  assertId("conflict", conflictId);
  return read(cp, scope.organizationId, async (db) => {
    const [row] = await db
      .select({ conflict: conflicts, job: { name: jobs.name, definition: jobs.definition } })
      .from(conflicts)
      .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
      .leftJoin(runs, eq(runs.id, conflicts.runId))
      .where(
        and(
          eq(conflicts.id, conflictId),
          eq(conflicts.organizationId, scope.organizationId),
          eq(conflictProject, scope.projectId),
        ),
      );
    const { conflict, job } = found(row, "conflict", conflictId);
    const made = await db
      .select()
      .from(resolutions)
      .where(eq(resolutions.conflictId, conflictId))
      .orderBy(desc(resolutions.resolvedAt), desc(resolutions.id));
    const document = conflict.document as ConflictDocument;
    const definition = job?.definition ?? (await definitionOfRun(db, conflict));
    const choices = (["ours", "theirs", "base"] as const).map((choice) => ({
      choice,
      refused: refusalOf({ record: conflict, document, definition }, { choice, row: null }),
    }));
    return { ...conflict, document, resolutions: made, jobName: job?.name ?? null, definition, choices };
  });
}
