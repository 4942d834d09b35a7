/**
 * One column's value: PostgreSQL's text output under the pinned session settings (DateStyle ISO, UTC,
 * IntervalStyle postgres, bytea hex, shortest-exact floats), or null for SQL NULL. Never a JS number or Date.
 */
export type RowValue = string | null;

/** Values of one row, aligned with an agreed list of columns. */
export type RowImage = readonly RowValue[];
