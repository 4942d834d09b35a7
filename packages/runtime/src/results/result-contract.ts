import type {
  ByteSource,
  PatchChecksums,
  PatchFooter,
  PatchHeader,
  PatchOperation,
  PatchSignature,
} from "@syncline/core";
import type { DiffRun, ObjectStore } from "@syncline/engine";

export interface ResultLimits {
  /** Bytes of index files kept beside this process; those in use may exceed it. */
  readonly cacheBytes: number;
  /** Index files that stay open although nobody uses them at the moment. */
  readonly openIndexes: number;
}

export interface ResultStoreOptions {
  readonly objectStore: ObjectStore;
  /** A folder of this machine for work in progress and copies of indexes; may be emptied while nothing runs. */
  readonly cacheFolder: string;
  readonly limits?: Partial<ResultLimits>;
}

export interface WriteResultInput {
  readonly signal: AbortSignal;
  /** Names the writer and its try, as `<unit's id>.<fencing token>`: lower-case letters, digits, `_ . -`. */
  readonly name: string;
  /** `complete` and `hash` of its metadata are set by `end`. */
  readonly header: PatchHeader;
  readonly operations: AsyncIterable<readonly PatchOperation[]>;
  /** Asked for after the last operation. */
  readonly end: () => Promise<ResultEnd>;
  /** Without an index it is a part, for `combineResults`. Default true. */
  readonly index?: boolean;
  /** Approvals that the patch brought along, of its hash. */
  readonly signatures?: readonly PatchSignature[];
}

export interface ResultEnd {
  /** False when a limit cut the comparison short. */
  readonly complete: boolean;
  readonly checksums: PatchChecksums;
}

export interface WriteDiffResultInput extends Pick<WriteResultInput, "signal" | "name" | "index"> {
  /** A comparison opened with `images: "all"`. Consumed here, closed by the caller. */
  readonly run: DiffRun;
  /** Id, moment, places and metadata; see `patchHeader` of engine. */
  readonly header: PatchHeader;
}

export interface CombineResultsInput extends Pick<WriteResultInput, "signal" | "name" | "header" | "end"> {
  /** `objectKey` of the parts, in order. They stay; the caller removes them once the whole is recorded. */
  readonly parts: readonly string[];
}

/** What is recorded of a result. Files are in the object store when this is given, and count once it is recorded. */
export interface StoredResult {
  readonly objectKey: string;
  readonly indexKey: string | null;
  readonly header: PatchHeader;
  readonly footer: PatchFooter;
  /** sha256 of the whole patch, hex. */
  readonly hash: string;
  readonly complete: boolean;
  readonly operations: number;
  /** Bytes of the patch file as stored. */
  readonly bytes: number;
  readonly indexBytes: number;
  readonly summary: ResultSummary;
}

export interface ResultSummary {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  readonly tables: readonly TableSummary[];
}

