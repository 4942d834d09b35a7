/** An error as it is stored and shown: no row values, no SQL, no connection strings. */
export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

export interface TableProgress {
  readonly name: string;
  readonly phase: string;
  readonly rows: number;
  readonly bytes: number;
  readonly estimatedRows: number | null;
}

/** Where a run stands. Rates are per second over the last half minute; an ETA is a range of seconds, or null. */
export interface RunProgress {
  readonly phase: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rowsPerSecond: number;
  readonly etaSeconds: readonly [number, number] | null;
  readonly unitsDone: number;
  readonly unitsTotal: number;
  readonly tables: readonly TableProgress[];
}

export interface RowCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly conflicts: number;
}

/** That what a write destroyed can be had again; found before its COMMIT. */
export interface ReceiptRecord {
  readonly kind: "inverse" | "untouched";
  readonly ledgerId: string | null;
  /** Rows that taking it back would write. */
  readonly counts: { readonly inserts: number; readonly updates: number; readonly deletes: number };
  readonly digest: string | null;
  readonly verified: true;
}

/** What came of a run: numbers and names only. */
export interface RunSummary {
  readonly outcome: "succeeded" | "partial" | "conflicted";
  readonly counts: RowCounts;
  readonly tables: readonly ({
    readonly name: string;
    readonly error?: StoredError | null;
  } & Partial<RowCounts>)[];
  readonly bytes: number;
  /** For `undo`, when rows were written. */
  readonly ledgerIds: readonly string[];
  /** One for each transaction that wrote; absent in summaries of before there were receipts. */
  readonly receipts?: readonly ReceiptRecord[];
  /** The stored result of a diff. */
  readonly patchId: string | null;
  /** Names inside the dump folder. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
}
