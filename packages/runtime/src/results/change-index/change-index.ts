import type { DatabaseSync } from "node:sqlite";
import { CodedError, type PatchOperation } from "@syncline/core";
import type {
  ChangeCount,
  ChangeFilter,
  ChangePage,
  CountChangesInput,
  IndexedTable,
  ListChangesInput,
  ListedChange,
} from "../result-contract.ts";
import { BitReader } from "./bit-chunks.ts";
import { type Block, BlockReader } from "./block-reader.ts";
import { type ChangeRecord, RecordCodec } from "./change-record.ts";
import { ChosenRanks } from "./chosen-ranks.ts";
import { rankChoice } from "./filter-plan.ts";
import { createGiveWay } from "./give-way.ts";
import { type IndexMeta, readMeta, type TableMeta } from "./index-meta.ts";
import { guardIndex, openIndexDatabase } from "./index-schema.ts";
import { listedChange } from "./listed-change.ts";
import { TextSearch } from "./text-search.ts";

const MOST_ITEMS = 1_000;
/** Characters of values on a page. */
const MOST_LENGTH = 2_000_000;
/** How long a call searches before it hands back what it has. */
const BUDGET_MS = 70;
/** How long it works before others have their turn. */
const TURN_MS = 5;
const DEFAULT_CAP = 10_000;
const BATCH = 256;

interface Found {
  readonly rank: number;
  readonly record: ChangeRecord;
  readonly block: Block;
}

/** Called between blocks; the rank up to which all is searched. False ends the search. */
type GoOn = (searchedTo: number) => Promise<boolean>;

/** The index file of one result, opened for reading. See `OpenResult` for what it promises. */
export class ChangeIndex {
  readonly path: string;
  readonly meta: IndexMeta;
  readonly tables: readonly IndexedTable[];
  readonly #database: DatabaseSync;
  readonly #blocks: BlockReader;
  readonly #bits: BitReader;
  readonly #codecs: ReadonlyMap<number, RecordCodec>;

