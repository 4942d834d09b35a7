import {
  type ControlPlane,
  decidedConflicts,
  type RecordConflictsInput,
  recordConflicts,
} from "@syncline/control-plane";
import { type MoveHooks, MoveInbox } from "../../operations/index.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";

/** Whose inbox the conflicts of a run are in. */
export function inboxOwner({ claim: { run } }: UnitWork) {
  return { organizationId: run.organizationId, jobId: run.jobId, runId: run.id };
}

/** The inbox as a move's operation asks it. */
export function hooksOf({ decide: onConflict, onUndecided, onAttempt }: MoveInbox): MoveHooks {
  return { openConflicts: () => ({ onConflict, onUndecided, onAttempt }) };
}

/** What people decided of the rows that a move holds back, also of those that it wrote as they were decided. */
export async function openMoveInbox(work: UnitWork): Promise<MoveInbox> {
  const { controlPlane } = work.tools;
  return new MoveInbox(await decidedConflicts(controlPlane, { ...inboxOwner(work), carriedOut: true }));
}

/** Conflicts of tables that the run left out stay; those of tables that the job does not know any more go. */
export function metTables(
  { claim }: UnitWork,
  tables: readonly { readonly name: string }[],
): RecordConflictsInput["tables"] {
  const { definition } = claim.run;
  const all = "schema" in definition && definition.schema.length === 0;
  return all ? "all" : tables.map(({ name }) => name);
}

interface Moved extends Pick<RecordConflictsInput, "tables"> {
  readonly inbox: MoveInbox;
  /** Whether decisions were carried out: a move that is all or nothing may have written nothing. */
  readonly written: boolean;
}

/** The inbox as a move left it, recorded with the end of its unit. */
export function withMoveConflicts(work: UnitWork, result: UnitResult, moved: Moved): UnitResult {
  const { inbox, tables, written } = moved;
  const decided = inbox.decided.map((each) => (written ? each : { ...each, state: "standing" as const }));
  return withConflicts(work, result, {
    open: inbox.open,
    left: inbox.left,
    decided,
    tables,
    recovered: false,
  });
}

type Met = Pick<RecordConflictsInput, "tables" | "open" | "left" | "decided" | "recovered">;

export function withConflicts(work: UnitWork, result: UnitResult, met: Met): UnitResult {
  const { left } = met;
  const notes =
    left === 0 ? [] : [`${left} more conflicts come to the inbox once those that it holds are decided.`];
  return {
    ...result,
    summary: result.summary && { ...result.summary, notes: [...result.summary.notes, ...notes] },
    alongside: (cp) => record(cp, work, met),
  };
}

async function record(cp: ControlPlane, work: UnitWork, conflicts: Met): Promise<void> {
  await recordConflicts(cp, { ...inboxOwner(work), ...conflicts });
}
