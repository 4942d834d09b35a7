import type { DatabaseSync } from "node:sqlite";
import { CodedError, type PatchOperation } from "@syncline/core";
import type {
  ChangeCount,
  ChangeFilter,
  ChangePage,
  CountChangesInput,
  FindChangeInput,
  FoundChange,
  ListChangesInput,
  ListedChange,
} from "../result-contract.ts";
import { BitReader } from "./bit-chunks.ts";
import { type Block, BlockReader } from "./block-reader.ts";
import { ChangeInsight } from "./change-insight.ts";
import { type ChangeRecord, RecordCodec } from "./change-record.ts";
import { type ChangeMatcher, ChangeSearch, isSearched } from "./change-search.ts";
import { ChosenRanks, type RankChoice } from "./chosen-ranks.ts";
import { rankChoice } from "./filter-plan.ts";
import { createGiveWay, withinBudget } from "./give-way.ts";
import { type IndexMeta, readMeta } from "./index-meta.ts";
import { guardIndex, openIndexDatabase } from "./index-schema.ts";
import { listedChange } from "./listed-change.ts";
import { rangesOfKey } from "./rank-ranges.ts";
import { countBefore, countKinds, type RankSource, rankAt, ranksFrom } from "./rank-source.ts";
import { RecentlyUsed } from "./recently-used.ts";
import { RunningSearch } from "./running-search.ts";

const MOST_ITEMS = 1_000;
/** Characters of values on a page. */
const MOST_LENGTH = 2_000_000;
/** How long it works before others have their turn. */
const TURN_MS = 5;
const BATCH = 256;
/** Characters of rows with long values in a batch. */
const BATCH_LENGTH = 1_000_000;
/** Filters that are remembered. */
const KEPT_CHOICES = 16;
const KEPT_SEARCHES = 4;

