import type { JobKind } from "./job-kinds.ts";

/**
 * What something may do to rows that a place holds. `destroys`: it may change or delete them, so that it takes a receipt
 * before its COMMIT. `starts`: it starts runs whose kind decides. `leaves`: neither.
 */
export type RowEffect = "destroys" | "starts" | "leaves";

/** Total: a kind without an answer does not compile. */
export const JOB_ROW_EFFECTS: Readonly<Record<JobKind, RowEffect>> = {
  diff: "leaves",
  watch: "leaves",
  apply: "destroys",
  undo: "destroys",
  copy: "destroys",
  merge: "destroys",
  "bi-sync": "destroys",
  export: "leaves",
  import: "destroys",
};
