import { sql } from "drizzle-orm";

/** Time is judged by the control database alone. */
export const now = sql<Date>`now()`;

/** That many milliseconds after now. */
export const nowPlus = (milliseconds: number) =>
  sql<Date>`now() + ${Math.round(milliseconds)}::bigint * interval '1 millisecond'`;
