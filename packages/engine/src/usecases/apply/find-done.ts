import type { ApplicationRequest, LedgerEntry, PatchTarget } from "../../ports/patch-target.ts";
import type { ApplyResult } from "../apply-contract.ts";

/** What the ledger has under an id that was given from outside; null when the application is still to be made. */
export async function findDone(
  target: Pick<PatchTarget, "findApplication">,
  {
    id,
    named,
    options,
  }: Pick<ApplicationRequest, "id" | "named"> & {
    readonly options: { readonly dryRun: boolean };
  },
): Promise<LedgerEntry | null> {
  return named && !options.dryRun ? target.findApplication(id) : null;
}

/** The same application again, told with the numbers of when it was made. */
export function resultOfThen({ id, patchId, counts, tables, receipt }: LedgerEntry): ApplyResult {
  return {
    outcome: "already-applied",
    patchId,
    ledgerId: id,
    receipt,
    counts,
    tables,
    conflictCount: 0,
    notes: ["This was written before, under the same id; the counts are those of then."],
  };
}
