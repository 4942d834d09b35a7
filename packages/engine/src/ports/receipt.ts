/** Rows that taking an operation back would write; the mirror of what it destroyed. */
export interface ReceiptCounts {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

/**
 * Proof that what an operation destroyed can be had again, found before its COMMIT. `inverse`: the operations that take
 * it back were read from the target's ledger, in the same transaction, and equal what was destroyed. `untouched`: no row
 * that was there before was changed or removed, so that there is nothing to keep.
 */
export interface BackupReceipt {
  readonly kind: "inverse" | "untouched";
  /** The ledger's entry; null where nothing had to be kept and none was asked for. */
  readonly ledgerId: string | null;
  readonly counts: ReceiptCounts;
  /** `sum64:<seed>:<sum>` over the inverse operations as they are stored; null where there are none. */
  readonly digest: string | null;
  readonly verified: true;
}

/** What is found when the inverse is read back, beside what must be there. */
export interface InverseEvidence {
  readonly ledgerId: string;
  /** Whether the ledger has the entry as it was written. */
  readonly recorded: boolean;
  readonly expected: InverseDigest;
  readonly found: InverseDigest;
}

export interface InverseDigest {
  readonly operations: number;
  readonly counts: ReceiptCounts;
  readonly digest: string;
}
