import type { ConflictDecision } from "@syncline/control-plane";
import { CodedError, type MergeConflict, type PatchHeader, type PatchOperation } from "@syncline/core";
import { type PatchInput, type RunContext, resolvedMerge } from "@syncline/engine";
import type { JobDefinition } from "@syncline/jobs";
import { ApplyInbox } from "../apply/apply-inbox.ts";

export interface ResolutionPatchInput {
  readonly ctx: RunContext;
  /** Of the job or run whose conflicts they are; locators without passwords. */
  readonly definition: JobDefinition;
  readonly decisions: readonly ConflictDecision[];
  /** Of a job that applies one: the patch, opened. */
  readonly patch: PatchInput | null;
  /** `decided`: the decided rows alone, of a patch too. */
  readonly rows: "all" | "decided";
}

export interface ResolutionPatch {
  readonly header: PatchHeader;
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
}

/**
 * The patch that brings the target to what was decided. Old values are the target's as they were when the conflicts came
 * up: a row that was changed since conflicts again, and nothing is overwritten unseen.
 * @throws CodedError `request.invalid` where only the next run can carry decisions out
 */
export async function resolutionPatch(input: ResolutionPatchInput): Promise<ResolutionPatch> {
  const { ctx, definition, decisions, patch, rows } = input;
  if (decisions.length === 0)
    throw new CodedError("request.invalid", "No conflict of these is decided and not yet carried out.", {
      hint: "Decide them first.",
    });
  if (definition.kind === "apply" && patch !== null) {
    const inbox = new ApplyInbox(patch, decisions);
    const { header, operations } = rows === "all" ? inbox.decidedPatch(ctx) : inbox.decidedRows(ctx);
    return { header, operations: operations() };
  }
  if (!PATCHED.has(definition.kind))
    throw new CodedError(
      "request.invalid",
      definition.kind === "bi-sync"
        ? "What is decided of a pair is written to both sides, which no patch can."
        : `What is decided of ${definition.kind} is written by the next run alone.`,
      { hint: "Run it again; it carries the decisions out." },
    );
  return resolvedMerge({ ctx, conflicts: heldOf(definition, decisions) });
}

const PATCHED: ReadonlySet<JobDefinition["kind"]> = new Set(["merge", "copy", "import"]);

function heldOf(definition: JobDefinition, decisions: readonly ConflictDecision[]) {
  const {
    target = "",
    source,
    file,
  } = definition as JobDefinition & {
    readonly [Part in "target" | "source" | "file"]?: string;
  };
  const tables = new Map(decisions.map(({ table, patchTable }) => [table, patchTable]));
  return {
    name: "the inbox",
    header: { source: source ?? file ?? "", target, tables: [...tables.values()] },
    merges: decisions.map(({ conflict, resolution }, at) => ({
      conflict: conflict as MergeConflict,
      resolution: typeof resolution === "string" ? resolution : resolution.row,
      line: at + 1,
    })),
  };
}
