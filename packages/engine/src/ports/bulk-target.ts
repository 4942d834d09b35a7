import type { QualifiedName, TableSpec } from "@syncline/core";
import type { ApplicationPoint, Fence } from "../usecases/apply-contract.ts";
import type { RowSlice } from "./selected-rows.ts";

/** A table of the target as a load needs to know it. */
export interface BulkTable {
  readonly spec: TableSpec;
  /** Column tenancy: the column that every row gets besides its own, else null. `type` is null where only text will do. */
  readonly tenant: { readonly column: string; readonly type: string | null; readonly value: string } | null;
}

/** Rows for one table. */
export interface BulkTableLoad {
  readonly table: BulkTable;
  /** Columns in the order of the data; the tenant column, if there is one, follows them. */
  readonly columns: readonly string[];
  readonly format: "binary" | "text";
  /** Size of the source's table, which decides what is dropped and into how many parts it is cut. */
  readonly estimatedBytes: number;
  /** Parts in which `read` can be asked for; together they are the table. */
  readonly slices: (wanted: number) => number;
  /** COPY data of one part, or of everything. Ends with an error soon after the signal. */
  readonly read: (slice: RowSlice | null, signal: AbortSignal) => AsyncIterable<Buffer>;
}

/** Printed locators, and who loads. */
export interface BulkLoadRecord {
  readonly source: string;
  readonly target: string;
  readonly actor: string | null;
  readonly reason: string | null;
  /** What the run covers. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** Whether the tables of this load, all of them, are what the run is about; they are of one instant then. */
  readonly whole: boolean;
}

export interface BulkLoadRequest {
  /** UUID of the run; names what it leaves behind if it dies. `recover` comes before it is used again. */
  readonly id: string;
  /** Shown in every transaction that writes; one that was taken over writes nothing more. */
  readonly fence: Fence | null;
  /** What the ledger says of it, under `id`. A run of several loads under one id has one entry. */
  readonly record: BulkLoadRecord;
  /** Hears how far a load in one transaction is. */
  readonly reached?: ((point: ApplicationPoint) => void) | undefined;
  readonly tables: readonly BulkTableLoad[];
  /** Connections that write at once. */
  readonly parallel: number;
  /** One connection, one transaction: all tables or none. */
  readonly singleTransaction: boolean;
  /** `auto` and `off`: user triggers do not fire, so that rows arrive as the source has them. */
  readonly triggers: "auto" | "on" | "off";
  readonly lockTimeoutMs: number;
  /** Longest time without a byte on either side. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: (table: QualifiedName, rows: number, bytes: number) => void;
  readonly notice: (message: string) => void;
}

export interface BulkTableReport {
  readonly table: QualifiedName;
  readonly outcome: "done" | "failed" | "not-started";
  readonly rows: number;
  readonly bytes: number;
  /** Why a table failed, a CodedError; null otherwise. */
  readonly error: Error | null;
}

export interface BulkLoadReport {
  /** Aligned with the request's tables. A table that is not `done` is as empty as before. */
  readonly tables: readonly BulkTableReport[];
  /** Its entry in the ledger; null when nothing was loaded, or where this role may not keep a ledger. */
  readonly ledgerId: string | null;
  readonly notes: readonly string[];
}

/**
 * A database that whole tables can be loaded into. Only empty tables are loaded (with column tenancy: tables without a
 * row of the tenant); that is checked again under a lock that keeps writers away until the load is visible or gone.
 * Other sessions see a table as empty or complete, never in between. Whatever is dropped to load faster is written
 * down in the target first, and made again by `recover`, which every run calls first.
 */
export interface BulkTarget {
  /** Printed locator, without secrets. */
  readonly label: string;
  readonly tenantSchema: string;
  /** Tables that the locator named, or null for all of them. */
  readonly named: readonly QualifiedName[] | null;
  /**
   * Makes again what a run that died has dropped, and removes what it left half done. Returns notes; none
   * is normal. Sessions that work under an older token of the fence are ended first.
   */
  recover(signal: AbortSignal, fence: Fence | null): Promise<readonly string[]>;
  /** Tables of the scope. Rejects with `table.not_found`, `permission.*`, `target.readonly`. */
  describe(accept: (name: QualifiedName) => boolean, signal: AbortSignal): Promise<readonly BulkTable[]>;
  /** Those of the tables that hold a row of the scope already; without a lock. */
  occupied(tables: readonly BulkTable[], signal: AbortSignal): Promise<readonly QualifiedName[]>;
  /** Why these tables cannot be loaded fast by this role, as one sentence a table; empty when they can. */
  obstacles(
    tables: readonly BulkTable[],
    options: { readonly triggers: "auto" | "on" | "off"; readonly signal: AbortSignal },
  ): Promise<readonly string[]>;
  /** Rejects when nothing could be begun; a failure of some tables is in the report. */
  load(request: BulkLoadRequest): Promise<BulkLoadReport>;
  close(): Promise<void>;
}
