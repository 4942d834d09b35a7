import { CodedError, formatQualifiedName, type RowBatch, type RowImage } from "@syncline/core";
import type {
  Bucketing,
  BucketSum,
  BucketSumsRequest,
  FetchedRow,
  RowStreamRequest,
  TableReader,
} from "@syncline/engine";
import type { ReadSession } from "../connection/read-session.ts";
import type { SessionPool } from "../connection/session-pool.ts";
import { quoteTable } from "../sql/quote.ts";
import { seeksBuckets } from "./bucket-selection.ts";
import { BUCKET_SETTINGS, bucketSumsQuery, SEEK_SETTINGS } from "./bucket-sql.ts";
import type { RowLayout, SortField } from "./copy-parser.ts";
import { copyRows } from "./copy-rows.ts";
import { countRowsQuery, duplicateKeysQuery } from "./duplicate-keys-sql.ts";
import { type FetchShape, fetchShape } from "./fetch-rows.ts";
import { lookupQuery } from "./lookup-sql.ts";
import { parseRowAddress } from "./row-address.ts";
import { fromTable, type TableSql } from "./row-sql.ts";
import { sampleQuery } from "./sample-sql.ts";
import { rowStreamQuery, streamSettings } from "./stream-sql.ts";

/** Reads one table on the sessions of a snapshot; single rows come over `holder`. */
export class PgTableReader implements TableReader {
  readonly #sql: TableSql;
  readonly #pool: SessionPool;
  readonly #holder: ReadSession;
  readonly #shape: FetchShape;
  readonly #leaves = new Map<number, string>();

  constructor(sql: TableSql, pool: SessionPool, holder: ReadSession) {
    this.#sql = sql;
    this.#pool = pool;
    this.#holder = holder;
    this.#shape = fetchShape(sql);
    if (!sql.info.partitioned) this.#leaves.set(sql.info.oid, fromTable(sql));
  }

  get #about(): string {
    return `Reading table "${formatQualifiedName(this.#sql.info.spec.name)}"`;
  }

  rows(request: RowStreamRequest): AsyncIterable<RowBatch> {
    return copyRows(this.#pool, {
      query: rowStreamQuery(this.#sql, request),
      settings: streamSettings(this.#sql, request),
      layout: this.#layout(request),
      about: this.#about,
      signal: request.signal,
    });
  }

  #layout({ order }: RowStreamRequest): RowLayout {
    const address = this.#sql.info.hasRowAddresses ? 2 : 1;
    const key = this.#sql.plan.key;
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
    if (!this.#sql.info.hasRowAddresses) return this.#fetchByText(addresses, signal);
    const found = new Map<string, FetchedRow>();
    const parsed = addresses.map(parseRowAddress);
    const relations = Map.groupBy(parsed, (address) => address.relation);
    for (const [relation, group] of relations) {
      const from = await this.#leaf(relation, signal);
      const text = `SELECT t.ctid, ${this.#shape.select} FROM ${from} WHERE t.ctid = ANY ($1::pg_catalog.tid[])`;
      const ctids = `{${group.map(({ ctid }) => `"${ctid}"`).join(",")}}`;
      for (const row of await this.#holder.rows(text, [ctids], signal, this.#about)) {
        found.set(`${relation}${row[0]}`, this.#shape.toRow(row, 1));
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
  async #leaf(relation: number, signal: AbortSignal): Promise<string> {
    const known = this.#leaves.get(relation);
    if (known !== undefined) return known;
    const text = `SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1`;
    const [row] = await this.#holder.rows(text, [relation], signal);
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
    const { text, values } = lookupQuery(this.#sql, this.#shape.select, keys);
    for (const row of await this.#holder.rows(text, values, signal, this.#about)) {
      found[Number(row[0]) - 1] = this.#shape.toRow(row, 1);
    }
    return found;
  }

  async slices(wanted: number): Promise<number> {
    const { info } = this.#sql;
    if (!info.hasRowAddresses || this.#pages === 0) return 1;
    return Math.max(1, Math.min(wanted, Math.ceil(this.#pages / 128)));
  }

  get #pages(): number {
    return this.#sql.info.pages;
  }

  async sums(request: BucketSumsRequest): Promise<BucketSum[]> {
    const text = bucketSumsQuery(this.#sql, request);
    const settings = request.buckets === null ? BUCKET_SETTINGS : SEEK_SETTINGS;
    return this.#pool.use(async (session) => {
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
    return seeksBuckets(this.#sql, bucketing);
  }

  async countRows(signal: AbortSignal): Promise<number> {
    return this.#number(countRowsQuery(this.#sql), signal);
  }

  async sampleBounds(keyColumn: number, count: number, signal: AbortSignal): Promise<string[]> {
    const text = sampleQuery(this.#sql, keyColumn, count);
    const rows = await this.#pool.use((session) => session.rows(text, [], signal, this.#about));
    return rows.map(([bound]) => bound ?? "");
  }

  async countDuplicateKeys(signal: AbortSignal): Promise<number> {
    return this.#number(duplicateKeysQuery(this.#sql), signal);
  }

  async #number(text: string, signal: AbortSignal): Promise<number> {
    const rows = await this.#pool.use((session) => session.rows(text, [], signal, this.#about));
    return Number(rows[0]?.[0] ?? 0);
  }
}
