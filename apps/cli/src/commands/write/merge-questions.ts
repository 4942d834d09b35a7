import {
  type MergeConflict,
  type MergeResolution,
  openConflict,
  type PatchTable,
  resolveMerge,
} from "@syncline/core";
import type { Session } from "../../session.ts";
import { ConflictPrompt } from "./conflict-prompt.ts";
import { hasBase } from "./conflict-view.ts";
import { MERGE_MEANINGS } from "./merge-meaning.ts";

/** Asks about conflicts of a merge or move. Remembers what was decided: a second attempt does not ask again. */
export class MergeQuestions {
  readonly #prompt: ConflictPrompt;
  readonly #decided = new Map<string, MergeResolution | "skip">();

  constructor(session: Session, count: number | null) {
    this.#prompt = new ConflictPrompt(session, count);
  }

  readonly choose = async (
    conflict: MergeConflict,
    table: PatchTable,
  ): Promise<MergeResolution | undefined> => {
    const name = identity(conflict);
    const decided = this.#decided.get(name) ?? (await this.#ask(conflict, table));
    this.#decided.set(name, decided);
    return decided === "skip" ? undefined : decided;
  };

  #ask(conflict: MergeConflict, table: PatchTable): Promise<MergeResolution | "skip"> {
    const sides = (["ours", "theirs", "base"] as const).filter((side) => isPossible(conflict, table, side));
    const meaning = MERGE_MEANINGS[conflict.kind];
    const edits = conflict.counts === undefined && conflict.kind !== "outside-scope";
    return this.#prompt.ask({
      conflict,
      table,
      meaning,
      possible: [...sides, "skip"],
      theirs: "source",
      edits,
    });
  }
}

function isPossible(conflict: MergeConflict, table: PatchTable, side: "ours" | "theirs" | "base"): boolean {
  if (conflict.counts !== undefined) return true;
  if (side === "base" && !hasBase(conflict)) return false;
  return resolveMerge(openConflict(table, conflict), side).kind === "effect";
}

function identity({ table, key, base, ours, theirs }: MergeConflict): string {
  return JSON.stringify([
    table,
    [...key],
    ...[base, ours, theirs].map((row) => (row === null ? null : [...row])),
  ]);
}