export interface Found {
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
  readonly insight: ChangeInsight;
  readonly blocks: BlockReader;
  readonly bits: BitReader;
  readonly #database: DatabaseSync;
  readonly #codecs: ReadonlyMap<number, RecordCodec>;
  readonly #choices = new RecentlyUsed<ChosenRanks>(KEPT_CHOICES);
  readonly #searches = new RecentlyUsed<RunningSearch>(KEPT_SEARCHES);

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
      this.blocks = opened.blocks;
      this.bits = opened.bits;
      this.insight = new ChangeInsight(this);
      this.#codecs = new Map(this.meta.tables.map(({ place, table }) => [place, new RecordCodec(table)]));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async list(input: ListChangesInput): Promise<ChangePage> {
    const { filter = {}, after, offset, limit, signal } = input;
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ITEMS)
      throw new CodedError("usage.invalid", `A page has 1 to ${MOST_ITEMS} changes, not ${limit}.`);
    const goOn = withinBudget(signal);
    if (offset === undefined) {
      const from = after === undefined ? 0 : rankOf(after) + 1;
      return this.#page((searched) => this.#find(filter, from, searched), { from, limit, goOn });
    }
    if (after !== undefined)
      throw new CodedError("usage.invalid", "A page starts after a place or at an offset, not at both.");
    const search = isSearched(filter) ? this.search(filter) : null;
    await search?.advance(goOn, () => search.count > offset + limit);
    const source = search ?? this.chosen(filter);
    const first = await this.#guarded(rankAt(source, offset, createGiveWay(TURN_MS, signal)));
    const searching = (found: number) => search !== null && !search.isDone && search.count - offset <= found;
    if (first === null) return { items: [], next: null, searching: searching(0) };
    const page = await this.#page((searched) => this.atRanks(ranksFrom(source, first), searched), {
      from: first,
      limit,
      goOn,
    });
    return { ...page, searching: page.items.length < limit && searching(page.items.length) };
  }

  async #page(
    find: (goOn: GoOn) => AsyncIterable<Found>,
    {
      from,
      limit,
      goOn,
    }: { readonly from: number; readonly limit: number; readonly goOn: () => Promise<boolean> },
  ): Promise<ChangePage> {
    const items: ListedChange[] = [];
    let length = 0;
    let searchedTo = from - 1;
    let more = false;
    for await (const found of find(async (to) => {
      searchedTo = to;
      more = !(await goOn());
      return !more;
    })) {
      if (items.length === limit || length > MOST_LENGTH) {
        more = true;
        break;
      }
      items.push(listedChange(found.rank, found.record, this.codec(found.block)));
      for (const value of found.record) length += Math.min(value.length, 1_024);
      searchedTo = found.rank;
    }
    return { items, next: more ? String(searchedTo) : null, searching: false };
  }

  async count({ filter = {}, signal }: CountChangesInput): Promise<ChangeCount> {
    const { source, exact } = await this.source(filter, signal);
    const ranges = [{ from: 0, to: this.meta.total }];
    const giveWay = createGiveWay(TURN_MS, signal);
    const [kinds = { insert: 0, update: 0, delete: 0 }] = await this.#guarded(
      countKinds(source, { reader: this.bits, ranges }, giveWay),
    );
    return { count: kinds.insert + kinds.update + kinds.delete, exact, kinds };
  }

  /** What a filter chooses; of a search, what was found within a moment more. */
  async source(
    filter: ChangeFilter,
    signal?: AbortSignal,
  ): Promise<{ readonly source: RankSource; readonly exact: boolean }> {
    if (!isSearched(filter)) return { source: this.chosen(filter), exact: true };
    const search = this.search(filter);
    await search.advance(withinBudget(signal), () => false);
    return { source: search, exact: search.isDone };
  }

  async find({ table, values, filter = {}, signal }: FindChangeInput): Promise<FoundChange> {
    const meta = this.meta.tables.find((each) => each.table.name === table);
    const columns = this.meta.header.tables.find(({ name }) => name === table)?.key.length;
    if (columns === undefined) throw new CodedError("table.not_found", `The result has no table "${table}".`);
    if (columns === 0 || values.length !== columns)
      throw new CodedError(
        "usage.invalid",
        columns === 0
          ? `Rows of table "${table}" have no key.`
          : `The key of table "${table}" has ${columns} columns, not ${values.length}.`,
      );
    const ranges =
      meta === undefined ? [] : guardIndex(this.path, () => rangesOfKey(this.blocks, meta, { values }));
    const id = ranges[0]?.from;
    if (id === undefined) return { id: null, offset: null };
    const search = isSearched(filter) ? this.search(filter) : null;
    await search?.advance(withinBudget(signal), () => search.hasSearched(id));
    const source = search ?? this.chosen(filter);
    if (!source.has(id) || search?.hasSearched(id) === false) return { id, offset: null };
    const giveWay = createGiveWay(TURN_MS, signal);
    return { id, offset: await this.#guarded(countBefore(source, id, giveWay)) };
  }

  async operation(id: number): Promise<PatchOperation | null> {
    if (!Number.isSafeInteger(id) || id < 0 || id >= this.meta.total) return null;
    return guardIndex(this.path, () => {
      const block = this.#blockOf(id);
      const record = block?.records()[id - block.firstRank];
      return block === undefined || record === undefined ? null : this.whole({ rank: id, record, block });
    });
  }

  async *operations(filter: ChangeFilter, signal?: AbortSignal): AsyncGenerator<readonly PatchOperation[]> {
    const giveWay = createGiveWay(TURN_MS, signal);
    const everything = async () => {
      await giveWay();
      return true;
    };
    let batch: PatchOperation[] = [];
    let length = 0;
    for await (const { rank, record, block } of this.#find(filter, 0, everything)) {
      const whole = this.blocks.whole(record, rank);
      batch.push(this.codec(block).decode(whole));
      if (whole !== record) for (const value of whole) length += value.length;
      if (batch.length < BATCH && length < BATCH_LENGTH) continue;
      yield batch;
      batch = [];
      length = 0;
    }
    if (batch.length > 0) yield batch;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** What bits tell of a filter. */
  chosen(filter: ChangeFilter): ChosenRanks {
    const { text: _, ...told } = filter;
    return this.#choices.get(JSON.stringify(told), () =>
      this.ranksOf(rankChoice(this.meta, this.blocks, told)),
    );
  }

  ranksOf(choice: RankChoice): ChosenRanks {
    return new ChosenRanks(this.bits, choice);
  }

  /** The search for a filter, as far as it has come. */
  search(filter: ChangeFilter): RunningSearch {
    return this.#searches.get(JSON.stringify(filter), () => {
      guardIndex(this.path, () => rankChoice(this.meta, this.blocks, filter));
      return this.running(this.chosen(filter), this.#matcher(filter));
    });
  }

  /** One that is remembered by its name. */
  namedSearch(name: string, create: () => RunningSearch): RunningSearch {
    return this.#searches.get(name, create);
  }

  running(ranks: ChosenRanks, matcher: ChangeMatcher): RunningSearch {
    const find = (from: number, goOn: GoOn) => this.#matching(matcher, { ranks, from }, goOn);
    return new RunningSearch((from, goOn) => ranksOnly(find(from, goOn)));
  }

  #matcher(filter: ChangeFilter): ChangeMatcher {
    const tables = new Map(this.meta.tables.map(({ place, table }) => [place, table]));
    const { blocks } = this.meta;
    return new ChangeSearch({ database: this.#database, reader: this.blocks, blocks, tables, filter });
  }

  #find(filter: ChangeFilter, from: number, goOn: GoOn): AsyncIterable<Found> {
    guardIndex(this.path, () => rankChoice(this.meta, this.blocks, filter));
    const ranks = this.chosen(filter);
    return isSearched(filter)
      ? this.#matching(this.#matcher(filter), { ranks, from }, goOn)
      : this.atRanks(ranks.from(from), goOn);
  }

  async *atRanks(ranks: Iterable<number>, goOn: GoOn): AsyncGenerator<Found> {
    let block: Block | undefined;
    try {
      for (const rank of ranks) {
        if (block === undefined || rank >= block.firstRank + block.changes) {
          if (block !== undefined && !(await goOn(rank - 1))) return;
          block = this.#blockOf(rank);
        }
        const record = block?.records()[rank - block.firstRank];
        if (block === undefined || record === undefined) throw incomplete();
        yield { rank, record, block };
      }
    } catch (error) {
      throw this.#ours(error);
    }
  }

  async *#matching(
    matcher: ChangeMatcher,
    { ranks, from }: { readonly ranks: ChosenRanks; readonly from: number },
    goOn: GoOn,
  ): AsyncGenerator<Found> {
    const { end } = ranks;
    const start = ranks.from(from).next();
    const first = start.done === true ? undefined : this.blocks.zoneOfRank(start.value);
    if (first === undefined) return;
    let searched = false;
    try {
      for (const number of matcher.blocks(first.block)) {
        const zone = this.blocks.zone(number);
        if (zone === undefined || zone.firstRank >= end) return;
        if (searched && !(await goOn(zone.firstRank - 1))) return;
        searched = true;
        const wanted = ranks.from(Math.max(from, zone.firstRank)).next();
        if (wanted.done === true) return;
        if (wanted.value >= zone.firstRank + zone.changes) continue;
        const block = this.blocks.read(zone);
        if (!matcher.mayBeIn(block)) continue;
        for (const [at, record] of block.records().entries()) {
          const rank = zone.firstRank + at;
          if (rank < from || !ranks.has(rank) || !matcher.accepts({ record, rank }, block)) continue;
          yield { rank, record, block };
        }
      }
    } catch (error) {
      throw this.#ours(error);
    }
  }

  /** Rejects with errors of ours. */
  async #guarded<Result>(work: Promise<Result>): Promise<Result> {
    return work.catch((error: unknown) => {
      throw this.#ours(error);
    });
  }

  #ours(error: unknown): unknown {
    try {
      return guardIndex(this.path, () => {
        throw error;
      });
    } catch (ours) {
      return ours;
    }
  }

  #blockOf(rank: number): Block | undefined {
    const zone = this.blocks.zoneOfRank(rank);
    return zone === undefined ? undefined : this.blocks.read(zone);
  }

  /** With its long values. */
  whole({ rank, record, block }: Found): PatchOperation {
    return this.codec(block).decode(this.blocks.whole(record, rank));
  }

  codec(block: Block): RecordCodec {
    const codec = this.#codecs.get(block.table);
    if (codec === undefined) throw incomplete();
    return codec;
  }
}

function rankOf(cursor: string): number {
  const rank = /^(-1|\d{1,15})$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (Number.isSafeInteger(rank)) return rank;
  throw new CodedError("usage.invalid", "The place to go on after is not one that a page gave.", {
    hint: "Start with the first page.",
  });
}

async function* ranksOnly(found: AsyncIterable<Found>): AsyncGenerator<number> {
  for await (const { rank } of found) yield rank;
}

function incomplete(): CodedError {
  return new CodedError("file.damaged", "The index of a result is not complete.", {
    hint: "Run the comparison again, or read its patch file.",
  });
}
