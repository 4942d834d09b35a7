import type {
  CheckedFilter,
  ColumnForm,
  ForeignKeySpec,
  KeyColumnForm,
  KeyList,
  MaskRule,
  RowBatch,
  RowImage,
  RowScope,
  TableSpec,
} from "@syncline/core";
import type { RowSelection, SelectedRows } from "./selected-rows.ts";

/** Row hash algorithms. Values of two different ones never compare. */
export type RowHash = "pg-record-hash-1" | "sha256-1";

/** One instant of an endpoint, seen alike by all its connections. */
export interface ReadSnapshot {
  /** `PostgreSQL 18.4`. */
  readonly version: string | null;
  /** PostgreSQL's name of the character set in which text is stored, which decides how it sorts. */
  readonly encoding: string;
  readonly tables: readonly TableSpec[];
  /** For `LockedTables.begin` of another endpoint; null when it cannot be shared. */
  readonly token: string | null;
  readonly connections: number;
  /** Whether its own session was cut off, as by an abort: nobody can join it any more. Absent: no. */
  readonly broken?: boolean;
  /** Hash of a known row with one value of each of these types; null when the server cannot compute this hash. */
  knownAnswer(types: readonly string[]): Promise<string | null>;
  openTable(plan: SidePlan): TableReader;
  /** Foreign keys between any two tables of which at least one is in `tables`; empty where there are none to know. */
  foreignKeys(): Promise<readonly ForeignKeySpec[]>;
  /** Key lists that scopes of this snapshot may name; before the first table is opened. */
  useKeyLists(lists: ReadonlyMap<string, KeyList>): void;
  /** Secret of the masks of this snapshot's plans and selections; before the first table is opened. */
  useMaskKey(key: Uint8Array): void;
  /** Whole rows of one table for moving them. */
  selectRows(selection: RowSelection): SelectedRows;
  close(): Promise<void>;
}

/** How one side's table is read; both sides' plans are aligned by position. */
export interface SidePlan {
  readonly table: TableSpec;
  /** Columns whose bytes make up the row hash. */
  readonly compared: readonly { readonly name: string; readonly form: ColumnForm }[];
  /** Columns whose text is fetched; `form` tells when two texts mean the same value. */
  readonly carried: readonly { readonly name: string; readonly form: ColumnForm | null }[];
  readonly key: SideKey | null;
  readonly hash: RowHash;
  /** Over this side's columns, or null. */
  readonly filter: CheckedFilter | null;
  /** Rows that take part at all; absent means all. Unlike the filter it also holds for lookups of the source. */
  readonly scope?: RowScope;
  /** Columns whose values are replaced before anything is compared or carried. Filter and scope see the originals. */
  readonly masks?: ReadonlyMap<string, MaskRule>;
  /**
   * Columns of whole numbers that a key list of the snapshot translates: from its first column, which ascends, to its
   * second; others stay.
   */
  readonly keyMaps?: ReadonlyMap<string, string>;
  /** Part of the keyed rows that is read at all; lookups leave it aside. Absent means all. */
  readonly segment?: Segment;
}

/**
 * Half-open range of keys by their first columns, which sort alike on both sides, texts by their bytes; null is open.
 * Neighbouring segments share a bound, the first has none below and the last none above, so each keyed row lies in exactly
 * one. Bounds have a value for each of the columns.
 */
export interface Segment {
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
  /** Estimated part of the table's rows, above 0 and at most 1. */
  readonly share: number;
}

export interface SideKey {
  readonly columns: readonly SideKeyColumn[];
  /** Sort by the bytes of the whole canonical tuple instead of by each column. */
  readonly canonical: boolean;
  readonly nullable: boolean;
}

export interface SideKeyColumn {
  readonly name: string;
  readonly form: KeyColumnForm;
  readonly operator: string;
  readonly collation: string | null;
}

/** Which rows a stream delivers: `keyed` leaves out rows with NULL in the key, `unkeyed` is those alone. */
export type RowPart = "all" | "keyed" | "unkeyed";

/** The rows of some buckets. */
export interface BucketSelection {
  readonly bucketing: Bucketing;
  /** Ascending. */
  readonly buckets: readonly number[];
}

export interface RowStreamRequest {
  readonly order: "key" | "hash";
  readonly part: RowPart;
  /** Null means the whole table. */
  readonly only: BucketSelection | null;
  readonly signal: AbortSignal;
}

/** How rows fall into buckets: between bounds of one key column (`bounds.length + 1` buckets), or by key hash. */
export type Bucketing =
  | { readonly kind: "range"; readonly column: number; readonly bounds: readonly string[] }
  | { readonly kind: "hash"; readonly bits: number };

/** Sums of the row hashes per bucket; `sums0` and `sums1` are exact. Buckets without rows are missing. */
export interface BucketSum {
  readonly bucket: number;
  readonly count: number;
  readonly sum0: bigint;
  readonly sum1: bigint;
}

/** Keyed rows of one slice, or of some buckets. */
export interface BucketSumsRequest {
  readonly bucketing: Bucketing;
  readonly slice: { readonly index: number; readonly of: number };
  readonly buckets: readonly number[] | null;
  readonly signal: AbortSignal;
}

/** A row fetched by address or key. */
export interface FetchedRow {
  readonly key: RowImage;
  /** Texts of the carried columns. */
  readonly image: RowImage;
  /** Equal to `image` but where two texts of a column can mean one value: there the text of the common form. */
  readonly comparable: RowImage;
  /** Whether the row passes the plan's filter. */
  readonly passes: boolean;
  /** Whether the row lies in the plan's scope; absent means yes. */
  readonly inScope?: boolean;
}

/** Reads one table inside a snapshot. */
export interface TableReader {
  /** Ordered rows as bytes; ending the iteration early cancels the server's work. */
  rows(request: RowStreamRequest): AsyncIterable<RowBatch>;
  /** Number of parts in which `sums` can be asked for; together they are the table. */
  slices(wanted: number): Promise<number>;
  sums(request: BucketSumsRequest): Promise<BucketSum[]>;
  /** Up to `count` ascending bounds of a key column from a sample. */
  sampleBounds(column: number, count: number, signal: AbortSignal): Promise<string[]>;
  /** The same by the first columns of the key: a value for each of them. */
  sampleKeys(columns: number, count: number, signal: AbortSignal): Promise<string[][]>;
  /** Rows by the addresses of a stream, in the same order. Rejects with `internal` when one is gone. */
  fetch(addresses: readonly Uint8Array[], signal: AbortSignal): Promise<FetchedRow[]>;
  /** Rows by key with the index's own equality, filter left aside; null where there is none. */
  lookup(keys: readonly RowImage[], signal: AbortSignal): Promise<(FetchedRow | null)[]>;
  /** Whether some buckets of this kind can be read without reading the whole table. */
  seeksBuckets(bucketing: Bucketing): boolean;
  /** Whether a range of so many first columns of the key can be read without reading the whole table. */
  seeksKeys(columns: number): boolean;
  /** Rows of the scope, filter left aside. */
  countRows(signal: AbortSignal): Promise<number>;
  /** Number of keys that more than one row has, rows with NULL in the key left out. */
  countDuplicateKeys(signal: AbortSignal): Promise<number>;
}
