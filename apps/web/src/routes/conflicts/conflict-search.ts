import { z } from "zod";

/** Whole numbers and short texts that look like them: addresses are typed by hand too. */
const looseText = z.union([
  z.string().min(1).max(4096),
  z.number().transform(String),
  z.boolean().transform(String),
]);

/** What the inbox shows, as its address says it; what is not understood is left out. */
export const conflictSearchSchema = z.object({
  /** Left out: open ones. */
  state: z.enum(["resolved", "applied", "superseded", "any"]).optional().catch(undefined),
  job: z.uuid().optional().catch(undefined),
  run: z.uuid().optional().catch(undefined),
  table: looseText.optional().catch(undefined),
  kind: looseText.optional().catch(undefined),
  column: looseText.optional().catch(undefined),
  key: looseText.optional().catch(undefined),
  /** Whether the rule for many is being made. */
  rule: z.boolean().optional().catch(undefined),
});
export type ConflictSearch = z.output<typeof conflictSearchSchema>;

/** The search as the API takes it. */
export function filterOf({ state, job, run, table, kind, column, key }: ConflictSearch = {}) {
  return {
    ...(state === "any" ? {} : { state: state ?? ("open" as const) }),
    ...(job === undefined ? {} : { jobId: job }),
    ...(run === undefined ? {} : { runId: run }),
    ...(table === undefined ? {} : { table }),
    ...(kind === undefined ? {} : { kind }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key }),
  };
}
export type InboxFilter = ReturnType<typeof filterOf>;

/** Whether anything but the state narrows the list. */
export function isNarrowed({ job, run, table, kind, column, key }: ConflictSearch): boolean {
  return [job, run, table, kind, column, key].some((part) => part !== undefined);
}