/** Rows by kind, as a patch's footer counts them. */
export interface TableSummary {
  readonly name: string;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export type ChangeKind = PatchOperation["op"];

/** All that is given must hold. */
export interface ChangeFilter {
  readonly table?: string;
  readonly kinds?: readonly ChangeKind[];
  /** A column that an update changes. */
  readonly column?: string;
  /** More columns, all of which it changes. */
  readonly columns?: readonly string[];
  readonly key?: KeyFilter;
  /** Text within any value of the change (key, old, new), without regard to case. */
  readonly text?: string;
  readonly values?: readonly ValueCondition[];
}

/**
 * A condition on one column. Of an update the columns that it changes and those of its key are known; others meet no
 * condition.
 */
export interface ValueCondition {
  readonly column: string;
  /** Of an update either side may be meant; an insert has only `new`, a delete only `old`. */
  readonly side: "old" | "new" | "either";
  /** `contains` pays no regard to case. */
  readonly test: "equals" | "contains";
  /** Null: is NULL. */
  readonly value: string | null;
}

/** Values of the first key columns, and what the next key column's text starts with. */
export interface KeyFilter {
  readonly values: readonly string[];
  readonly prefix?: string;
}

export interface ListChangesInput {
  readonly filter?: ChangeFilter;
  /** `next` of the page before. */
  readonly after?: string;
  /** Instead of `after`: how many of what the filter chooses come before the page. */
  readonly offset?: number;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface ChangePage {
  /** By table as in the header, then by key; rows without a key come last in their table. */
  readonly items: readonly ListedChange[];
  /**
   * Null at the end. A search for text stops after a moment's work, so a page may hold fewer changes than asked for,
   * even none, and still have a next one. So may one of very long values.
   */
  readonly next: string | null;
  /** With `offset` and a search: it has not come to the end of the page; what it found is kept for whoever asks again. */
  readonly searching: boolean;
}

export interface ListedChange {
  /** Place in the result's order; stable, and what `operation` takes. */
  readonly id: number;
  /** Long values are cut; `operation` has them whole. */
  readonly operation: PatchOperation;
  readonly cut: readonly CutValue[];
}

export interface CutValue {
  readonly side: "key" | "old" | "new";
  readonly column: string;
  /** UTF-16 code units of the whole value. */
  readonly length: number;
}

export interface CountChangesInput {
  readonly filter?: ChangeFilter;
  readonly signal?: AbortSignal;
}

/** `exact` false: a search found so many up to now, and goes on when it is asked again. */
export interface ChangeCount {
  readonly count: number;
  readonly exact: boolean;
  readonly kinds: { readonly insert: number; readonly update: number; readonly delete: number };
}

export interface FindChangeInput {
  readonly table: string;
  /** The whole key. */
  readonly values: readonly string[];
  readonly filter?: ChangeFilter;
  readonly signal?: AbortSignal;
}

export interface FoundChange {
  /** Null: the row is not changed. */
  readonly id: number | null;
  /** How many of what the filter chooses come before it; null: it is not chosen, or a search has not come to it. */
  readonly offset: number | null;
}

/** Operations of one table, which may stand for several rows each where rows have no key. */
export interface IndexedTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** How many updates change a column, and how many nothing else; columns that none changes are left out. */
  readonly changedColumns: readonly {
    readonly name: string;
    readonly updates: number;
    readonly only: number;
  }[];
}

export interface HistogramInput {
  readonly table: string;
  /** To look into. */
  readonly column?: string;
  /** 1 to 60. */
  readonly buckets: number;
  readonly filter?: ChangeFilter;
  readonly signal: AbortSignal | undefined;
}

export interface ChangeHistogram {
  /** `key`: equal parts of the range of the first key column. `order`: equal parts of the changes. */
  readonly along: "key" | "order";
  /** False: a search has not come to the end. */
  readonly exact: boolean;
  readonly buckets: {
    readonly from: string | null;
    readonly to: string | null;
    readonly insert: number;
    readonly update: number;
    readonly delete: number;
  }[];
  readonly column: ColumnProfile | null;
}

/** What updates do to a column; counts are of those that were looked at. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: string;
  /** That the filter chooses and that change the column. */
  readonly updates: number;
  /** Looked at, evenly spread. */
  readonly sampled: number;
  /** The most frequent; long values are cut. */
  readonly pairs: { readonly old: string | null; readonly new: string | null; readonly count: number }[];
  readonly becameNull: number;
  readonly wasNull: number;
  readonly whitespaceOnly: number;
  readonly caseOnly: number;
  /** Differences, new less old. */
  readonly numeric: {
    readonly count: number;
    readonly min: number;
    readonly median: number;
    readonly max: number;
    readonly buckets: { readonly from: number; readonly to: number; readonly count: number }[];
  } | null;
}

