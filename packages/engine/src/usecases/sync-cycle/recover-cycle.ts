import type { PlannedApplications } from "../../ports/base-store.ts";
import type { SideName } from "./side-run.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

/** Sides that a cycle which did not come to its end had written; null ledger ids where it had not. */
export type RecoveredCycle = PlannedApplications;

/**
 * Ends a cycle that died: the base takes what both sides have in common by their ledgers. Null when there was none.
 * The sessions of the dead cycle are ended first, so that the answer stays true.
 */
export async function recoverCycle(
  input: Pick<SyncCycleInput, "base" | SideName>,
): Promise<RecoveredCycle | null> {
  const { base } = input;
  const planned = await base.unfinished();
  if (planned === null) return null;
  const isWritten = async (side: SideName) => {
    const id = planned[side];
    if (id === null) return true;
    const target = await input[side].openTarget();
    try {
      return (await target.findApplication(id)) !== null;
    } finally {
      await target.close();
    }
  };
  const [target, source] = [await isWritten("target"), await isWritten("source")];
  await base.settle(!target ? "none" : source ? "both" : "target");
  return { target: target ? planned.target : null, source: target && source ? planned.source : null };
}
