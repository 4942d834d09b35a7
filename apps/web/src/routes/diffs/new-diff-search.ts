import { z } from "zod";

const text = z.string().min(1).max(4096).optional().catch(undefined);

/** What the form of a comparison is filled with beforehand. `run`: the run that it was started as. */
export const newDiffSearchSchema = z.object({
  source: text,
  target: text,
  run: z.uuid().optional().catch(undefined),
});