  constructor(path: string) {
    this.path = path;
    this.#database = openIndexDatabase(path);
    try {
      const opened = guardIndex(path, () => ({
        meta: readMeta(this.#database),
        blocks: new BlockReader(this.#database),
        bits: new BitReader(this.#database),
      }));
      this.meta = opened.meta;
      this.#blocks = opened.blocks;
      this.#bits = opened.bits;
      this.tables = this.meta.tables.map(indexedTable);
      this.#codecs = new Map(this.meta.tables.map(({ place, table }) => [place, new RecordCodec(table)]));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async list({ filter = {}, after, limit, signal }: ListChangesInput): Promise<ChangePage> {
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ITEMS)
      throw new CodedError("usage.invalid", `A page has 1 to ${MOST_ITEMS} changes, not ${limit}.`);
    const from = after === undefined ? 0 : rankOf(after) + 1;
    const items: ListedChange[] = [];
    let length = 0;
    let searchedTo = from - 1;
    let more = false;
    const goOn = withinBudget(signal);
    for await (const found of this.#find(filter, from, async (to) => {
      searchedTo = to;
      more = !(await goOn());
      return !more;
    })) {
      if (items.length === limit || length > MOST_LENGTH) {
        more = true;
        break;
      }
      items.push(listedChange(found.rank, found.record, this.#codec(found.block)));
      for (const value of found.record) length += Math.min(value.length, 1_024);
      searchedTo = found.rank;
    }
    return { items, next: more ? String(searchedTo) : null };
  }

  async count({ filter = {}, cap = DEFAULT_CAP, signal }: CountChangesInput): Promise<ChangeCount> {
    if (filter.text === undefined) {
      const choice = guardIndex(this.path, () => rankChoice(this.meta, this.#blocks, filter));
      return { count: new ChosenRanks(this.#bits, choice).count(), exact: true };
    }
    const goOn = withinBudget(signal);
    let count = 0;
    let exact = true;
    for await (const _ of this.#find(filter, 0, async () => {
      exact = await goOn();
      return exact;
    })) {
      if (count === cap) return { count, exact: false };
      count += 1;
    }
    return { count, exact };
  }

  async operation(id: number): Promise<PatchOperation | null> {
    if (!Number.isSafeInteger(id) || id < 0 || id >= this.meta.total) return null;
    return guardIndex(this.path, () => {
      const block = this.#blockOf(id);
      const record = block?.records()[id - block.firstRank];
      return block === undefined || record === undefined ? null : this.#whole({ rank: id, record, block });
    });
  }

  async *operations(filter: ChangeFilter, signal?: AbortSignal): AsyncGenerator<readonly PatchOperation[]> {
    const giveWay = createGiveWay(TURN_MS, signal);
    const everything = async () => {
      await giveWay();
      return true;
    };
    let batch: PatchOperation[] = [];
    for await (const found of this.#find(filter, 0, everything)) {
      batch.push(this.#whole(found));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  async *#find(filter: ChangeFilter, from: number, goOn: GoOn): AsyncGenerator<Found> {
    const choice = guardIndex(this.path, () => rankChoice(this.meta, this.#blocks, filter));
    const ranks = new ChosenRanks(this.#bits, choice);
    const found =
      filter.text === undefined
        ? this.#atRanks(ranks.from(from), goOn)
        : this.#withText(filter.text, { ranks, from, to: choice.ranges.at(-1)?.to ?? 0 }, goOn);
    try {
      yield* found;
    } catch (error) {
      guardIndex(this.path, () => {
        throw error;
      });
    }
  }

  async *#atRanks(ranks: Iterable<number>, goOn: GoOn): AsyncGenerator<Found> {
    let block: Block | undefined;
    for (const rank of ranks) {
      if (block === undefined || rank >= block.firstRank + block.changes) {
        if (block !== undefined && !(await goOn(rank - 1))) return;
        block = this.#blockOf(rank);
      }
      const record = block?.records()[rank - block.firstRank];
      if (block === undefined || record === undefined) throw incomplete();
      yield { rank, record, block };
    }
  }

  async *#withText(
    text: string,
    { ranks, from, to }: { readonly ranks: ChosenRanks; readonly from: number; readonly to: number },
    goOn: GoOn,
  ): AsyncGenerator<Found> {
    const start = ranks.from(from).next();
    const first = start.done === true ? undefined : this.#blocks.zoneOfRank(start.value);
    if (first === undefined) return;
    const search = new TextSearch(this.#database, { text, blocks: this.meta.blocks });
    let searched = false;
    for (const number of search.blocks(first.block)) {
      const zone = this.#blocks.zone(number);
      if (zone === undefined || zone.firstRank >= to) return;
      if (searched && !(await goOn(zone.firstRank - 1))) return;
      searched = true;
      const wanted = ranks.from(Math.max(from, zone.firstRank)).next();
      if (wanted.done === true) return;
      if (wanted.value >= zone.firstRank + zone.changes) continue;
      const block = this.#blocks.read(zone);
      if (!search.mayBeIn(block)) continue;
      for (const [at, record] of block.records().entries()) {
        const rank = zone.firstRank + at;
        if (rank < from || !ranks.has(rank) || !search.isIn(record, rank, this.#blocks)) continue;
        yield { rank, record, block };
      }
    }
  }

  #blockOf(rank: number): Block | undefined {
    const zone = this.#blocks.zoneOfRank(rank);
    return zone === undefined ? undefined : this.#blocks.read(zone);
  }

  #whole({ rank, record, block }: Found): PatchOperation {
    return this.#codec(block).decode(this.#blocks.whole(record, rank));
  }

  #codec(block: Block): RecordCodec {
    const codec = this.#codecs.get(block.table);
    if (codec === undefined) throw incomplete();
    return codec;
  }
}

function indexedTable({ table, inserts, updates, deletes, changed }: TableMeta): IndexedTable {
  return {
    name: table.name,
    key: table.key,
    inserts,
    updates,
    deletes,
    changedColumns: changed.map(([place, count]) => ({
      name: table.columns[place]?.[0] ?? "",
      updates: count,
    })),
  };
}

function rankOf(cursor: string): number {
  const rank = /^(-1|\d{1,15})$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (Number.isSafeInteger(rank)) return rank;
  throw new CodedError("usage.invalid", "The place to go on after is not one that a page gave.", {
    hint: "Start with the first page.",
  });
}

function withinBudget(signal: AbortSignal | undefined): () => Promise<boolean> {
  const start = performance.now();
  const giveWay = createGiveWay(TURN_MS, signal);
  return async () => {
    await giveWay();
    return performance.now() - start < BUDGET_MS;
  };
}

function incomplete(): CodedError {
  return new CodedError("file.damaged", "The index of a result is not complete.", {
    hint: "Run the comparison again, or read its patch file.",
  });
}
