import { CodedError, formatQualifiedName, type RowBatch, type RowImage } from "@syncline/core";
import type {
  Bucketing,
  BucketSum,
  BucketSumsRequest,
  FetchedRow,
  RowStreamRequest,
  SidePlan,
  TableReader,
} from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";
import type { ReadSession, TextRow } from "../connection/read-session.ts";
import type { SessionPool } from "../connection/session-pool.ts";
import { quoteTable } from "../sql/quote.ts";
import { seeksBuckets, seeksKeys } from "./bucket-selection.ts";
import { BUCKET_SETTINGS, bucketSumsQuery, SEEK_SETTINGS } from "./bucket-sql.ts";
import type { RowLayout, SortField } from "./copy-parser.ts";
import { copyRows } from "./copy-rows.ts";
import { countRowsQuery, duplicateKeysQuery } from "./duplicate-keys-sql.ts";
import { fetchShape, STREAMED } from "./fetch-rows.ts";
import { inScopeQuery, lookupQuery } from "./lookup-sql.ts";
import { sliceCount } from "./page-range.ts";
import { parseRowAddress } from "./row-address.ts";
import { seeks } from "./row-source.ts";
import { baseTable, fromTable, type TableSql } from "./row-sql.ts";
import { sampleQuery } from "./sample-sql.ts";
import { rowStreamQuery, streamSettings } from "./stream-sql.ts";

export interface TableReaderParts {
  readonly plan: SidePlan;
  readonly info: TableInfo;
  /** Asked for once, before the first row. */
  readonly sql: (signal: AbortSignal) => Promise<TableSql>;
  readonly pool: SessionPool;
  readonly holder: ReadSession;
}

/** Reads one table on the sessions of a snapshot; single rows come over `holder`. */
export class PgTableReader implements TableReader {
  readonly #parts: TableReaderParts;
  readonly #leaves = new Map<number, string>();
  #sql: Promise<TableSql> | null = null;

  constructor(parts: TableReaderParts) {
    this.#parts = parts;
  }

