import { CodedError, isCodedError } from "@syncline/core";
import { desc, eq } from "drizzle-orm";
import { assertChoice, type ConflictChoice } from "../conflicts/assert-choice.ts";
import type { ConflictDocument, DocumentRow } from "../conflicts/conflict-document.ts";
import { decidedValues } from "../conflicts/decided-values.ts";
import { definitionOfRun } from "../conflicts/definition-of-run.ts";
import { readDecidedRow } from "../conflicts/read-decided-row.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Executor } from "../database/open-database.ts";
import { joining, transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Conflict, getConflict } from "../queries/get-conflict.ts";
import { conflicts, jobs, resolutions } from "../schema/index.ts";

export type { ConflictChoice } from "../conflicts/assert-choice.ts";

export interface ResolveConflictInput {
  readonly conflictId: string;
  /** `ours` is the target's row, `theirs` the source's. */
  readonly choice: ConflictChoice;
  /** For `row`: some or all columns as they shall be; null for no row. */
  readonly row?: Readonly<Record<string, unknown>> | null;
  /** `versions` of the conflict that the choice is about; left out: those that are stored. */
  readonly seen?: string;
  /** Id of the newest decision that the choice was made knowing; null for none, left out: whatever it is. */
  readonly decision?: string | null;
}

/**
 * Says what a row shall be. The next run writes it, if nobody has changed the row until then; otherwise the conflict
 * comes up again. A conflict that waits for its run can be decided anew.
 * @throws CodedError `resource.not_found`, `resource.changed`, `request.invalid`
 */
export async function resolveConflict(
  cp: ControlPlane,
  call: Call,
  input: ResolveConflictInput,
): Promise<Conflict> {
  const { conflictId, choice } = input;
  assertId("conflict", conflictId);
  return transact(cp, call.scope.organizationId, async (change) => {
    const { tx } = change;
    const { organizationId, projectId } = call.scope;
    const known = await getConflict(joining(cp, change), call.scope, { conflictId });
    // Keeps the job as it is: its direction decides what may be chosen. Before the conflict, as others lock them.
    const [job] =
      known.jobId === null ? [] : await tx.select().from(jobs).where(eq(jobs.id, known.jobId)).for("update");
    const [row] = await tx.select().from(conflicts).where(eq(conflicts.id, conflictId)).for("update");
    const conflict = found(row, "conflict", conflictId);
    const document = conflict.document as ConflictDocument;
    assertOpen(conflict, document, input.seen);
    if (input.decision !== undefined) await assertDecision(tx, conflictId, input.decision);
    const given = decidedRow(input, document);
    const definition = job?.definition ?? (await definitionOfRun(tx, conflict));
    assertChoice({ record: conflict, document, definition }, { choice, row: given });
    const decided = given === null ? null : await decidedValues(tx, given, document);
    await tx.insert(resolutions).values({
      organizationId,
      conflictId,
      choice,
      row: decided,
      seen: document.versions,
      resolvedBy: call.actor,
    });
    const [next] = await tx
      .update(conflicts)
      .set({ state: "resolved" })
      .where(eq(conflicts.id, conflictId))
      .returning();
    change.audit(call, {
      action: "conflict.resolve",
      subjectKind: "conflict",
      subjectId: conflictId,
      detail: { choice, table: conflict.tableName, kind: conflict.kind },
    });
    change.emit({
      organizationId,
      type: "conflict.resolved",
      payload: { conflictId, jobId: conflict.jobId, projectId, choice },
    });
    return found(next, "conflict", conflictId);
  });
}

export interface ResolveConflictsInput {
  readonly conflictIds: readonly string[];
  readonly choice: Exclude<ConflictChoice, "row">;
}

export interface ResolvedConflicts {
  readonly resolved: readonly string[];
  readonly refused: readonly {
    readonly conflictId: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** The same choice for many, each by itself: those that cannot be decided so are told, and the others stand. */
export async function resolveConflicts(
  cp: ControlPlane,
  call: Call,
  { conflictIds, choice }: ResolveConflictsInput,
): Promise<ResolvedConflicts> {
  const resolved: string[] = [];
  const refused: ResolvedConflicts["refused"][number][] = [];
  for (const conflictId of conflictIds)
    try {
      await resolveConflict(cp, call, { conflictId, choice });
      resolved.push(conflictId);
    } catch (error) {
      if (!isCodedError(error) || !REFUSALS.has(error.code)) throw error;
      refused.push({ conflictId, code: error.code, message: error.message });
    }
  return { resolved, refused };
}

const REFUSALS: ReadonlySet<string> = new Set(["resource.not_found", "resource.changed", "request.invalid"]);

function assertOpen({ state }: Conflict, { versions }: ConflictDocument, seen: string | undefined): void {
  if (state !== "open" && state !== "resolved")
    throw new CodedError(
      "resource.changed",
      `The conflict is ${state}; there is nothing to decide any more.`,
    );
  if (seen !== undefined && seen !== versions)
    throw new CodedError("resource.changed", "The row was changed since it was shown.", {
      hint: "Read the conflict again and decide anew.",
      details: { versions },
    });
}

/** Two people may decide one conflict at once: the later one is told what the other chose. */
async function assertDecision(tx: Executor, conflictId: string, known: string | null): Promise<void> {
  const [newest] = await tx
    .select()
    .from(resolutions)
    .where(eq(resolutions.conflictId, conflictId))
    .orderBy(desc(resolutions.resolvedAt), desc(resolutions.id))
    .limit(1);
  if (newest === undefined || newest.id === known) return;
  const { choice, resolvedBy } = newest;
  throw new CodedError("resource.changed", `It was decided meanwhile: ${choice}, by ${resolvedBy}.`, {
    hint: "Read the conflict again; it can be decided anew.",
    details: { decision: newest.id, choice, resolvedBy },
  });
}

function decidedRow({ choice, row }: ResolveConflictInput, document: ConflictDocument): DocumentRow | null {
  if (choice === "row" && row === undefined)
    throw new CodedError("request.invalid", "The choice is a row, and none was given.");
  if (choice !== "row" && row !== undefined)
    throw new CodedError("request.invalid", `A row was given with the choice ${choice}.`);
  return row === undefined || row === null ? null : readDecidedRow(row, document);
}
