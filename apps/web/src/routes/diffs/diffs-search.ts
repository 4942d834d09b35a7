import { z } from "zod";

/** Which comparisons are listed: those that were made once or by jobs, or those of watches. */
export const diffsSearchSchema = z.object({
  kind: z.enum(["diff", "watch"]).optional().catch(undefined),
  text: z
    .union([z.string().min(1).max(200), z.number().transform(String)])
    .optional()
    .catch(undefined),
});
export type DiffsSearch = z.output<typeof diffsSearchSchema>;
