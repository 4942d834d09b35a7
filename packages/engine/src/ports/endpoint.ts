import type { QualifiedName } from "@syncline/core";
import type { ReadSnapshot } from "./read-snapshot.ts";

/** Rows of one side of a comparison: a database, later also a directory, a snapshot or a remote server. */
export interface Endpoint {
  /** How people know it; without secrets. */
  readonly label: string;
  /** Where table names without a schema are looked up. */
  readonly tenantSchema: string;
  /** Tables that the locator named, or null for all of them. */
  readonly named: readonly QualifiedName[] | null;
  /**
   * Locks the selected tables against being emptied or rewritten, before any snapshot is taken.
   * Rejects with `table.not_found`, `tenant.not_found`, `connection.*` or `permission.*`.
   */
  lock(request: LockRequest): Promise<LockedTables>;
  /** Ends every connection. May be called more than once. */
  close(): Promise<void>;
}

export interface LockRequest {
  /** Narrows the selection; not asked for tables that the locator named. */
  readonly accept: (name: QualifiedName) => boolean;
  /** Connections that may be open besides the one that holds the snapshot. */
  readonly connections: number;
  readonly signal: AbortSignal;
  /** Longest wait for a lock; absent or 0: as long as it takes. Then it rejects with `target.locked`. */
  readonly patienceMs?: number;
  /** Hears of a long wait for a neighbour's lock, and who it is. */
  readonly notice?: (message: string) => void;
}

export interface LockedTables {
  /** Equal for two endpoints exactly when they read the same database of the same server; null when unknown. */
  readonly database: string | null;
  /**
   * Takes the snapshot, or joins the one of another endpoint of the same database, also of another process. Rejects with
   * `run.instant_lost` when whoever had that one open is gone.
   */
  begin(shared: string | null): Promise<ReadSnapshot>;
}
