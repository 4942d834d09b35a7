import { JOB_KINDS, RUN_STATES } from "@syncline/api";
import { z } from "zod";

/** What the list of runs is filtered by, as it stands in the address. */
export const runsSearch = z.object({
  // One alone may be written as people write it: `?state=failed`.
  state: z
    .preprocess((value) => (typeof value === "string" ? [value] : value), z.array(z.enum(RUN_STATES)))
    .optional()
    .catch(undefined),
  kind: z.enum(JOB_KINDS).optional().catch(undefined),
  /** Id of a saved job. */
  job: z.uuid().optional().catch(undefined),
  text: z.string().max(200).optional().catch(undefined),
  since: z.enum(["hour", "day", "week", "month"]).optional().catch(undefined),
});
export type RunsSearch = z.output<typeof runsSearch>;

/** Two runs beside each other. */
export const compareSearch = z.object({
  a: z.uuid().optional().catch(undefined),
  b: z.uuid().optional().catch(undefined),
});
