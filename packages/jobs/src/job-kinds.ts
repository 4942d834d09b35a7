/** What a job does. `backup`, `drill`, `prune` and `migrate` join with their features. */
export const JOB_KINDS = [
  "diff",
  "watch",
  "apply",
  "undo",
  "copy",
  "merge",
  "bi-sync",
  "export",
  "import",
] as const;

export type JobKind = (typeof JOB_KINDS)[number];

/** Kinds that write rows to a place: one at a time per target. */
export const WRITING_KINDS: ReadonlySet<JobKind> = new Set([
  "apply",
  "undo",
  "copy",
  "merge",
  "bi-sync",
  "import",
]);
