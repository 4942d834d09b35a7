/** What a job's timeline can be narrowed to. */
export const TIMELINE_FILTERS = ["run", "edit", "review", "conflicts", "pair", "hook"] as const;
export type TimelineFilter = (typeof TIMELINE_FILTERS)[number];