/** As jobs have them. */
export interface PreviewIgnoreInput {
  readonly ignoreFields: readonly string[];
  readonly tolerance: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/** How many updates would be none under the rules; `exact` false: at least so many, ask again. */
export interface IgnorePreview {
  readonly exact: boolean;
  readonly vanish: number;
  readonly remain: number;
  readonly tables: { readonly name: string; readonly vanish: number; readonly remain: number }[];
  readonly notes: string[];
}

export type Direction = "forward" | "undo";

export interface ListStatementsInput {
  readonly direction: Direction;
  /** Statements before the page. */
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
}

export interface StatementPage {
  readonly items: {
    /** From 1. */
    readonly n: number;
    /** Id of the change. */
    readonly change: number;
    readonly table: string;
    readonly kind: ChangeKind;
    readonly text: string;
    readonly cut: boolean;
  }[];
  readonly total: number;
  readonly next: string | null;
}

/**
 * A result open for questions; `close` it. Every method answers in a moment whatever the result's size, and gives way
 * to others while it searches. Rejections: `file.damaged`, `file.io_failed`, `usage.invalid` for a filter or a cursor
 * that means nothing, `table.not_found`, `column.not_found`.
 */
export interface OpenResult {
  readonly header: PatchHeader;
  readonly total: number;
  /** Tables with changes. */
  tables(): Promise<readonly IndexedTable[]>;
  list(input: ListChangesInput): Promise<ChangePage>;
  count(input: CountChangesInput): Promise<ChangeCount>;
  find(input: FindChangeInput): Promise<FoundChange>;
  /** With all its values whole; null when there is no such change. */
  operation(id: number): Promise<PatchOperation | null>;
  histogram(input: HistogramInput): Promise<ChangeHistogram>;
  previewIgnore(input: PreviewIgnoreInput): Promise<IgnorePreview>;
  /** The patch as SQL: deletes, then updates, then inserts. */
  statements(input: ListStatementsInput): Promise<StatementPage>;
  /** What the statements of a kind do, in their order. */
  statementOperations(
    input: { readonly direction: Direction; readonly kind: ChangeKind },
    signal?: AbortSignal,
  ): AsyncIterable<readonly PatchOperation[]>;
  /** What a filter chooses, in order, with all values whole. */
  operations(filter: ChangeFilter, signal?: AbortSignal): AsyncIterable<readonly PatchOperation[]>;
  close(): void;
}

/** A result that lies in the object store, recorded or not. */
export interface FoundResult {
  readonly name: string;
  readonly objectKey: string;
  readonly indexKey: string;
  /** Which of its files are there. */
  readonly keys: readonly string[];
  readonly sizeBytes: number;
  /** When its youngest file was written. */
  readonly modifiedAt: Date;
}

/**
 * Results of comparisons: a patch file and an index beside it, in the object store that replicas share. What fails on
 * the way leaves nothing behind. Values are customers' data: local files are the owner's alone.
 */
export interface ResultStore {
  /** Rejects with `file.exists` for a name that is taken, `file.io_failed` when a disk is full. */
  writeResult(input: WriteResultInput): Promise<StoredResult>;
  writeDiffResult(input: WriteDiffResultInput): Promise<StoredResult>;
  /** One result out of parts, whose operations follow each other. Memory does not grow with them. */
  combineResults(input: CombineResultsInput): Promise<StoredResult>;
  /** The patch as `openPatch` and `applyPatch` read it, decompressed. */
  patchSource(objectKey: string): ByteSource;
  /** Copies the index to this machine the first time. Rejects with `file.not_found`. */
  openResult(indexKey: string): Promise<OpenResult>;
  /** Idempotent. One that is open here stays readable until it is closed. */
  removeResult(result: { readonly objectKey: string; readonly indexKey: string | null }): Promise<void>;
  /** What lies in the store, for finding what no record names. */
  listResults(): AsyncIterable<FoundResult>;
  /** Whether someone in this process reads it. */
  isOpen(indexKey: string): boolean;
  close(): Promise<void>;
}
