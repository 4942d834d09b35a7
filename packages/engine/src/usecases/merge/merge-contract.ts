import type {
  MergeConflict,
  MergeOutcome,
  MergeResolution,
  MoveRules,
  PatchOperation,
  PatchRow,
  PatchTable,
} from "@syncline/core";
import type { CreateChangeSpool } from "../../ports/change-spool.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { DiffOptions, DiffResult, DiffTable } from "../diff-contract.ts";
import type { Renumbering } from "../renumber/renumbering.ts";

export interface MergeInput {
  readonly ctx: RunContext;
  /** The common ancestor, with the names of ours. Opened twice, as of one instant where it can be. */
  readonly openBase: () => Promise<Endpoint>;
  /** The target. */
  readonly openOurs: () => Promise<Endpoint>;
  /** The source. */
  readonly openTheirs: () => Promise<Endpoint>;
  /** As for a comparison of theirs with ours. `prepare` is asked for the base as for the target. */
  readonly diff: DiffOptions;
  readonly rules: MoveRules;
  /** False: rows that theirs deleted stay. */
  readonly mayDelete: boolean;
  /** Shows theirs and the base under the keys that their rows have in ours. */
  readonly renumbering?: Renumbering;
  /** Where changes of ours wait; in memory when absent. */
  readonly createSpool?: CreateChangeSpool;
  /** As in `MoveInput`. */
  readonly isReferenced?: (table: string, key: PatchRow) => boolean;
  /** Hears of every conflict that field policies leave, before the rules do; undefined leaves it to them. */
  readonly onConflict?: (
    conflict: MergeConflict,
    table: PatchTable,
  ) => Promise<MergeResolution | undefined> | MergeResolution | undefined;
  /** Hears of every conflict that stays undecided. */
  readonly onUndecided?: (conflict: MergeConflict, table: PatchTable) => Promise<void> | void;
}

export interface MergeTableResult {
  readonly name: string;
  /** Rows by outcome. Rows that neither side changed are not counted but as `unchanged` of the comparison. */
  readonly outcomes: Readonly<Record<MergeOutcome, number>>;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Changes of theirs that a policy or a decision left out. */
  readonly skipped: number;
  /** Conflicts, decided or not. */
  readonly conflicts: number;
  readonly undecided: number;
}

export interface MergeResult {
  readonly tables: readonly MergeTableResult[];
  readonly totals: Omit<MergeTableResult, "name">;
}

/** A running merge: consume `operations` to its end, then await `result`. Always `close()`. */
export interface MergeRun {
  readonly labels: { readonly source: string; readonly target: string };
  /** Names, columns and fingerprints of ours. */
  readonly tables: readonly DiffTable[];
  readonly versions: { readonly source: string | null; readonly target: string | null };
  /** What makes ours the merged rows; old values are those of ours. */
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
  readonly result: Promise<MergeResult>;
  /** The comparison of theirs with the base, aligned with `tables`. */
  readonly diff: Promise<DiffResult>;
  close(): Promise<void>;
}
