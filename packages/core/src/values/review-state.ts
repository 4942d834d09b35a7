/**
 * `open` → `approved` | `refused` | `voided` | `expired` | `withdrawn`; `approved` → `applied` | `refused` | `voided` |
 * `expired` | `withdrawn`. Nothing leaves the others.
 */
export const REVIEW_STATES = [
  "open",
  "approved",
  "applied",
  "refused",
  "voided",
  "expired",
  "withdrawn",
] as const;
export type ReviewState = (typeof REVIEW_STATES)[number];
