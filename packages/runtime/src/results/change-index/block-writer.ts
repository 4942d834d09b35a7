import type { DatabaseSync, StatementSync } from "node:sqlite";
import { zstdCompressSync } from "node:zlib";
import { BitWriter } from "./bit-chunks.ts";
import { cutValue, encodeBlock, LONG_VALUE } from "./block-codec.ts";
import { type ChangeRecord, changedPlaces, FIRST_VALUE, kindOfRecord } from "./change-record.ts";
import { GramWriter } from "./gram-writer.ts";

/** A change on its way into an index. */
export interface IndexEntry {
  /** Place of its table in the header. */
  readonly table: number;
  /** UTF-8 of its sort key. */
  readonly key: Uint8Array;
  readonly record: ChangeRecord;
}

const MOST_CHANGES = 512;
const MOST_LENGTH = 32_768;

interface Counts {
  readonly kinds: { insert: number; update: number; delete: number };
  readonly columns: Map<number, number>;
}

/** What a writer counted, by place of the table. */
export interface TableCounts extends Counts {
  readonly firstRank: number;
}

/** Writes entries that come in order. Nothing of them stays in memory but the current block. */
export class BlockWriter {
  readonly #insertBlock: StatementSync;
  readonly #insertZone: StatementSync;
  readonly #insertLong: StatementSync;
  readonly #bits: BitWriter;
  readonly #grams: GramWriter;
  readonly #giveWay: () => Promise<void>;
  readonly #columns: readonly number[];
  readonly #tables = new Map<number, TableCounts>();
  #records: ChangeRecord[] = [];
  #length = 0;
  #first: IndexEntry | undefined;
  #block = 0;
  #rank = 0;

  constructor(
    database: DatabaseSync,
    options: {
      /** Number of columns by table. */
      readonly columns: readonly number[];
      readonly giveWay: () => Promise<void>;
    },
  ) {
    this.#insertBlock = database.prepare("INSERT INTO blocks VALUES (?, ?)");
    this.#insertZone = database.prepare("INSERT INTO zones VALUES (?, ?, ?, ?, ?)");
    this.#insertLong = database.prepare("INSERT INTO long_values VALUES (?, ?, ?)");
    this.#bits = new BitWriter(database);
    this.#grams = new GramWriter(database);
    this.#columns = options.columns;
    this.#giveWay = options.giveWay;
  }

  get count(): number {
    return this.#rank;
  }

  get blocks(): number {
    return this.#block;
  }

  get tables(): ReadonlyMap<number, TableCounts> {
    return this.#tables;
  }

  async add(entry: IndexEntry): Promise<void> {
    const newTable = this.#first !== undefined && this.#first.table !== entry.table;
    if (newTable || this.#records.length === MOST_CHANGES || this.#length > MOST_LENGTH)
      await this.#endBlock();
    if (newTable) this.#bits.endTable();
    this.#first ??= entry;
    this.#count(entry);
    const record = this.#withoutLong(entry.record);
    this.#records.push(record);
    for (const value of record) this.#length += value.length;
    this.#rank += 1;
  }

  #count({ table, record }: IndexEntry): void {
    let counts = this.#tables.get(table);
    if (counts === undefined) {
      counts = { firstRank: this.#rank, kinds: { insert: 0, update: 0, delete: 0 }, columns: new Map() };
      this.#tables.set(table, counts);
    }
    const kind = kindOfRecord(record);
    counts.kinds[kind] += 1;
    this.#bits.setKind(kind, this.#rank);
    if (kind !== "update") return;
    for (const place of changedPlaces(record, this.#columns[table] ?? 0)) {
      counts.columns.set(place, (counts.columns.get(place) ?? 0) + 1);
      this.#bits.setColumn(table, place, this.#rank);
    }
  }

  #withoutLong(record: ChangeRecord): ChangeRecord {
    let cut: string[] | undefined;
    for (let field = FIRST_VALUE; field < record.length; field += 1) {
      const value = record[field] ?? "";
      if (value === "N") continue;
      this.#grams.add(value.slice(1));
      if (value.length <= LONG_VALUE) continue;
      this.#insertLong.run(this.#rank, field, zstdCompressSync(value));
      cut ??= [...record];
      cut[field] = cutValue(value);
    }
    return cut ?? record;
  }

  async #endBlock(): Promise<void> {
    const first = this.#first;
    if (first === undefined) return;
    const changes = this.#records.length;
    this.#insertBlock.run(this.#block, encodeBlock(this.#records));
    this.#insertZone.run(this.#block, this.#rank - changes, changes, first.table, first.key);
    this.#block += 1;
    this.#records = [];
    this.#length = 0;
    this.#first = undefined;
    await this.#grams.endBlock(this.#giveWay);
    await this.#giveWay();
  }

  async finish(): Promise<void> {
    await this.#endBlock();
    this.#bits.finish();
    await this.#grams.finish(this.#giveWay);
  }
}
