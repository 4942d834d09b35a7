import type { PatchHeader, PatchOperation } from "@syncline/core";
import type { ApplyConflict, ApplyCounts, ApplyOptions } from "../usecases/apply-contract.ts";
import type { BackupReceipt, InverseEvidence } from "./receipt.ts";
import type { IdMapEntry } from "./renumber-store.ts";

/** One application of operations to a target; `id` names it in the ledger and is chosen before anything is sent. */
export interface ApplicationRequest {
  /** UUID, fresh for every call of a use case and the same for all of its attempts. */
  readonly id: string;
  readonly kind: "apply" | "undo";
  /** Ledger id of the application that this one takes back, null for `apply`. */
  readonly undoes: string | null;
  /** Whether only some of the operations were chosen, so that an undo stays open for the rest. */
  readonly partial: boolean;
  readonly header: PatchHeader;
  readonly hash: string;
  readonly options: ApplyOptions;
  readonly actor: string | null;
  readonly signal: AbortSignal;
  /** Whether the id was given from outside and may have been used before. */
  readonly named: boolean;
  /** Set when rows are moved: what the ledger says besides, and what is remembered with the rows. */
  readonly move?: MoveRecord;
}

export interface MoveRecord {
  /** How source and target met, for the ledger. */
  readonly strategy: string;
  /** Why, or null. */
  readonly reason: string | null;
  /** Written in the same transaction as the rows. */
  readonly highWater: readonly HighWaterMark[];
  /** The same for rows that go by other keys here than in the source. */
  readonly idMap?: readonly IdMapEntry[];
}

/** Until when every row of a source is visible. */
export interface SourceClock {
  /** UTC, `2026-01-31T12:00:00`. */
  readonly at: string;
  /** Sentences for people: why it lies further back than usual. */
  readonly notes: readonly string[];
}

/** How far an incremental run has read one table of one source. */
export interface HighWaterMark {
  /** Names source, tenant and filter, so that different runs do not meet. */
  readonly source: string;
  /** The target's table as in a patch header. */
  readonly table: string;
  readonly column: string;
  /** Text of the column's type: rows from here on may be new. */
  readonly mark: string;
}

export interface WriteReport {
  readonly counts: ApplyCounts;
  readonly tables: readonly ({ readonly name: string } & ApplyCounts)[];
  /** Operations that stop this application; nothing is left written when it is above 0. */
  readonly conflictCount: number;
  readonly notes: readonly string[];
}

/** `present`: its result already stood in the target. `skipped`: left out because of `ours`. */
export type OperationOutcome = "written" | "present" | "skipped" | "conflict";

/**
 * One attempt, one transaction. Calls come in the order of the methods; every method rejects with a CodedError, and
 * `retryable` then says that a fresh attempt may succeed. Nothing is visible to others before `commit` resolves.
 */
export interface PatchTransaction {
  /** Takes the operations over to the target with backpressure. */
  stage(operations: AsyncIterable<readonly PatchOperation[]>): Promise<void>;
  /** Writes what can be written under the strategy, verifies it and records it in the ledger. */
  write(): Promise<WriteReport>;
  /** The operations behind `conflictCount`, table by table in the patch's order. */
  conflicts(): AsyncIterable<ApplyConflict>;
  /** After `write`: what became of each staged operation, in the order in which they were staged. */
  outcomes(): AsyncIterable<readonly OperationOutcome[]>;
  /** After a `write` that wrote: reads back what takes it back, for `assertReceipt`. */
  readInverse(): Promise<InverseEvidence>;
  /**
   * Makes it visible. A rejection with `patch.outcome_unknown` means that the reply was lost: ask `wasCommitted`.
   * Any other rejection means that nothing was written.
   */
  commit(): Promise<void>;
  /** Never rejects; safe after a failure and after `commit`. */
  rollback(): Promise<void>;
}

export interface LedgerEntry {
  /** Names this application. */
  readonly id: string;
  readonly patchId: string;
  /** sha256 of the patch, hex. */
  readonly hash: string;
  readonly kind: "apply" | "undo";
  /** Ledger id of the application that this entry took back. */
  readonly undoes: string | null;
  /** RFC 3339, UTC. */
  readonly appliedAt: string;
  readonly actor: string | null;
  /** Reason given with `--force`. */
  readonly reason: string | null;
  /** How rows met those of the target; `load` for empty tables that were filled, which no undo takes back. */
  readonly strategy: string;
  /** Whether it holds all that it was about; a load may lack tables. */
  readonly complete: boolean;
  readonly source: string;
  readonly counts: ApplyCounts;
  readonly tables: readonly ({ readonly name: string } & ApplyCounts)[];
  /** `partial` after an undo of some rows. */
  readonly undoState: "applied" | "partial" | "undone";
  /** Ledger id of the undo that took it back last. */
  readonly undoneBy: string | null;
  readonly undoneAt: string | null;
  /** Of what it destroyed; null for what was written before there were receipts, and where nothing was destroyed. */
  readonly receipt: BackupReceipt | null;
}

/** What takes one application back. */
export interface InversePatch {
  readonly entry: LedgerEntry;
  readonly header: PatchHeader;
  readonly operations: () => AsyncIterable<readonly PatchOperation[]>;
}

/** A place that patches can be applied to. Works through a transaction pooler. */
export interface PatchTarget {
  /** Printed locator, without secrets. */
  readonly label: string;
  begin(request: ApplicationRequest): Promise<PatchTransaction>;
  /** Definite: waits until the attempt's session is gone, then looks into the ledger. */
  wasCommitted(request: ApplicationRequest): Promise<boolean>;
  /**
   * What was recorded under an id, in any scope; null when nothing was. Definite: a session that is still at work
   * under this id is ended first.
   */
  findApplication(id: string): Promise<LedgerEntry | null>;
  /** Applications in this scope, newest first; empty when nothing was ever applied. */
  readLedger(): AsyncIterable<LedgerEntry>;
  /**
   * The newest application whose ledger id or patch id is `id` and that still stands.
   * @throws CodedError `patch.not_found`, or `patch.already_undone` when all of them were taken back
   */
  openInverse(id: string): Promise<InversePatch>;
  close(): Promise<void>;
}