  get #about(): string {
    return `Reading table "${formatQualifiedName(this.#parts.info.spec.name)}"`;
  }

  #compiled(signal: AbortSignal): Promise<TableSql> {
    this.#sql ??= this.#parts.sql(signal);
    return this.#sql;
  }

  async *rows(request: RowStreamRequest): AsyncGenerator<RowBatch> {
    const sql = await this.#compiled(request.signal);
    yield* copyRows(this.#parts.pool, {
      query: rowStreamQuery(sql, request),
      settings: streamSettings(sql, request),
      layout: this.#layout(request),
      about: this.#about,
      signal: request.signal,
    });
  }

  #layout({ order }: RowStreamRequest): RowLayout {
    const address = this.#parts.info.hasRowAddresses ? 2 : 1;
    const { key } = this.#parts.plan;
    if (order === "hash" || key === null) return { sort: ["signed", "signed"], hash: 0, address };
    if (key.canonical) return { sort: ["bytes"], hash: 2, address };
    const last = key.columns.length - 1;
    const sort = key.columns.map(({ form }, index): SortField => {
      if (form.order === "signed") return "signed";
      if (form.width !== null || index === last) return "bytes";
      return form.order === "text" ? "terminated" : "escaped";
    });
    return { sort, hash: 2, address };
  }

  async fetch(addresses: readonly Uint8Array[], signal: AbortSignal): Promise<FetchedRow[]> {
    if (addresses.length === 0) return [];
    if (!this.#parts.info.hasRowAddresses) return this.#fetchByText(addresses, signal);
    const sql = { ...(await this.#compiled(signal)), tenant: null, scope: null, filter: null };
    const shape = fetchShape(sql, STREAMED);
    const found = new Map<string, FetchedRow>();
    const parsed = addresses.map(parseRowAddress);
    const relations = Map.groupBy(parsed, (address) => address.relation);
    for (const [relation, group] of relations) {
      const from = fromTable(sql, await this.#leaf(sql, relation, signal));
      const text = `SELECT t.ctid, ${shape.select} FROM ${from} WHERE t.ctid = ANY ($1::pg_catalog.tid[])`;
      const ctids = tidArray(group.map(({ ctid }) => ctid));
      for (const row of await this.#parts.holder.rows(text, [ctids], signal, this.#about)) {
        found.set(`${relation}${row[0]}`, shape.toRow(row, 1));
      }
    }
    return parsed.map(({ relation, ctid }) => found.get(`${relation}${ctid}`) ?? this.#gone());
  }

  #gone(): never {
    throw new CodedError("internal", `${this.#about}: a row that the snapshot showed is gone.`, {
      hint: "Run the comparison again.",
    });
  }

  /** The partition that rows lie in. */
  async #leaf(sql: TableSql, relation: number, signal: AbortSignal): Promise<string> {
    if (!sql.info.partitioned) return baseTable(sql);
    const known = this.#leaves.get(relation);
    if (known !== undefined) return known;
    const text = `SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1`;
    const [row] = await this.#parts.holder.rows(text, [relation], signal);
    if (row === undefined) return this.#gone();
    const from = `ONLY ${quoteTable({ schema: row[0] ?? "", name: row[1] ?? "" })} AS t`;
    this.#leaves.set(relation, from);
    return from;
  }

  async #fetchByText(addresses: readonly Uint8Array[], signal: AbortSignal): Promise<FetchedRow[]> {
    const texts = addresses.map((bytes) => JSON.parse(Buffer.from(bytes).toString("utf8")) as RowImage);
    const found = await this.lookup(texts, signal);
    return found.map((row) => row ?? this.#gone());
  }

  async lookup(keys: readonly RowImage[], signal: AbortSignal): Promise<(FetchedRow | null)[]> {
    const found: (FetchedRow | null)[] = keys.map(() => null);
    if (keys.length === 0) return found;
    const sql = await this.#compiled(signal);
    const { text, values, shape } = lookupQuery(sql, keys);
    const rows = await this.#parts.holder.rows(text, values, signal, this.#about);
    const isOutside = await this.#outside(sql, rows, signal);
    for (const row of rows) {
      const fetched = shape.toRow(row, 3);
      found[Number(row[0]) - 1] = isOutside(row) ? { ...fetched, inScope: false } : fetched;
    }
    return found;
  }

  /** Asks for all found rows at once. */
  async #outside(
    sql: TableSql,
    rows: readonly TextRow[],
    signal: AbortSignal,
  ): Promise<(row: TextRow) => boolean> {
    if (sql.scope === null || !sql.info.hasRowAddresses || rows.length === 0) return () => false;
    const ctids = tidArray(rows.map((row) => row[2] ?? ""));
    const inside = await this.#parts.holder.rows(inScopeQuery(sql), [ctids], signal, this.#about);
    const addresses = new Set(inside.map(([relation, ctid]) => `${relation}${ctid}`));
    return ([, relation, ctid]) => !addresses.has(`${relation}${ctid}`);
  }

  async slices(wanted: number): Promise<number> {
    return this.#parts.plan.segment === undefined ? sliceCount(this.#parts.info, wanted) : 1;
  }

  async sums(request: BucketSumsRequest): Promise<BucketSum[]> {
    const sql = await this.#compiled(request.signal);
    const text = bucketSumsQuery(sql, request);
    const whole = request.buckets === null && !seeks(sql, null);
    const settings = whole || sql.scope !== null ? BUCKET_SETTINGS : SEEK_SETTINGS;
    return this.#parts.pool.use(async (session) => {
      await session.configure(settings, request.signal);
      const rows = await session.rows(text, [], request.signal, this.#about);
      return rows.map(([bucket, count, sum0, sum1]) => ({
        bucket: Number(bucket),
        count: Number(count),
        sum0: BigInt(sum0 ?? "0"),
        sum1: BigInt(sum1 ?? "0"),
      }));
    });
  }

  seeksBuckets(bucketing: Bucketing): boolean {
    return seeksBuckets(this.#parts, bucketing);
  }

  seeksKeys(columns: number): boolean {
    return seeksKeys(this.#parts, columns);
  }

  async countRows(signal: AbortSignal): Promise<number> {
    return this.#number(countRowsQuery(await this.#compiled(signal)), signal);
  }

  async sampleBounds(keyColumn: number, count: number, signal: AbortSignal): Promise<string[]> {
    const rows = await this.#sample([keyColumn], count, signal);
    return rows.map(([bound]) => bound ?? "");
  }

  sampleKeys(columns: number, count: number, signal: AbortSignal): Promise<string[][]> {
    return this.#sample([...Array(columns).keys()], count, signal);
  }

  async #sample(keyColumns: readonly number[], count: number, signal: AbortSignal): Promise<string[][]> {
    const text = sampleQuery(await this.#compiled(signal), keyColumns, count);
    const rows = await this.#parts.pool.use((session) => session.rows(text, [], signal, this.#about));
    return rows.map((row) => row.map((bound) => bound ?? ""));
  }

  async countDuplicateKeys(signal: AbortSignal): Promise<number> {
    return this.#number(duplicateKeysQuery(await this.#compiled(signal)), signal);
  }

  async #number(text: string, signal: AbortSignal): Promise<number> {
    const rows = await this.#parts.pool.use((session) => session.rows(text, [], signal, this.#about));
    return Number(rows[0]?.[0] ?? 0);
  }
}

function tidArray(ctids: readonly string[]): string {
  return `{${ctids.map((ctid) => `"${ctid}"`).join(",")}}`;
}
