import { z } from "zod";

const kept = z.object({ statement: z.string(), publicKey: z.string(), signature: z.string() });
const file = z.union([
  z.array(kept),
  z.object({ items: z.array(kept) }).transform(({ items }) => items),
  z.object({ checkpoints: z.array(kept) }).transform(({ checkpoints }) => checkpoints),
  kept.transform((one) => [one]),
]);

export type KeptCheckpoint = z.output<typeof kept>;

/** Checkpoints of a file that somebody kept; null when there are none in it. */
export function readCheckpoints(text: string): KeptCheckpoint[] | null {
  try {
    const read = file.safeParse(JSON.parse(text));
    return read.success && read.data.length > 0 ? read.data : null;
  } catch {
    return null;
  }
}
