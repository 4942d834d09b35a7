import { CodedError, isCodedError, openConflict, resolveMerge } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { eq } from "drizzle-orm";
import { assertDecidedValues } from "../conflicts/assert-decided-values.ts";
import {
  type ConflictDocument,
  conflictOf,
  type DocumentRow,
  resolutionOf,
  tableOf,
} from "../conflicts/conflict-document.ts";
import { readDecidedRow } from "../conflicts/read-decided-row.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { joining, transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Conflict, getConflict } from "../queries/get-conflict.ts";
import { conflicts, jobs, resolutions } from "../schema/index.ts";

export type ConflictChoice = "ours" | "theirs" | "base" | "row";

export interface ResolveConflictInput {
  readonly conflictId: string;
  /** `ours` is the target's row, `theirs` the source's. */
  readonly choice: ConflictChoice;
  /** For `row`: some or all columns as they shall be; null for no row. */
  readonly row?: Readonly<Record<string, unknown>> | null;
  /** `versions` of the conflict that the choice is about; left out: those that are stored. */
  readonly seen?: string;
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
    if (job !== undefined) {
      assertDirection(job.definition, choice);
      assertLasting(job.definition, choice);
    }
    const decided = decidedRow(input, document);
    assertPossible(conflict, document, { choice, row: decided });
    if (decided !== null) await assertDecidedValues(tx, decided, document);
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

/** One way, only one side's row can be what both have. */
function assertDirection(definition: JobDefinition, choice: ConflictChoice): void {
  if (definition.kind !== "bi-sync" || definition.direction === "both") return;
  if (choice === "ours" || choice === "theirs") return;
  throw new CodedError(
    "request.invalid",
    `The job goes ${definition.direction.replaceAll("-", " ")} only, so the choice is ours or theirs; found ${choice}.`,
  );
}

/** Where the base stays as it is, a row of the target that is like the base's counts as unchanged. */
function assertLasting({ kind }: JobDefinition, choice: ConflictChoice): void {
  if (choice !== "base" || kind === "bi-sync" || kind === "apply") return;
  throw new CodedError(
    "request.invalid",
    `The base of a ${kind} job stays as it is, so a row like the base's counts as unchanged and the next run would take the source's.`,
    { hint: "Choose ours or theirs, or give the row as it shall be." },
  );
}

function decidedRow({ choice, row }: ResolveConflictInput, document: ConflictDocument): DocumentRow | null {
  if (choice === "row" && row === undefined)
    throw new CodedError("request.invalid", "The choice is a row, and none was given.");
  if (choice !== "row" && row !== undefined)
    throw new CodedError("request.invalid", `A row was given with the choice ${choice}.`);
  return row === undefined || row === null ? null : readDecidedRow(row, document);
}

/** What cannot be carried out is said now, not by a cycle in the night. */
function assertPossible(
  record: Conflict,
  document: ConflictDocument,
  { choice, row }: { readonly choice: ConflictChoice; readonly row: DocumentRow | null },
): void {
  if (record.kind === "count-changed") {
    if (choice === "ours") return;
    throw new CodedError(
      "request.invalid",
      `Rows without a key whose number has changed are left as they are (ours); found ${choice}.`,
      { hint: "Compare again for the rest." },
    );
  }
  if (document.counts !== undefined) {
    if (choice !== "row") return;
    throw new CodedError("request.invalid", "Rows without a key are decided by ours, theirs or base.");
  }
  const open = openConflict(tableOf(document), conflictOf(document, record));
  const resolved = resolveMerge(open, resolutionOf(choice, row));
  if (resolved.kind === "impossible")
    throw new CodedError("request.invalid", `This cannot be chosen: ${resolved.reason}.`);
  if (resolved.kind === "open")
    throw new CodedError(
      "request.invalid",
      `The row leaves ${resolved.columns.map((column) => `"${column}"`).join(", ")} open.`,
      { hint: "Give a value for every column in conflict." },
    );
}
