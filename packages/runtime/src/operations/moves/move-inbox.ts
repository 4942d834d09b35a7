import type { ConflictDecision, MetConflict } from "@syncline/control-plane";
import {
  type MergeConflict,
  type MergeResolution,
  openConflict,
  type PatchRow,
  type PatchTable,
  resolveMerge,
} from "@syncline/core";
import { appliedEffect, conflictVersions } from "@syncline/engine";
import { keyTextOf } from "./key-text.ts";

/** More than people decide one by one; the rest comes once these are decided. */
export const MOST_IN_INBOX = 10_000;

/** Decisions that were met: `standing` ones leave the row as it is. */
export type MetDecisions = readonly {
  readonly table: string;
  readonly keyText: string;
  readonly state: "applied" | "standing";
}[];

/** What a move takes from the inbox of its job, and what it leaves there. */
export class MoveInbox {
  readonly #decisions: ReadonlyMap<string, ConflictDecision>;
  #open: MetConflict[] = [];
  #decided = new Map<string, MetDecisions[number]>();
  #left = 0;

  /** The newest decision of each row, those that were carried out too. */
  constructor(decisions: readonly ConflictDecision[]) {
    this.#decisions = new Map(decisions.map((each) => [rowName(each.table, each.keyText), each]));
  }

  get open(): readonly MetConflict[] {
    return this.#open;
  }

  get decided(): MetDecisions {
    return [...this.#decided.values()];
  }

  /** Conflicts that found no room. */
  get left(): number {
    return this.#left;
  }

  /**
   * A decision counts as long as the row is the one that it was made about, or the one that it made: against a base that
   * stays, what was decided still differs from both, and is not asked about again.
   */
  readonly decide = (conflict: MergeConflict): MergeResolution | undefined => {
    const { table } = conflict;
    const keyText = keyTextOfConflict(conflict);
    const name = rowName(table, keyText);
    const decision = this.#decisions.get(name);
    if (decision === undefined) return undefined;
    const versions = conflictVersions(conflict);
    if (versions === versionsAfter(decision)) {
      this.#decided.set(name, { table, keyText, state: "applied" });
      return "ours";
    }
    if (decision.state === "applied" || decision.seen !== versions) return undefined;
    const state = decision.resolution === "ours" ? "standing" : "applied";
    this.#decided.set(name, { table, keyText, state });
    return decision.resolution;
  };

  readonly onUndecided = (conflict: MergeConflict, table: PatchTable): void => {
    const keyText = keyTextOfConflict(conflict);
    this.#decided.delete(rowName(conflict.table, keyText)); // it decided some of the columns only
    if (this.#open.length >= MOST_IN_INBOX) this.#left += 1;
    else
      this.#open.push({
        keyText,
        versions: conflictVersions(conflict),
        conflict,
        columnTypes: table.columns,
      });
  };

  readonly onAttempt = (): void => {
    this.#open = [];
    this.#decided = new Map();
    this.#left = 0;
  };
}

/** A row among all tables. */
export const rowName = (table: string, keyText: string) => JSON.stringify([table, keyText]);

/** Both versions of the row once the decision was carried out; null where that ends the conflict or leaves the row alone. */
function versionsAfter({ conflict, patchTable, resolution }: ConflictDecision): string | null {
  const { kind, counts } = conflict;
  if (typeof resolution === "string" || kind === "count-changed" || counts !== undefined) return null;
  const met = { ...conflict, kind };
  const resolved = resolveMerge(openConflict(patchTable, met), resolution);
  if (resolved.kind !== "effect" || resolved.effect.kind === "keep") return null;
  return conflictVersions({ ...met, ours: appliedEffect(met.ours, resolved.effect) });
}

/** The row, equal in every run: by its key, else by all that it holds. */
function keyTextOfConflict({ key, ours, theirs, base }: MergeConflict): string {
  return rowKeyText(key, ours ?? theirs ?? base ?? new Map());
}

export function rowKeyText(key: PatchRow, row: PatchRow): string {
  const sorted = [...(key.size > 0 ? key : row)].sort(([a], [b]) => (a < b ? -1 : 1));
  return keyTextOf(JSON.stringify([key.size, sorted.map(([, value]) => value)]));
}
