/** `pending`: waits until the slices before it are done. See docs/run-SPEC.md. */
export const UNIT_STATES = ["pending", "ready", "running", "done", "failed", "cancelled"] as const;
export type UnitState = (typeof UNIT_STATES)[number];

export const UNIT_KINDS = ["whole", "plan", "slice", "finish"] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];
