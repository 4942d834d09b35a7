import { z } from "zod";

const text = z.string().min(1).max(4096).optional().catch(undefined);

/** What the form of a comparison is filled with beforehand. */
export const newDiffSearchSchema = z.object({
  source: text,
  target: text,
  /** As many fields of a definition as there are. */
  definition: z.record(z.string(), z.unknown()).optional().catch(undefined),
  /** The run that it was started as, so that its progress is still there when the page is opened anew. */
  run: z.uuid().optional().catch(undefined),
});
