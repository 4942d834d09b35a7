import type { ConflictDecision, MetConflict } from "@syncline/control-plane";
import type { MergeConflict, MergeResolution, PatchTable } from "@syncline/core";
import { conflictVersions } from "@syncline/engine";
import { keyTextOf } from "../bi-sync/index.ts";
import type { MergeHooks } from "./run-merge.ts";

/** More than people decide one by one; the rest comes once these are decided. */
const MOST = 10_000;

/** Decisions that were carried out: `standing` ones left the row as it was. */
type Decided = readonly {
  readonly table: string;
  readonly keyText: string;
  readonly state: "applied" | "standing";
}[];

/** What a merge takes from the inbox of its job, and what it leaves there. */
export class MergeInbox implements MergeHooks {
  readonly #decisions: ReadonlyMap<string, ConflictDecision>;
  #open: MetConflict[] = [];
  #decided = new Map<string, Decided[number]>();
  #left = 0;

  constructor(decisions: readonly ConflictDecision[]) {
    this.#decisions = new Map(decisions.map((each) => [nameOf(each.table, each.keyText), each]));
  }

  get open(): readonly MetConflict[] {
    return this.#open;
  }

  get decided(): Decided {
    return [...this.#decided.values()];
  }

  /** Conflicts that found no room. */
  get left(): number {
    return this.#left;
  }

  /** A decision counts as long as the row is the one that it was made about. */
  readonly decide = (conflict: MergeConflict): MergeResolution | undefined => {
    const { table } = conflict;
    const keyText = keyTextOfConflict(conflict);
    const name = nameOf(table, keyText);
    const decision = this.#decisions.get(name);
    if (decision === undefined || decision.seen !== conflictVersions(conflict)) return undefined;
    const state = decision.resolution === "ours" ? "standing" : "applied";
    this.#decided.set(name, { table, keyText, state });
    return decision.resolution;
  };

  readonly onUndecided = (conflict: MergeConflict, table: PatchTable): void => {
    const keyText = keyTextOfConflict(conflict);
    this.#decided.delete(nameOf(conflict.table, keyText)); // it decided some of the columns only
    if (this.#open.length >= MOST) this.#left += 1;
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

const nameOf = (table: string, keyText: string) => JSON.stringify([table, keyText]);

/** The row, equal in every run: by its key, else by all that it holds. */
function keyTextOfConflict({ key, ours, theirs, base }: MergeConflict): string {
  const row = key.size > 0 ? key : (ours ?? theirs ?? base ?? new Map<string, string | null>());
  const sorted = [...row].sort(([a], [b]) => (a < b ? -1 : 1));
  return keyTextOf(JSON.stringify([key.size, sorted.map(([, value]) => value)]));
}
