import { createHash } from "node:crypto";
import { parsePatchTableName } from "@syncline/core";
import { formatUuid, type LedgerEntry } from "@syncline/engine";
import { openTarget } from "../../endpoint-registry.ts";
import type { Loaded } from "./copy-input.ts";
import type { CopyPlan } from "./plan-copy.ts";

/** What the target's ledger has under the setting's id: a run that was interrupted may have written already. */
export async function findBefore({ setting, target, input }: CopyPlan): Promise<LedgerEntry | null> {
  const { applicationId, context } = setting;
  if (applicationId === null || input.dryRun) return null;
  const opened = await openTarget(target, context.signal);
  try {
    return await opened.findApplication(applicationId);
  } finally {
    await opened.close();
  }
}

/** A load of before, with its numbers of then. */
export function loadOfThen({ id, tables, counts }: LedgerEntry, { target }: CopyPlan): Loaded {
  return {
    outcome: "copied",
    tables: tables.map(({ name, inserted }) => {
      const parsed = parsePatchTableName(name);
      const table = { schema: parsed?.schema ?? target.scope.schema, name: parsed?.name ?? name };
      return { source: table, target: table, outcome: "done", rows: inserted, bytes: 0, failure: null };
    }),
    rows: counts.inserted,
    bytes: 0,
    instants: 1,
    ledgerId: id,
    notes: ["This was written before, under the same id; the counts are those of then."],
  };
}

/** The name of what follows a load that is not whole: the load has the run's own. The same for every try. */
export function idAfterLoad(applicationId: string | null): string | null {
  if (applicationId === null) return null;
  return formatUuid(createHash("sha256").update(`${applicationId} after its load`).digest());
}
