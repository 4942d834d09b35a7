/** What is wrong with a log. */
export type AuditFaultKind =
  /** An entry is not what was hashed. */
  | "edited"
  /** Entries are gone from the middle. */
  | "missing"
  /** An entry stands where another one stood. */
  | "reordered"
  /** An entry was put between others, or belongs to another log. */
  | "inserted"
  /** The log ends too early. */
  | "truncated"
  /** Entries and hashes fit, but not with what was signed. */
  | "restamped"
  /** A checkpoint is not genuine, or is gone. */
  | "checkpoint";

export interface AuditFault {
  readonly kind: AuditFaultKind;
  /** Place of the first entry that is wrong. */
  readonly seq: number;
  /** Last place that may be wrong, where that is all that can be said. */
  readonly until: number;
  readonly message: string;
}

/** Where a checkpoint was found: the table of the control database, the object store, or with whoever verifies. */
export type CheckpointSource = "table" | "store" | "held";

export interface AuditReport {
  readonly ok: boolean;
  readonly organizationId: string;
  readonly entries: number;
  /** Place of the last entry; 0 of an empty log. */
  readonly last: number;
  readonly lastHash: string;
  /** Place up to which signed checkpoints vouch; what is behind it could still be changed unseen. */
  readonly covered: number;
  readonly checkpoints: Readonly<Record<CheckpointSource, number>>;
  /** Keys whose signatures counted. */
  readonly signers: readonly string[];
  /** Whether the caller said which key counts, or brought a checkpoint of its own. */
  readonly pinned: boolean;
  /** The one whose entry comes first; null when nothing is wrong. */
  readonly fault: AuditFault | null;
  /** All that were found, in the order of their entries; at most 100. */
  readonly faults: readonly AuditFault[];
}
