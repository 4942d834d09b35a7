/** The points of docs/run-SPEC.md at which a process may die; the kill test goes through all of them. */
export const KILL_POINTS = [
  "run-created",
  "message-sent",
  "message-taken",
  "unit-claimed",
  "reading",
  "rows-written",
  "rows-committed",
  "unit-finished",
  "slices-planned",
  "slice-committed",
  "holder-lost",
  "result-written",
  "slot-taken",
  "first-side-applied",
  "both-sides-applied",
  "base-advanced",
  "alert-sent",
  "leader",
  "cancelling",
  "answer-lost",
] as const;

export type KillPoint = (typeof KILL_POINTS)[number];

/** Called when a point is reached. Does nothing but in the kill test, whose version ends the process. */
export type ReachedPoint = (point: KillPoint) => void;
