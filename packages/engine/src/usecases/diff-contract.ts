import type {
  DiffCounts,
  MaskRule,
  PatchTable,
  QualifiedName,
  RowChange,
  RowScope,
  TableAgreement,
} from "@syncline/core";
import type { ReadSnapshot } from "../ports/read-snapshot.ts";

/** How a comparison is narrowed, mapped and limited. Names are the target's unless said otherwise. */
export interface DiffOptions {
  /** Target table by source table, both as the user named them. */
  readonly tableMap: ReadonlyMap<string, string>;
  /** By source table (or `*`): target column by source column. */
  readonly columnMap: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Table name patterns of `--schema`, `*` as wildcard; empty means all of the endpoint's. */
  readonly tablePatterns: readonly string[];
  /** Tables that only the target has, unless its locator names them: refuse (default), or leave them out. */
  readonly targetOnly?: "refuse" | "leave";
  /** A parsed filter document (packages/core/src/filter), or null. */
  readonly filter: unknown;
  /** Compare only these columns, or null for all. */
  readonly fields: readonly string[] | null;
  readonly ignoreFields: readonly string[];
  /** Names to ignore that no table has: left alone (default), or refused because rows will be written. */
  readonly unknownIgnored?: "leave" | "refuse";
  /** Greatest absolute difference that counts as equal, by column or `table.column`: a decimal or an interval. */
  readonly tolerance: ReadonlyMap<string, string>;
  /** Key columns by table, for tables without a usable key. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly maxDifferences: number | null;
  /** Stop once differences exceed this share of the larger side's rows, 0 to 100. */
  readonly maxPercent: number | null;
  readonly maxTimeMs: number | null;
  /** Look at differing keys again after this delay under a fresh snapshot, or null. */
  readonly recheckAfterMs: number | null;
  /** Which differing rows' values the caller wants: none, the first n of each kind and table, or all. */
  readonly images: "none" | "all" | { readonly perKind: number };
  /** Force one path (tests, `--path`), or let the use case choose. */
  readonly path: ComparePath | "auto";
  /**
   * Bytes of keys and row hashes up to which a table is streamed under `auto`; larger ones go by the sums of buckets.
   * Less than the default, 64 MiB, where few differences are to be expected: sums read the rows as well, and send none.
   */
  readonly mostStreamedBytes?: number;
  /** Connections a side. */
  readonly parallel: number;
  /** Columns that only one side has: refuse (default), or leave them out, so that the target's stay as they are. */
  readonly unpairedColumns?: "refuse" | "keep";
  /** Values of the target besides the changed ones in every update, by table as in a patch header: `*` for all. */
  readonly carryAlong?: ReadonlyMap<string, readonly string[]>;
  /** Called once a side when its snapshot is open; decides which rows take part and what is masked. */
  readonly prepare?: (side: "source" | "target", snapshot: ReadSnapshot) => Promise<SidePreparation>;
  /** Called after `prepare`, when tables are paired; has the last word on both preparations. */
  readonly reconcile?: (sides: PairedSides) => Promise<PairedSides["prepared"]>;
}

/** By `formatQualifiedName` of the side's table; a table that is missing takes part whole and as it is. */
export interface SidePreparation {
  readonly scopes: ReadonlyMap<string, RowScope>;
  readonly masks: ReadonlyMap<string, ReadonlyMap<string, MaskRule>>;
  /** Columns that go by other keys: by table, then by column, the key list that translates them. */
  readonly keyMaps?: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Both sides once their tables are paired, before any row is compared. */
export interface PairedSides {
  readonly agreements: readonly TableAgreement[];
  readonly snapshots: { readonly source: ReadSnapshot; readonly target: ReadSnapshot };
  readonly prepared: { readonly source: SidePreparation; readonly target: SidePreparation };
}

export type ComparePath = "stream" | "buckets-by-range" | "buckets-by-hash" | "multiset";

export interface ExplainStep {
  readonly step: string;
  readonly milliseconds: number;
  readonly rows: number | null;
  readonly note: string;
}

export interface TableExplain {
  readonly path: ComparePath;
  readonly reason: string;
  readonly steps: readonly ExplainStep[];
}

/** One pair of tables of a comparison, agreed before any row is read. */
export interface DiffTable {
  readonly source: QualifiedName;
  readonly target: QualifiedName;
  /** The target's table as a patch header names it. */
  readonly patchTable: PatchTable;
  /** Names of the columns that are compared. */
  readonly compared: readonly string[];
}

export interface TableResult {
  readonly counts: DiffCounts;
  readonly explain: TableExplain;
  /** Estimated bytes of the changed rows' values. */
  readonly changedBytes: number;
  /** Row checksums of both sides as `<count>-<sum0>-<sum1>`, or null when rows were not all read. */
  readonly checksum: { readonly source: string | null; readonly target: string | null };
  readonly recheck: { readonly stable: number; readonly inFlight: number } | null;
}

export interface DiffResult {
  /** False when a limit cut the comparison short; `stopped` then says which. */
  readonly complete: boolean;
  readonly stopped: string | null;
  readonly hash: string;
  /** Aligned with `DiffRun.tables`. */
  readonly tables: readonly TableResult[];
  readonly totals: DiffCounts;
  readonly elapsedMs: number;
}

/** A running comparison: consume `changes` to its end, then await `result`. Always `close()`. */
export interface DiffRun {
  readonly tables: readonly DiffTable[];
  /** Server versions, for headers. */
  readonly versions: { readonly source: string | null; readonly target: string | null };
  /** Tables in order, within a table in key order; as many rows as `images` asks for. */
  readonly changes: AsyncIterable<RowChange>;
  readonly result: Promise<DiffResult>;
  close(): Promise<void>;
}
