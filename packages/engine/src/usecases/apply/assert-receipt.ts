import { CodedError } from "@syncline/core";
import type { WriteReport } from "../../ports/patch-target.ts";
import type { BackupReceipt, InverseEvidence, ReceiptCounts } from "../../ports/receipt.ts";

/**
 * The last word before COMMIT: the inverse that was read back is what must be there, and it brings back as many rows as
 * were written.
 * @throws CodedError `receipt.missing`
 */
export function assertReceipt(
  label: string,
  { counts: { inserted, updated, deleted } }: WriteReport,
  { ledgerId, recorded, expected, found }: InverseEvidence,
): BackupReceipt {
  if (!recorded) throw noReceipt(label, "its entry in the ledger is not there as it was written");
  const wanted: ReceiptCounts = { inserts: deleted, updates: updated, deletes: inserted };
  if (found.operations !== expected.operations || !same(found.counts, wanted))
    throw noReceipt(
      label,
      `it would bring back ${inWords(found.counts)} by ${found.operations} operations; expected ${inWords(wanted)} by ${expected.operations}`,
    );
  if (found.digest !== expected.digest)
    throw noReceipt(label, "its values are not those that were destroyed");
  return { kind: "inverse", ledgerId, counts: found.counts, digest: found.digest, verified: true };
}

function same(a: ReceiptCounts, b: ReceiptCounts): boolean {
  return a.inserts === b.inserts && a.updates === b.updates && a.deletes === b.deletes;
}

function inWords({ inserts, updates, deletes }: ReceiptCounts): string {
  return `${inserts} deleted, ${updates} updated and ${deletes} inserted rows`;
}

function noReceipt(label: string, problem: string): CodedError {
  return new CodedError(
    "receipt.missing",
    `What would take this back cannot be relied upon in "${label}": ${problem}. Nothing was written.`,
    {
      hint: 'Look who changes the tables of schema "syncline" there; without a backup nothing is destroyed.',
      details: { target: label },
    },
  );
}
