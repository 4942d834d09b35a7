import type { AnswerOf, diffs } from "@syncline/api";
import type { ChangeFilter, FilterQuery } from "./change-filter.ts";

export type PatchAnswer = AnswerOf<typeof diffs.getPatch>;
export type PatchTables = AnswerOf<typeof diffs.listPatchTables>;
export type PatchTable = PatchTables["tables"][number];
export type ChangeCount = AnswerOf<typeof diffs.countChanges>;
export type ChangeAnswer = AnswerOf<typeof diffs.getChange>;

/** What every panel and button of the explorer gets. */
export interface ExplorerPanelProps {
  readonly patch: PatchAnswer;
  /** Verdict by table; its `hash` is that of the patch. */
  readonly tables: PatchTables;
  /** Of what is shown; the kind's tab is part of it. */
  readonly filter: ChangeFilter;
  /** The same as parameters of a call. */
  readonly query: FilterQuery;
  /** Of `filter`; null while it is counted for the first time, and for those who may not read rows. */
  readonly count: ChangeCount | null;
  /** Shows the rows of another filter, in the address too. */
  readonly setFilter: (filter: ChangeFilter) => void;
}
