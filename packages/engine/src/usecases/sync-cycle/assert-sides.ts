import { CodedError } from "@syncline/core";
import type { SideName } from "./side-run.ts";
import type { SyncCycleInput } from "./sync-contract.ts";

/**
 * Each side must be the one that the base is about: its ledger, which lies with its rows, has what the last cycles wrote
 * there. A backup from before that, or another database, would look as if somebody had taken back all that came since.
 * @throws CodedError `target.mismatch`
 */
export async function assertSides(input: Pick<SyncCycleInput, "base" | SideName>): Promise<void> {
  const settled = await input.base.settled();
  for (const side of ["target", "source"] as const) {
    const id = settled[side];
    if (id === null) continue;
    const target = await input[side].openTarget();
    try {
      if ((await target.findApplication(id)) === null) throw another(side, target.label, id);
    } finally {
      await target.close();
    }
  }
}

function another(side: SideName, label: string, id: string): CodedError {
  return new CodedError(
    "target.mismatch",
    `"${label}", the ${side}, does not have what the last cycle wrote there: its ledger has no application ${id}. It is another database, or was restored from a backup that is older. Nothing was written.`,
    {
      hint: "When its address is wrong, mend it. When it was restored, reset the pair: the next cycle is a first contact, which asks about rows that differ.",
      details: { side, ledgerId: id },
    },
  );
}
