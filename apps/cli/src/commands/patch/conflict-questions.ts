import {
  type ConflictRecord,
  type MergeConflict,
  type PatchTable,
  possibleResolutions,
  type Resolution,
} from "@syncline/core";
import type { Session } from "../../session.ts";
import { ConflictPrompt } from "../write/conflict-prompt.ts";
import { CONFLICT_MEANINGS, differingColumns } from "../write/conflict-text.ts";

/** Asks about the conflicts of a patch, one after the other. A skipped row stays as the target has it. */
export class ConflictQuestions {
  readonly #prompt: ConflictPrompt;

  constructor(session: Session, count: number) {
    this.#prompt = new ConflictPrompt(session, count);
  }

  readonly choose = async (record: ConflictRecord, table: PatchTable): Promise<Resolution> => {
    const decided = await this.#prompt.ask({
      conflict: asMerge(record),
      table,
      meaning: CONFLICT_MEANINGS[record.kind],
      possible: [...possibleResolutions(table, record), "skip"],
      edits: table.key.length > 0 && record.kind !== "count-changed",
      theirs: "patch",
    });
    if (decided === "skip") return "ours";
    return typeof decided === "string" ? decided : decided.row;
  };
}

/** The versions of a row as a merge tells them: the base is what the patch expects. */
function asMerge({ kind, operation, ours }: ConflictRecord): MergeConflict {
  const base = operation.op === "insert" ? null : operation.old;
  const theirs = operation.op === "delete" ? null : operation.new;
  const columns = operation.op === "update" ? differingColumns(operation, ours) : [];
  const named = kind === "count-changed" ? "update-update" : kind;
  return { table: operation.table, key: operation.key, kind: named, columns, base, ours, theirs };
}
