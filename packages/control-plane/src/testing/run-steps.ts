import type { ControlPlane } from "../control-plane.ts";
import type { RunSummary, StoredError } from "../run-records.ts";
import type { UnitOutput } from "../runs/settle-run.ts";
import { type Claim, claimUnit } from "../verbs/claim-unit.ts";
import { registerWorker } from "../verbs/register-worker.ts";

export const SUMMARY: RunSummary = {
  outcome: "succeeded",
  counts: { inserted: 1, updated: 2, deleted: 3, unchanged: 4, skipped: 0, conflicts: 0 },
  tables: [{ name: "public.users", inserted: 1 }],
  bytes: 10,
  ledgerIds: [],
  patchId: null,
  files: [],
  notes: [],
  receipts: [],
};
export const OUTPUT: UnitOutput = { summary: SUMMARY };
export const MAY_RETRY: StoredError = {
  code: "connection.lost",
  message: "lost",
  hint: null,
  retryable: true,
};
export const FOR_GOOD: StoredError = { ...MAY_RETRY, code: "schema.mismatch", retryable: false };

export async function newWorker(cp: ControlPlane): Promise<string> {
  return (await registerWorker(cp, { name: "worker", version: "0" })).id;
}

/** Ids of a run's units by position. */
export async function unitIds(cp: ControlPlane, runId: string): Promise<string[]> {
  const rows = await cp.sql<{ id: string }[]>`
    SELECT id FROM syncline_control.work_units WHERE run_id = ${runId} ORDER BY position`;
  return rows.map(({ id }) => id);
}

/** @throws Error when it is refused */
export async function claim(
  cp: ControlPlane,
  input: { readonly unitId: string; readonly workerId: string; readonly leaseMs?: number },
): Promise<Claim> {
  const result = await claimUnit(cp, input);
  if (result.kind === "refused") throw new Error(`refused: ${result.reason}`);
  return result.claim;
}
