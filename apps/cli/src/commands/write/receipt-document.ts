import type { BackupReceipt } from "@syncline/engine";

/** That what was destroyed can be had again, for scripts; null when nothing was written. */
export function receiptDocument(receipt: BackupReceipt | null) {
  if (receipt === null) return null;
  const { kind, ledgerId, counts, digest, verified } = receipt;
  return { kind, ledger_id: ledgerId, ...counts, digest, verified };
}
